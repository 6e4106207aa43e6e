"""权限细分表: its edits, which are only ever added to. What holds at a place is what the last edit made of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Select, Subquery, any_, func, literal, select, true
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import aliased

from domain.codes import Role, Tier, Visibility
from domain.pages import Page, PageRequest
from domain.permissions import Entry, MatrixChange, MatrixVersion, Place, StoredEntries
from storage.engine import Database, Row
from storage.models import PermissionChange, PermissionVersion
from storage.ordering import Keyset, SortKey
from storage.pages import page_of, page_statement, walk_of
from storage.statements import array_of, parameter, statement_of
from storage.writing import WriteSession

CHANNEL = "dengta_permissions"
"""On which each edit is announced, once it is committed."""

_NEWEST_FIRST: Keyset = (SortKey(PermissionVersion.number, descending=True, missing_first=False),)
_VERSION = select(func.coalesce(func.max(PermissionVersion.number), 0))
_OF_VERSION = (
    PermissionVersion.number,
    PermissionVersion.changed_at,
    PermissionVersion.changed_by,
    PermissionVersion.note,
)


async def version_of_matrix(database: Database) -> int:
    """0 when it has never been edited."""
    return await database.number(_VERSION)


async def entries_of_matrix(database: Database) -> StoredEntries:
    """In one statement, so that the version is that of the entries."""
    return _stored(await database.rows(_entries()))


async def entries_in_session(session: WriteSession) -> StoredEntries:
    """As they are within the transaction."""
    return _stored(await session.rows(_entries()))


def _entries() -> Select[Any]:
    version, last = _VERSION.subquery(), _last_changes()
    return select(version, last).select_from(version.outerjoin(last, true()))


def _last_changes() -> Subquery:
    change = PermissionChange
    return (
        select(change.role, change.tier, change.field, change.read, change.write)
        .ext(distinct_on(change.role, change.tier, change.field))
        .order_by(change.role, change.tier, change.field, change.version.desc())
        .subquery()
    )


def _stored(rows: Sequence[Row]) -> StoredEntries:
    entries = {
        Place(Role[role], Tier[tier], field): _entry(read, write)
        for _, role, tier, field, read, write in rows
        if role is not None
    }
    return StoredEntries(rows[0][0], entries)


def _entry(read: str | None, write: bool | None) -> Entry:
    return Entry(Visibility[read] if read else None, write)


async def add_version(session: WriteSession, expected: int, by: str, note: str | None) -> MatrixVersion | None:
    """The version after `expected`; None when that is no longer the last one. Of several at once, one is added."""
    wanted = select(
        literal(expected + 1, BigInteger), literal(by, PermissionVersion.changed_by.type), literal(note)
    ).where(_VERSION.scalar_subquery() == expected)
    added = (
        insert(PermissionVersion)
        .from_select(["number", "changed_by", "note"], wanted)
        .on_conflict_do_nothing()
        .returning(*_OF_VERSION)
    )
    row = await session.row(added)
    return None if row is None else MatrixVersion(*row)


async def add_changes(session: WriteSession, version: int, entries: Mapping[Place, Entry]) -> None:
    """Announced to every process once they are committed."""
    rows = [
        {
            "version": version,
            "role": place.role.value,
            "tier": place.tier.value,
            "field": place.field,
            "read": entry.read.value if entry.read else None,
            "write": entry.write,
        }
        for place, entry in entries.items()
    ]
    await session.execute(insert(PermissionChange).values(rows))
    await session.notify(CHANNEL, str(version))


async def page_of_versions(database: Database, request: PageRequest) -> Page[MatrixVersion]:
    """The newest first."""
    versions: Any = select(*_OF_VERSION)
    rows = await database.rows(page_statement(versions, _NEWEST_FIRST, walk_of(_NEWEST_FIRST, request)))
    records = [MatrixVersion(*row) for row in rows]
    return page_of(records, _NEWEST_FIRST, request)


async def version_with_number(database: Database, number: int) -> MatrixVersion | None:
    row = await database.row(select(*_OF_VERSION).where(PermissionVersion.number == number))
    return None if row is None else MatrixVersion(*row)


async def changes_of_versions(database: Database, numbers: Iterable[int]) -> Mapping[int, Sequence[MatrixChange]]:
    """For each of the versions what it changed, with what held before."""
    found: dict[int, list[MatrixChange]] = {}
    statement = statement_of(_changes()).with_values({"numbers": array_of(numbers)})
    for version, role, tier, field, *kept in await database.rows(statement):
        change = MatrixChange(Place(Role[role], Tier[tier], field), _entry(*kept[:2]), _entry(*kept[2:]))
        found.setdefault(version, []).append(change)
    return found


def _changes() -> Select[Any]:
    change, before = PermissionChange, _before(PermissionChange)
    numbers: Any = parameter("numbers", ARRAY(BigInteger))
    return (
        select(change.version, change.role, change.tier, change.field, before, change.read, change.write)
        .outerjoin(before, true())
        .where(change.version == any_(numbers))
        .order_by(change.version, change.role, change.tier, change.field)
    )


def _before(change: Any) -> Any:
    """What the edit before had made of the same place."""
    earlier = aliased(PermissionChange)
    return (
        select(earlier.read, earlier.write)
        .where(
            earlier.role == change.role,
            earlier.tier == change.tier,
            earlier.field == change.field,
            earlier.version < change.version,
        )
        .order_by(earlier.version.desc())
        .limit(1)
        .lateral()
    )


async def count_versions(database: Database) -> int:
    return await database.number(select(func.count()).select_from(PermissionVersion))
