from collections.abc import MutableMapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from auth.actor import Actor
from auth.permissions import Permissions
from dataloaders.loaders import Loaders
from domain import clock as calendar
from domain.clock import Clock
from storage.engine import Database


@dataclass(frozen=True)
class RequestContext:
    """Everything a use case may know about the one operation it runs in."""

    actor: Actor
    permissions: Permissions
    database: Database
    loaders: Loaders
    clock: Clock
    language: str
    remembered: MutableMapping[Any, Any] = field(default_factory=dict)
    """What was worked out from the operation's document, for every request that sends it again."""

    def with_document(self, remembered: MutableMapping[Any, Any]) -> "RequestContext":
        return RequestContext(
            self.actor, self.permissions, self.database, self.loaders, self.clock, self.language, remembered
        )

    @property
    def scope(self) -> str:
        """The path whose subtree the caller reads."""
        return self.actor.scope

    @cached_property
    def today(self) -> date:
        """In Asia/Shanghai, the same day throughout the operation."""
        return calendar.today(self.clock)
