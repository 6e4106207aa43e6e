"""安全员: on whose behalf accounts are changed, a security officer who calls or the operator at the command line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from auth.rate_limits import RateLimits
from domain.audit import AuditRecord
from domain.clock import Clock
from domain.codes import AuditKind
from domain.idempotency import Claim
from resolvers.context import RequestContext
from storage.engine import Database

OPERATOR = "operator"

Entry = Callable[[str, int, Mapping[str, Any]], AuditRecord]
"""Operation, account's id, details → the entry of the audit log."""


@dataclass(frozen=True, slots=True)
class Officer:
    """Who changes accounts of the subtree `scope`, and with what. `code_key` is that of `auth.secret_files`."""

    subject: str
    scope: str
    database: Database
    clock: Clock
    code_key: bytes
    audited: Entry
    claim: Claim | None = None

    @property
    def limits(self) -> RateLimits:
        return RateLimits(self.database, self.code_key, self.clock)


def officer_of(context: RequestContext) -> Officer:
    """The caller."""

    def audited(operation: str, account_id: int, details: Mapping[str, Any]) -> AuditRecord:
        return context.audited(AuditKind.ACCOUNT, operation, target=f"Account:{account_id}", details=details)

    actor, database = context.actor, context.database
    return Officer(actor.subject, context.scope, database, context.clock, context.code_key, audited, context.claim)


def operator(database: Database, scope: str, clock: Clock, code_key: bytes) -> Officer:
    """Whoever may run commands on the server's machine."""

    def audited(operation: str, account_id: int, details: Mapping[str, Any]) -> AuditRecord:
        return AuditRecord(
            AuditKind.ACCOUNT,
            clock(),
            OPERATOR,
            org_path=scope,
            operation=operation,
            target=f"Account:{account_id}",
            details=details,
        )

    return Officer(OPERATOR, scope, database, clock, code_key, audited)
