"""Numbers of members, from what is counted in advance where it is, and else one by one: by one statement, whichever."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    Text,
    any_,
    case,
    cast,
    column,
    func,
    literal,
    select,
    true,
)

from domain.rollups import BETWEEN, Combination, Total, name_of
from storage.filters import compiled
from storage.models import Member, MemberDelta, RollupCount
from storage.rollups.counting import Number, is_rolled_up

Within = Callable[[Any], ColumnElement[bool]]
"""Whether a path lies in the subtree of the organisation that is counted."""


def members_of_total(total: Total, organization_id: Number, within: Within, *correlated: Any) -> ColumnElement[int]:
    """How many there are, as a value of a statement, which sees the counts and what is not folded into them at one
    moment. PostgreSQL works out only the one of both ways that it takes."""
    rolled_up = is_rolled_up(organization_id, _combination(total))
    one_by_one = _number(select(func.count()), Member, total, within)
    folded = _folded(total, organization_id)
    pending = _number(select(func.coalesce(func.sum(MemberDelta.change), 0)), MemberDelta, total, within)
    values = (value.correlate(*correlated).scalar_subquery() for value in (folded, pending, one_by_one))
    in_advance, since, counted = values
    return case((rolled_up.correlate(*correlated), cast(in_advance + since, BigInteger)), else_=counted)


def _number(number: Select[Any], table: type[Member] | type[MemberDelta], total: Total, within: Within) -> Select[Any]:
    conditions = (compiled(condition, table) for condition in total.conditions)
    return number.select_from(table).where(within(table.org_path), *conditions)


def _folded(total: Total, organization_id: Number) -> Select[Any]:
    """Of all its places together."""
    each = (
        func.jsonb_each_text(RollupCount.counts)
        .table_valued(column("marks", Text), column("number", Text))
        .render_derived()
    )
    number = func.coalesce(func.sum(cast(each.c.number, BigInteger)), 0)
    counts = select(number).select_from(RollupCount).join(each, true())
    marked = (
        func.split_part(each.c.marks, BETWEEN, n) == any_(literal(sorted(marks), ARRAY(Text)))
        for n, marks in enumerate(total.marks.values(), 1)
    )
    of_this = (RollupCount.organization_id == organization_id, RollupCount.combination == name_of(_combination(total)))
    return counts.where(*of_this, *marked)


def _combination(total: Total) -> Combination:
    """By gender where none is asked for: each member has a mark of it, as of any, and there are few."""
    return tuple(total.marks) or ("gender",)
