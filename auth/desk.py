"""前台: what the use cases of signing in work with, and who stands in front of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from auth.passwords import Passwords
from auth.rate_limits import RateLimits, network_of
from domain.audit import AuditRecord
from domain.clock import Clock
from domain.codes import AuditKind
from storage.browser_sessions import session_hash
from storage.engine import Database
from storage.sign_in import AccountAtTheDoor


class CodeDesk(Protocol):
    """What pictures and codes are made and tried with."""

    @property
    def database(self) -> Database: ...

    @property
    def limits(self) -> RateLimits: ...

    @property
    def code_key(self) -> bytes: ...

    @property
    def clock(self) -> Clock: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """`code_key` is that of `auth.secret_files`."""

    database: Database
    passwords: Passwords
    limits: RateLimits
    code_key: bytes
    clock: Clock

    def audited(
        self,
        visitor: "Visitor",
        kind: AuditKind,
        operation: str,
        account: AccountAtTheDoor | None,
        details: Mapping[str, Any],
    ) -> AuditRecord:
        """An entry about the account, or about nobody. `details` hold no personal value unmasked."""
        return AuditRecord(
            kind=kind,
            at=self.clock(),
            actor=account.subject if account else "-",
            role=account.role if account else None,
            organization_id=account.organization_id if account else None,
            org_path=account.org_path if account else "",
            operation=operation,
            target=f"Account:{account.id}" if account else None,
            correlation_id=visitor.correlation_id,
            address=visitor.address,
            details=details,
        )


@dataclass(frozen=True)
class Visitor:
    """来访者: a browser, known by the token in its cookie; who sits before it is not known yet."""

    session_token: str
    address: str | None = None
    correlation_id: str = "-"

    @cached_property
    def session_hash(self) -> str:
        return session_hash(self.session_token)

    @property
    def network(self) -> str:
        return network_of(self.address)
