"""常用查询: what people have saved. One sees one's own, and those that are shared with one's organisation."""

from collections.abc import Mapping
from typing import Any

from psycopg.errors import UniqueViolation
from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update

from domain.pages import Page, PageRequest
from domain.paths import ids_of_path
from domain.saved_queries import SavedQueryRecord
from storage.engine import Database
from storage.locks import hold_person
from storage.models import SavedQuery
from storage.ordering import SortKey
from storage.pages import page_of, page_statement, walk_of
from storage.statements import one_of
from storage.writing import WriteSession

_COLUMNS: tuple[Any, ...] = tuple(getattr(SavedQuery, name) for name in SavedQueryRecord._fields)
_BY_NAME = tuple(SortKey(column, descending=False, missing_first=False) for column in (SavedQuery.name, SavedQuery.id))


class NameTakenError(Exception):
    """Its owner has another of that name."""


def _in_sight(subject: str, scope: str) -> ColumnElement[bool]:
    """One's own, and those shared by the organisations above, one's own included."""
    shared = and_(SavedQuery.is_shared, one_of(SavedQuery.organization_id, ids_of_path(scope)))
    return or_(SavedQuery.owner == subject, shared)


async def page_of_saved_queries(
    database: Database, subject: str, scope: str, request: PageRequest
) -> Page[SavedQueryRecord]:
    """By their names."""
    found = select(*_COLUMNS).where(_in_sight(subject, scope))
    rows = await database.rows(page_statement(found, _BY_NAME, walk_of(_BY_NAME, request)))
    return page_of([SavedQueryRecord._make(row) for row in rows], _BY_NAME, request)


async def count_saved_queries(database: Database, subject: str, scope: str) -> int:
    return await database.number(select(func.count()).select_from(SavedQuery).where(_in_sight(subject, scope)))


async def saved_query(database: Database, subject: str, scope: str, number: int) -> SavedQueryRecord | None:
    """None out of sight."""
    row = await database.row(select(*_COLUMNS).where(SavedQuery.id == number, _in_sight(subject, scope)))
    return None if row is None else SavedQueryRecord._make(row)


async def saved_query_to_change(
    session: WriteSession, subject: str, scope: str, number: int
) -> SavedQueryRecord | None:
    """As it stands, held until the transaction ends; None out of sight."""
    found = select(*_COLUMNS).where(SavedQuery.id == number, _in_sight(subject, scope))
    row = await session.row(found.with_for_update())
    return None if row is None else SavedQueryRecord._make(row)


async def count_saved_by(session: WriteSession, subject: str) -> int:
    """Which nobody changes until the transaction ends."""
    await hold_person(session, "saved queries", subject)
    [row] = await session.rows(select(func.count()).select_from(SavedQuery).where(SavedQuery.owner == subject))
    return int(row[0])


async def add_saved_query(session: WriteSession, values: Mapping[str, object]) -> SavedQueryRecord:
    """NameTakenError."""
    try:
        [row] = await session.rows(insert(SavedQuery).values({"version": 1, **values}).returning(*_COLUMNS))
    except UniqueViolation as error:
        raise NameTakenError from error
    return SavedQueryRecord._make(row)


async def change_saved_query(session: WriteSession, number: int, changes: Mapping[str, object]) -> SavedQueryRecord:
    """One that is held; column → new value. NameTakenError."""
    values = {**changes, "version": SavedQuery.version + 1}
    changed = update(SavedQuery).where(SavedQuery.id == number).values(values).returning(*_COLUMNS)
    try:
        [row] = await session.rows(changed)
    except UniqueViolation as error:
        raise NameTakenError from error
    return SavedQueryRecord._make(row)


async def remove_saved_query(session: WriteSession, number: int) -> None:
    """One that is held."""
    await session.execute(delete(SavedQuery).where(SavedQuery.id == number))
