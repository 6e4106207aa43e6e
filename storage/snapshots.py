"""全量快照: members as they were at one moment, page by page, with how far the changes had come at that moment."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import NamedTuple

from sqlalchemy import select

from domain.records import MemberRecord, Selection, columns_of
from storage.changes import feed_state
from storage.engine import Database, Row
from storage.filters import subtree
from storage.models import ChangeFeed, Member
from storage.reading import Reading

LONGEST_PAUSE = 60.0
"""Seconds between two pages, after which PostgreSQL gives the moment up: what it keeps for it costs everybody."""

_WHOLE = columns_of(MemberRecord)


class SnapshotPage(NamedTuple):
    """快照页. `series` and `position` are the same for all pages of a snapshot."""

    series: int
    position: int
    rows: Sequence[Row]


async def member_snapshot(database: Database, path: str) -> AsyncGenerator[SnapshotPage, None]:
    """Of the organisation's subtree, in the order of the tree, by one statement; an empty page when there is nobody."""
    before = await feed_state(database)
    columns = (getattr(Member, name) for name in _WHOLE)
    found = select(ChangeFeed.series, ChangeFeed.position, *columns).where(subtree(Member.org_path, path))
    is_empty = True
    statement = found.order_by(Member.org_path, Member.id)
    async with aclosing(database.streamed(statement, longest_pause=LONGEST_PAUSE)) as parts:
        async for rows in parts:
            is_empty = False
            yield SnapshotPage(rows[0][0], rows[0][1], [row[2:] for row in rows])
    if is_empty:
        yield SnapshotPage(before.series, before.position, ())


async def members_of_page(
    database: Database, scope: str, page: SnapshotPage, selection: Selection
) -> list[MemberRecord]:
    """With the branches that are selected, as these are by now."""
    return await Reading(MemberRecord, _WHOLE, selection.above).records(database, scope, page.rows)
