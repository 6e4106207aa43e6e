"""Verifying the audit log as it stands in the database."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import case, func, literal, select

from domain.audit import AuditRecord
from domain.audit_verifying import Heads, LogVerifier, StoredEntry, VerifiedLog
from domain.codes import AuditKind, Role
from storage.engine import Database
from storage.models import AuditEntry

Progress = Callable[[int, int], None]
"""How many entries were verified, and about how many there are."""

_EARLIEST, _LATEST = (literal(datetime(year, 1, 1, tzinfo=UTC)) for year in (2, 9998))
_ENTRIES = select(
    AuditEntry.id,
    AuditEntry.writer,
    AuditEntry.number,
    AuditEntry.hash,
    # PostgreSQL knows times, such as infinity, that Python has not; none was ever written
    case((AuditEntry.at.between(_EARLIEST, _LATEST), AuditEntry.at)),
    AuditEntry.kind,
    AuditEntry.actor,
    AuditEntry.role,
    AuditEntry.organization_id,
    AuditEntry.org_path,
    AuditEntry.operation,
    AuditEntry.target,
    AuditEntry.correlation_id,
    AuditEntry.address,
    AuditEntry.details,
).order_by(AuditEntry.writer, AuditEntry.number)
_ABOUT = select(func.coalesce(func.max(AuditEntry.id), 0))


async def verified_log(
    database: Database, key: bytes, progress: Progress | None = None, known: Heads | None = None
) -> VerifiedLog:
    """All of it, as it was when the verification began. `known` are heads from an earlier time, kept elsewhere."""
    verifier = LogVerifier(key, known or {})
    about = await database.number(_ABOUT)
    async for rows in database.streamed(_ENTRIES):
        for row in rows:
            verifier.take(_entry(*row))
        if progress is not None:
            progress(verifier.entries, max(about, verifier.entries))
    return verifier.verified()


def _entry(id_: int, writer: str, number: int, hash_: bytes, at: datetime | None, *rest: Any) -> StoredEntry:
    return StoredEntry(id_, writer, number, hash_, at, None if at is None else _record(at, *rest))


def _record(at: datetime, kind: str, actor: str, role: str | None, *rest: Any) -> AuditRecord | None:
    try:
        return AuditRecord(AuditKind[kind], at, actor, None if role is None else Role[role], *rest)
    except KeyError:  # there is no such kind or role
        return None
