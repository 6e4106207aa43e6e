"""党员统计: how many members of an organisation and of each of its children lie in which buckets."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select

from domain.filtering import Filter
from domain.records import OrganizationRecord
from domain.rollups import combination_of, keys_of
from domain.statistics import MISSING, BySpan, Dimension
from domain.tallies import Counts
from storage.engine import Database
from storage.filters import compiled, subtree
from storage.models import Member, Organization
from storage.rollups import counts_in_advance


async def counts_below(
    database: Database,
    organization: OrganizationRecord,
    dimensions: Sequence[Dimension],
    where: Filter | None,
    today: date,
) -> Mapping[int, Counts]:
    """The organisation's id → those who hang on it directly, and the id of each of its children → those of its subtree.

    The children in the order of the tree, all of them; every member of the subtree counts once. One statement, and so
    one moment. The organisation's `id` and `path` must have been read; it is taken as already within the scope.
    """
    if where is None:
        in_advance = await counts_from_rollup(database, organization, dimensions, today)
        if in_advance is not None:
            return in_advance
    return await counts_from_members(database, organization, dimensions, where, today)


async def counts_from_rollup(
    database: Database, organization: OrganizationRecord, dimensions: Sequence[Dimension], today: date
) -> Mapping[int, Counts] | None:
    """None where that is not counted in advance."""
    combination = combination_of(dimensions)
    found = await counts_in_advance(database, organization, combination, today)
    if found is None:
        return None
    keys = {marks: keys_of(dimensions, combination, marks) for marks in set(chain.from_iterable(found.values()))}
    return {place: _by_keys(numbers, keys) for place, numbers in found.items()}


def _by_keys(numbers: Counter[str], keys: Mapping[str, tuple[str, ...]]) -> Counts:
    """Of a place: several marks may have the same keys."""
    counts: Counts = Counter()
    for marks, number in numbers.items():
        counts[keys[marks]] += number
    return counts


async def counts_from_members(
    database: Database,
    organization: OrganizationRecord,
    dimensions: Sequence[Dimension],
    where: Filter | None,
    today: date,
) -> Mapping[int, Counts]:
    satisfying = [] if where is None else [compiled(where, Member, await database.frequent_grams())]
    found: dict[int, Counts] = {organization.id: Counter()}
    for place, number, *values in await database.rows(_statement(organization, dimensions, satisfying, today)):
        counts = found.setdefault(place, Counter())
        if number is not None:
            counts[_keys(dimensions, values, today)] += number
    return found


def _statement(
    organization: OrganizationRecord,
    dimensions: Sequence[Dimension],
    satisfying: Sequence[ColumnElement[bool]],
    today: date,
) -> Select[Any]:
    """A row for each place and combination of values; for a place without members one row without a number.

    Members are sorted by the component of their path that comes after the organisation's: their child's id, or nothing.
    """
    component = literal(organization.path.count("/") + 1)
    below = func.split_part(Member.org_path, "/", component).label("place")
    values = [_value(dimension, today).label(f"value_{n}") for n, dimension in enumerate(dimensions)]
    members = select(below, *values).where(subtree(Member.org_path, organization.path), *satisfying).subquery()
    counted = select(*members.c, func.count().label("number")).group_by(*members.c).subquery()
    is_place = func.split_part(Organization.path, "/", component) == counted.c.place
    places = or_(Organization.id == organization.id, Organization.parent_id == organization.id)
    found = (counted.c[f"value_{n}"] for n in range(len(dimensions)))
    return (
        select(Organization.id, counted.c.number, *found)
        .outerjoin(counted, is_place)
        .where(places)
        .order_by(Organization.path)
    )


def _value(dimension: Dimension, today: date) -> ColumnElement[Any]:
    """The column, or the key of the span in which it lies."""
    column: ColumnElement[Any] = getattr(Member, dimension.column)
    if not isinstance(dimension, BySpan):
        return column
    *spans, last = dimension.spans(today)
    within = [(column >= span.first, literal(span.key)) for span in spans]
    return case((column.is_(None), literal(MISSING.key)), *within, else_=literal(last.key))


def _keys(dimensions: Sequence[Dimension], values: Sequence[Any], today: date) -> tuple[str, ...]:
    return tuple(
        value if isinstance(dimension, BySpan) else dimension.key_of(value, today)
        for dimension, value in zip(dimensions, values, strict=True)
    )
