"""Ages move with the calendar: those whose span is another than on the day of the counts are counted over to it."""

from datetime import date
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, insert, literal, or_, select, union_all, update

from domain.rollups import COLUMNS, SPANS
from storage.filters import subtree
from storage.models import Member, MemberDelta, RollupDay
from storage.rollups.folding import at_each_rollup
from storage.rollups.marks import added, marks_of, numbers
from storage.writing import WriteSession

Changing = type[Member] | type[MemberDelta]


async def day_of_counts(session: WriteSession, today: date) -> date:
    """Today, to which the counts are taken if they were of another day. To be called `alone`."""
    row = await session.row(select(RollupDay.day))
    if row is None:
        await session.execute(insert(RollupDay).values(id=1, day=today))
    elif row[0] != today:
        await _age(session, row[0], today)
    return today


async def _age(session: WriteSession, before: date, now: date) -> None:
    if spans_move(before, now):
        placed = at_each_rollup(aged(before, now)).cte("placed")
        await session.execute(added(numbers(placed, placed.c.by_pairs, frozenset(SPANS))))
    await session.execute(update(RollupDay).values(day=now))


def spans_move(before: date, now: date) -> bool:
    return any(spans(before) != spans(now) for spans in SPANS.values())


def aged(before: date, now: date, path: str = "") -> CTE:
    """What takes those whom the counts know from their marks of one day to those of the other: rows with `change`,
    `org_path` and marks. The counts know the members without what is still to be folded."""
    members = _moved(Member, literal(1), before, now, path)
    moved = union_all(members, _moved(MemberDelta, -MemberDelta.change, before, now, path)).cte("moved")
    from_those = select((-moved.c.change).label("change"), moved.c.org_path, *marks_of(moved.c, before).values())
    to_these = select(moved.c.change, moved.c.org_path, *marks_of(moved.c, now).values())
    return union_all(from_those, to_these).cte("aged")


def _moved(table: Changing, change: ColumnElement[Any], before: date, now: date, path: str) -> Select[Any]:
    columns = (getattr(table, name) for name in COLUMNS)
    within = (subtree(table.org_path, path),) if path else ()
    return select(change.label("change"), table.org_path, *columns).where(_crosses(table, before, now), *within)


def _crosses(table: Changing, before: date, now: date) -> ColumnElement[bool]:
    """Whether a date lies between where a span began on the one day and where it begins on the other."""
    crossed = []
    for name, spans in SPANS.items():
        column = getattr(table, name)
        for one, other in zip(spans(before), spans(now), strict=True):
            if one.first is not None and other.first is not None and one.first != other.first:
                first, end = sorted((one.first, other.first))
                crossed.append(and_(column >= first, column < end))
    return or_(*crossed)
