from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from auth.actor import Actor
from auth.live_matrix import LiveMatrix
from auth.permissions import Permissions
from auth.rate_limits import RateLimits
from auth.readable_rules import readable_rules
from dataloaders.loaders import Loaders
from domain import clock as calendar
from domain.audit import AuditRecord
from domain.clock import Clock
from domain.codes import AuditKind
from domain.exports import ExportBounds
from domain.idempotency import Claim
from domain.lookups import Journal
from domain.ports import PopulationRegistry
from domain.validation import RulesInForce, ValidationRule
from domain.webhooks import Destinations
from files.store import FileStore, in_memory
from storage.engine import Database


@dataclass(frozen=True)
class RequestContext:
    """Everything a use case may know about the one operation it runs in."""

    actor: Actor
    permissions: Permissions
    matrix: LiveMatrix
    database: Database
    loaders: Loaders
    clock: Clock
    language: str
    code_key: bytes
    """With which one-time codes are hashed: that of `auth.secret_files.code_key`."""

    files: FileStore = field(default_factory=in_memory)
    """Where the contents of files lie."""

    correlation_id: str = "-"
    address: str | None = None
    """From which the caller asks, as an IP address."""

    registry: PopulationRegistry | None = None
    """Which verifies names against identity numbers; None when there is none."""

    destinations: Destinations = field(default_factory=Destinations)
    """Where webhooks of partners may lie."""
    exports: ExportBounds = field(default_factory=ExportBounds)
    """Within which results are exported."""

    remembered: MutableMapping[Any, Any] = field(default_factory=dict)
    """What was worked out from the operation's document, for every request that sends it again."""

    journal: Journal = field(default_factory=Journal)
    """What the operation has looked up so far; every resolver that reads or counts members notes it here."""

    claim: Claim | None = None
    """The idempotency key of the mutation at hand, if it was given one."""

    may_introspect: bool = False
    """Whether the caller may ask for the schema itself, and be told what else there is in it."""

    def under(self, claim: Claim) -> "RequestContext":
        return replace(self, claim=claim)

    def speaking(self, language: str) -> "RequestContext":
        return replace(self, language=language)

    def reading_at(self, place: Database) -> "RequestContext":
        """For an operation of which nothing has been read yet."""
        return replace(self, database=place, loaders=Loaders(place, self.actor.scope))

    def for_part(self, number: int) -> "RequestContext":
        """For a mutation that saves record by record: the context of one of them, from 1 on."""
        return self if self.claim is None else self.under(self.claim.of_part(number))

    def with_document(self, remembered: MutableMapping[Any, Any]) -> "RequestContext":
        return RequestContext(
            self.actor,
            self.permissions,
            self.matrix,
            self.database,
            self.loaders,
            self.clock,
            self.language,
            self.code_key,
            self.files,
            self.correlation_id,
            self.address,
            self.registry,
            self.destinations,
            self.exports,
            remembered,
            may_introspect=self.may_introspect,
        )

    def audited(
        self,
        kind: AuditKind,
        operation: str,
        *,
        target: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> AuditRecord:
        """An entry of the audit log that says that the caller did this now. `target` as `Account:7`."""
        return AuditRecord(
            kind=kind,
            at=self.clock(),
            actor=self.actor.subject,
            role=self.actor.role,
            organization_id=self.actor.organization.id,
            org_path=self.actor.scope,
            operation=operation,
            target=target,
            correlation_id=self.correlation_id,
            address=self.address,
            details=details or {},
        )

    @property
    def limits(self) -> RateLimits:
        return RateLimits(self.database.primary, self.code_key, self.clock)

    @property
    def rules(self) -> RulesInForce:
        """Of data quality."""
        return self.database.rules_in_force

    @cached_property
    def readable_rules(self) -> Sequence[ValidationRule]:
        """Those in force whose breaches the caller may know of."""
        return readable_rules(self.permissions, self.rules)

    @property
    def scope(self) -> str:
        """The path whose subtree the caller reads."""
        return self.actor.scope

    @cached_property
    def today(self) -> date:
        """In Asia/Shanghai, the same day throughout the operation."""
        return calendar.today(self.clock)
