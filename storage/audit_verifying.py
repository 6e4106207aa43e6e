"""Verifying the audit log as it stands in the database."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Executable, case, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on

from domain.audit import AuditRecord
from domain.audit_verifying import Head, Heads, LogVerifier, StoredEntry, VerifiedLog
from domain.codes import AuditKind, Role
from storage.engine import Database
from storage.models import AuditEntry
from storage.statements import one_of

Progress = Callable[[int, int], None]
"""How many entries were verified, and about how many there are."""

_EARLIEST, _LATEST = (literal(datetime(year, 1, 1, tzinfo=UTC)) for year in (2, 9998))
_COLUMNS: tuple[Any, ...] = (
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
)
_ENTRIES = select(*_COLUMNS).order_by(AuditEntry.writer, AuditEntry.number)
_LAST_ID = select(func.coalesce(func.max(AuditEntry.id), 0))


async def verified_log(
    database: Database, key: bytes, progress: Progress | None = None, known: Heads | None = None
) -> VerifiedLog:
    """All of it, as it was when the verification began. `known` are heads from an earlier time, kept elsewhere."""
    verifier = LogVerifier(key, known or {})
    about = await database.number(_LAST_ID)
    async for rows in database.streamed(_ENTRIES):
        for row in rows:
            verifier.take(_entry(*row))
        if progress is not None:
            progress(verifier.entries, max(about, verifier.entries))
    verifier.end()
    return verifier.verified()


async def verified_recent_log(database: Database, newest: int) -> VerifiedLog:
    """About so many of its newest entries, which must follow from what stands before them."""
    first = await database.number(_LAST_ID) - newest + 1
    since = first if first > 1 else 0
    verifier = LogVerifier(database.audit_log.key, since=since)
    async for rows in database.streamed(_since(since), may_sort=True):
        for row in rows:
            verifier.take(_entry(*row))
    gone_or_earlier = verifier.end()
    rows = await database.rows(_last_of(gone_or_earlier))
    verifier.believe_heads({writer: Head(number, digest) for writer, number, digest in rows})
    return verifier.verified()


def _since(since: int) -> Executable:
    """The entries from that id on, and of each of their chains the one before."""
    recent = AuditEntry.id >= since
    firsts = (
        select(AuditEntry.writer, (func.min(AuditEntry.number) - 1).label("number"))
        .where(recent)
        .group_by(AuditEntry.writer)
        .cte()
    )
    follows = (AuditEntry.writer == firsts.c.writer) & (AuditEntry.number == firsts.c.number)
    before = select(*_COLUMNS).join(firsts, follows).where(~recent)
    entries = union_all(select(*_COLUMNS).where(recent), before).subquery()
    return select(entries).order_by(entries.c.writer, entries.c.number)


def _last_of(writers: Collection[str]) -> Executable:
    return (
        select(AuditEntry.writer, AuditEntry.number, AuditEntry.hash)
        .where(one_of(AuditEntry.writer, writers))
        .ext(distinct_on(AuditEntry.writer))
        .order_by(AuditEntry.writer, AuditEntry.number.desc())
    )


def _entry(id_: int, writer: str, number: int, hash_: bytes, at: datetime | None, *rest: Any) -> StoredEntry:
    return StoredEntry(id_, writer, number, hash_, at, None if at is None else _record(at, *rest))


def _record(at: datetime, kind: str, actor: str, role: str | None, *rest: Any) -> AuditRecord | None:
    try:
        return AuditRecord(AuditKind[kind], at, actor, None if role is None else Role[role], *rest)
    except KeyError:  # there is no such kind or role
        return None
