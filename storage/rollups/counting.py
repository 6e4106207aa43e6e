"""Counting from what was counted in advance: the counts, the deltas that are not in them yet, and those who have come
into another span since the day of the counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from orjson import loads
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Exists,
    FromClause,
    Select,
    Subquery,
    Text,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from domain.records import OrganizationRecord
from domain.rollups import SPANS, Combination, name_of
from storage.engine import Database, Row
from storage.filters import subtree
from storage.models import MemberDelta, Organization, Rollup, RollupCount, RollupDay
from storage.rollups.aging import aged, spans_move
from storage.rollups.marks import mark_of_combination, marks_of, place_below

Number = int | ColumnElement[int] | InstrumentedAttribute[int]


async def counts_in_advance(
    database: Database, organization: OrganizationRecord, combination: Combination, today: date
) -> Mapping[int, Counter[str]] | None:
    """Id of the organisation or of a child of its → marks → number, the places in the order of the tree. None when that
    is not counted in advance."""
    while (day := await _day(database, organization.id, combination)) is not None:
        rows = await database.rows(_statement(organization, combination, day, today))
        if rows:
            return _summed(rows)
    return None


def _summed(rows: Sequence[Row]) -> Mapping[int, Counter[str]]:
    """Of each place there may be several rows, of which some take away what others have."""
    found: dict[int, Counter[str]] = {}
    for place, counts in rows:
        numbers = found.setdefault(place, Counter())
        if counts is not None:
            numbers.update(loads(counts))
    return {place: +numbers for place, numbers in found.items()}


async def _day(database: Database, organization_id: int, combination: Combination) -> date | None:
    row = await database.row(select(RollupDay.day).where(is_rolled_up(organization_id, combination)))
    return None if row is None else row[0]


def is_rolled_up(organization_id: Number, combination: Combination) -> Exists:
    conditions = [Rollup.organization_id == organization_id]
    return exists().where(*conditions, *([Rollup.by_pairs] if len(combination) > 1 else []))


def _statement(
    organization: OrganizationRecord, combination: Combination, day: date, today: date
) -> Select[*tuple[Any, ...]]:
    """No rows at all when the day of the counts is another by now, or they are gone.

    Counts go out as they are kept: to take thousands apart costs PostgreSQL several times what reading them does.
    """
    changes = [_pending(organization, combination, today)]
    if SPANS.keys() & set(combination) and spans_move(day, today):
        changes.append(_aged(organization, combination, day, today))
    every = union_all(_counted(organization.id, combination), _packed(union_all(*changes).subquery())).subquery()
    current = exists().where(RollupDay.day == day)
    return (
        select(Organization.id, cast(every.c.counts, Text))
        .outerjoin(every, every.c.place_id == Organization.id)
        .where(or_(Organization.id == organization.id, Organization.parent_id == organization.id))
        .where(current, is_rolled_up(organization.id, combination))
        .order_by(Organization.path)
    )


def _counted(organization_id: int, combination: Combination) -> Select[*tuple[Any, ...]]:
    counts = select(RollupCount.place_id, RollupCount.counts)
    return counts.where(RollupCount.organization_id == organization_id, RollupCount.combination == name_of(combination))


def _packed(changes: Subquery) -> Select[Any]:
    """As counts are kept."""
    number = func.sum(changes.c.change)
    by = (changes.c.place_id, changes.c.marks)
    sums = select(*by, number.label("number")).group_by(*by).having(number != 0).subquery()
    packed = func.jsonb_object_agg(sums.c.marks, sums.c.number)
    return select(sums.c.place_id, packed).group_by(sums.c.place_id)


def _pending(organization: OrganizationRecord, combination: Combination, today: date) -> Select[Any]:
    marked = select(MemberDelta.change, MemberDelta.org_path, *marks_of(MemberDelta, today).values())
    rows = marked.where(subtree(MemberDelta.org_path, organization.path)).subquery()
    return _placed(rows, organization, combination)


def _aged(organization: OrganizationRecord, combination: Combination, day: date, today: date) -> Select[Any]:
    return _placed(aged(day, today, organization.path), organization, combination)


def _placed(rows: FromClause, organization: OrganizationRecord, combination: Combination) -> Select[Any]:
    marks = mark_of_combination(rows.c, combination).label("marks")
    return select(_place(rows.c.org_path, organization).label("place_id"), marks, rows.c.change)


def _place(path: ColumnElement[Any], organization: OrganizationRecord) -> ColumnElement[Any]:
    return place_below(path, literal(organization.path.count("/")), literal(organization.id, BigInteger))
