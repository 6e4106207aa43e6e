"""One request to the authorization server, and the transaction that it runs in.

Authlib's core is synchronous. It runs in a thread of its own, and waits there for what storage does on the event loop.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

from anyio import from_thread

from auth.tokens import TokenAuthority
from domain.audit import AuditRecord
from domain.codes import AuditKind
from storage.clients import ClientRecord
from storage.standing import Standing
from storage.writing import WriteSession

GivenP = ParamSpec("GivenP")
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long what is issued is good; a refresh token so long after it was issued, and each use issues another."""

    access_token: timedelta = timedelta(minutes=10)
    refresh_token: timedelta = timedelta(days=30)
    authorization_code: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Asker:
    """From where a request came, for the audit log."""

    address: str | None = None
    correlation_id: str = "-"


@dataclass(frozen=True, slots=True)
class Exchange:
    session: WriteSession
    authority: TokenAuthority
    now: datetime
    lifetimes: Lifetimes = field(default_factory=Lifetimes)
    asker: Asker = field(default_factory=Asker)

    def wait_for(
        self,
        function: Callable[Concatenate[WriteSession, GivenP], Coroutine[Any, Any, ResultT]],
        *given: GivenP.args,
        **named: GivenP.kwargs,
    ) -> ResultT:
        """What storage gives, for a caller in Authlib's thread."""
        result: ResultT = from_thread.run(partial(function, self.session, *given, **named))
        return result

    def audit(
        self,
        operation: str,
        *,
        who: Standing | None = None,
        client: ClientRecord | None = None,
        kind: AuditKind = AuditKind.TOKEN,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """`who` as far as it is known, else the client alone."""
        record = AuditRecord(
            kind=kind,
            at=self.now,
            actor=who.subject if who else client.client_id if client else "-",
            role=who.role if who else None,
            organization_id=who.organization.id if who else client.organization_id if client else None,
            org_path=who.organization.path if who else (client.org_path or "") if client else "",
            operation=operation,
            correlation_id=self.asker.correlation_id,
            address=self.asker.address,
            details=details or {},
        )
        from_thread.run(self.session.audit, record)
