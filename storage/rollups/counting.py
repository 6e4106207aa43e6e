"""Counting from what was counted in advance: the counts, the deltas that are not in them yet, and those who have come
into another span since the day of the counts."""

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    cast,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from domain.records import OrganizationRecord
from domain.rollups import SPANS, Combination, name_of
from storage.engine import Database, Row
from storage.filters import subtree
from storage.models import MemberDelta, Organization, Rollup, RollupCount, RollupDay
from storage.rollups.aging import aged, spans_move
from storage.rollups.marks import mark_of_combination, marks_of, place_below

_TEXT = Text(collation="C")


async def counts_in_advance(
    database: Database, organization: OrganizationRecord, combination: Combination, today: date
) -> list[Row] | None:
    """(Id of the organisation or of a child of its, number, marks), the places in the order of the tree; one without
    members has neither number nor marks. None when that is not counted in advance."""
    while (day := await _day(database, organization.id, combination)) is not None:
        rows = await database.rows(_statement(organization, combination, day, today))
        if rows:
            return rows
    return None


async def _day(database: Database, organization_id: int, combination: Combination) -> date | None:
    row = await database.row(select(RollupDay.day).where(_is_rolled_up(organization_id, combination)))
    return None if row is None else row[0]


def _is_rolled_up(organization_id: int, combination: Combination) -> ColumnElement[bool]:
    conditions = [Rollup.organization_id == organization_id]
    return exists().where(*conditions, *([Rollup.by_pairs] if len(combination) > 1 else []))


def _statement(organization: OrganizationRecord, combination: Combination, day: date, today: date) -> Select[Any]:
    """No rows at all when the day of the counts is another by now, or they are gone."""
    parts = [_counted(organization.id, combination), _pending(organization, combination, today)]
    if SPANS.keys() & set(combination) and spans_move(day, today):
        parts.append(_aged(organization, combination, day, today))
    every = union_all(*parts).subquery()
    number = func.sum(every.c.number)
    found = select(every.c.place_id, every.c.marks, cast(number, Integer).label("number"))
    found_ = found.group_by(every.c.place_id, every.c.marks).having(number != 0).subquery()
    current = exists().where(RollupDay.day == day)
    return (
        select(Organization.id, found_.c.number, found_.c.marks)
        .outerjoin(found_, found_.c.place_id == Organization.id)
        .where(or_(Organization.id == organization.id, Organization.parent_id == organization.id))
        .where(current, _is_rolled_up(organization.id, combination))
        .order_by(Organization.path)
    )


def _counted(organization_id: int, combination: Combination) -> Select[Any]:
    each = func.jsonb_each_text(RollupCount.counts).table_valued(column("key", _TEXT), column("value", Text))
    return (
        select(RollupCount.place_id, each.c.key.label("marks"), cast(each.c.value, BigInteger).label("number"))
        .join(each, true())
        .where(RollupCount.organization_id == organization_id, RollupCount.combination == name_of(combination))
    )


def _pending(organization: OrganizationRecord, combination: Combination, today: date) -> Select[Any]:
    marked = select(MemberDelta.change, MemberDelta.org_path, *marks_of(MemberDelta, today).values())
    rows = marked.where(subtree(MemberDelta.org_path, organization.path)).subquery()
    return select(_place(rows.c.org_path, organization), mark_of_combination(rows.c, combination), rows.c.change)


def _aged(organization: OrganizationRecord, combination: Combination, day: date, today: date) -> Select[Any]:
    rows = aged(day, today, organization.path)
    return select(_place(rows.c.org_path, organization), mark_of_combination(rows.c, combination), rows.c.change)


def _place(path: ColumnElement[Any], organization: OrganizationRecord) -> ColumnElement[Any]:
    return place_below(path, literal(organization.path.count("/")), literal(organization.id, BigInteger))
