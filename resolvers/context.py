from dataclasses import dataclass

from auth.actor import Actor
from auth.permissions import Permissions
from dataloaders.loaders import Loaders
from domain.clock import Clock
from storage.engine import Database


@dataclass(frozen=True, slots=True)
class RequestContext:
    """Everything a use case may know about the one operation it runs in."""

    actor: Actor
    permissions: Permissions
    database: Database
    loaders: Loaders
    clock: Clock
    language: str

    @property
    def scope(self) -> str:
        """The path whose subtree the caller reads."""
        return self.actor.scope
