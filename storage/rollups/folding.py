"""Folding: the deltas that have been committed, taken away and added to the counts in one statement."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, FromClause, Integer, Select, cast, column, delete, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY, Insert

from domain.rollups import COLUMNS
from storage.models import MemberDelta, Rollup
from storage.rollups.marks import added, marks_of, numbers, place_below
from storage.writing import WriteSession

_ONE_WRITES_COUNTS_AT_A_TIME = 7_367_019


async def alone(session: WriteSession) -> bool:
    """Whether until its end this transaction is the only one that writes counts. Nobody waits for another."""
    row = await session.row(select(func.pg_try_advisory_xact_lock(_ONE_WRITES_COUNTS_AT_A_TIME)))
    return bool(row and row[0])


async def fold_deltas(session: WriteSession, day: date, most: int) -> bool:
    """The oldest so many; whether there may be more. `day` is that of the counts. To be called `alone`."""
    some = select(MemberDelta.id).order_by(MemberDelta.id).limit(most)
    row = await session.row(select(func.count()).select_from(some.subquery()))
    if row is None or row[0] == 0:
        return False
    await session.execute(folding(day, most))
    return bool(row[0] == most)


def folding(day: date, most: int) -> Insert:
    oldest = select(MemberDelta.id).order_by(MemberDelta.id).limit(most)
    taken = delete(MemberDelta).where(MemberDelta.id.in_(oldest))
    deltas = taken.returning(MemberDelta.change, MemberDelta.org_path, *(getattr(MemberDelta, c) for c in COLUMNS))
    rows = deltas.cte("taken")
    marked = select(rows.c.change, rows.c.org_path, *marks_of(rows.c, day).values()).cte("marked")
    placed = at_each_rollup(marked).cte("placed")
    return added(numbers(placed, placed.c.by_pairs))


def at_each_rollup(marked: FromClause) -> Select[Any]:
    """Each row once for every rolled-up organisation in its path, with its place there."""
    path = func.rtrim(marked.c.org_path, "/")
    ids = cast(func.string_to_array(path, "/"), ARRAY(BigInteger))
    above = func.unnest(ids).table_valued(column("id", BigInteger), with_ordinality="depth").render_derived()
    place = place_below(marked.c.org_path, cast(above.c.depth, Integer), above.c.id).label("place_id")
    marks = (marked.c[name] for name in COLUMNS)
    return (
        select(Rollup.organization_id, Rollup.by_pairs, place, marked.c.change, *marks)
        .select_from(marked.join(above, true()))
        .join(Rollup, Rollup.organization_id == above.c.id)
    )
