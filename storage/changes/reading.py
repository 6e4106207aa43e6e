"""变更流的读取: what is kept of changes, in their order."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update

from domain.changes import OF_COLUMNS, ChangeRecord, FeedState, Followed
from domain.codes import ChangeType
from storage.engine import Database
from storage.filters import subtree
from storage.models import ChangeEvent, ChangeFeed
from storage.statements import one_of

_COLUMNS = tuple(getattr(ChangeEvent, name) for name in ChangeRecord._fields)


async def feed_state(database: Database) -> FeedState:
    [row] = await database.rows(select(ChangeFeed.series, ChangeFeed.position, ChangeFeed.forgotten))
    return FeedState._make(row)


async def changes_after(
    database: Database, position: int, limit: int, followed: Followed | None = None
) -> list[ChangeRecord]:
    """In their order; all when it is not said which are followed."""
    found = select(*_COLUMNS).where(ChangeEvent.position > position, *_conditions(followed))
    rows = await database.rows(found.order_by(ChangeEvent.position).limit(limit))
    return [ChangeRecord(place, ChangeType[type_], *rest) for place, type_, *rest in rows]


async def count_changes(database: Database, position: int, followed: Followed) -> int:
    counted = select(func.count()).select_from(ChangeEvent)
    return await database.number(counted.where(ChangeEvent.position > position, *_conditions(followed)))


def _conditions(followed: Followed | None) -> Sequence[ColumnElement[bool]]:
    if followed is None:
        return ()
    within = or_(subtree(ChangeEvent.org_path, followed.path), subtree(ChangeEvent.former_path, followed.path))
    whole = one_of(ChangeEvent.type, [type_.value for type_ in followed.types.keys() - OF_COLUMNS])
    parts = (_changed(type_, followed.types[type_]) for type_ in OF_COLUMNS if type_ in followed.types)
    return within, or_(whole, *parts)


def _changed(type_: ChangeType, columns: frozenset[str]) -> ColumnElement[bool]:
    return and_(ChangeEvent.type == type_.value, ChangeEvent.columns.overlap(sorted(columns)))


async def forget_changes(database: Database, older_than: timedelta) -> None:
    """Those that were numbered so long ago. Their cursors expire."""
    before = func.now() - older_than
    gone = delete(ChangeEvent).where(ChangeEvent.numbered_at < before).returning(ChangeEvent.position).cte("gone")
    last: Any = select(func.max(gone.c.position)).scalar_subquery()
    async with database.writing() as session:
        await session.execute(
            update(ChangeFeed).values(forgotten=func.greatest(ChangeFeed.forgotten, func.coalesce(last, 0)))
        )
