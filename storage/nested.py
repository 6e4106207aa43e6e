"""嵌套: the pages and counts below many organisations at once, in one statement however many there are."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, and_, any_, func, select, true
from sqlalchemy.orm import aliased

from domain.filtering import Filter
from domain.pages import Page, Search
from domain.reach import Reach
from domain.records import MemberRecord, OrganizationRecord, Selection
from domain.rollups import Total, total_of
from storage.engine import Database, Row
from storage.filters import compiled
from storage.models import Member, Organization
from storage.ordering import Keyset, member_keyset, organization_keyset
from storage.pages import Shape, Walk, page_conditions, page_of, shape_of, values_of, walk_of, walk_with_parameters
from storage.reading import Reading, column_of, reading_of
from storage.rollups import members_of_total
from storage.statements import Statement, array_of, parameter, statement_of

_Above = aliased(Organization, name="above")
_IDS: Any = parameter("above_ids", ARRAY(BigInteger))


async def member_pages_below(  # noqa: PLR0913 # a page, of whom, as whom: none of them goes without the others
    database: Database,
    scope: str,
    organization_ids: Sequence[int],
    reach: Reach,
    search: Search,
    selection: Selection | None,
) -> Mapping[int, Page[MemberRecord]]:
    """For each organisation the page of its members; organisations are taken as already within the scope.

    Nothing is read where nothing of the pages is selected.
    """
    keyset = member_keyset(search.order)
    walk = walk_of(keyset, search.page)
    if selection is None:
        return dict.fromkeys(organization_ids, page_of([], keyset, search.page))
    reading = reading_of(MemberRecord, selection, keyset)
    if search.where is None:
        pages = _pages(MemberRecord, reading.fields, keyset, shape_of(walk), reach)
        statement = pages.with_values(values_of(walk))
    else:
        below = select(*reading.columns).where(*_members_below(reach), await _satisfying(database, search.where))
        statement = statement_of(_lateral_statement(below, keyset, walk))
    found = await _below(database, scope, reading, statement.with_values({_IDS.key: array_of(organization_ids)}))
    return {key: page_of(found.get(key, []), keyset, search.page) for key in organization_ids}


async def child_pages_of(
    database: Database, scope: str, organization_ids: Sequence[int], search: Search, selection: Selection | None
) -> Mapping[int, Page[OrganizationRecord]]:
    """For each organisation the page of its direct children."""
    keyset = organization_keyset(search.order)
    walk = walk_of(keyset, search.page)
    if selection is None:
        return dict.fromkeys(organization_ids, page_of([], keyset, search.page))
    reading = reading_of(OrganizationRecord, selection, keyset)
    if search.where is None:
        pages = _pages(OrganizationRecord, reading.fields, keyset, shape_of(walk), None)
        statement = pages.with_values(values_of(walk))
    else:
        below = select(*reading.columns).where(_IS_CHILD, compiled(search.where, Organization))
        statement = statement_of(_lateral_statement(below, keyset, walk))
    found = await _below(database, scope, reading, statement.with_values({_IDS.key: array_of(organization_ids)}))
    return {key: page_of(found.get(key, []), keyset, search.page) for key in organization_ids}


@lru_cache(maxsize=1_000)
def _pages(kind: Any, fields: tuple[str, ...], keyset: Keyset, shape: Shape, reach: Reach | None) -> Statement:
    """Of all members within reach of each organisation; without a reach, of all its children."""
    conditions = [_IS_CHILD] if reach is None else _members_below(reach)
    below = select(*(column_of(kind, name) for name in fields)).where(*conditions)
    return statement_of(_lateral_statement(below, keyset, walk_with_parameters(keyset, shape)))


async def member_counts_below(
    database: Database, organization_ids: Sequence[int], reach: Reach, where: Filter | None
) -> Mapping[int, int]:
    if where is None:
        counts = _member_counts(reach)
    elif reach is Reach.SUBTREE and (total := total_of("", where)) is not None and not total.path:
        counts = _totals(total)
    else:
        satisfying = await _satisfying(database, where)
        counts = _counts(select(func.count()).select_from(Member).where(*_members_below(reach), satisfying))
    return await _counted(database, counts, organization_ids)


@lru_cache(maxsize=len(Reach))
def _member_counts(reach: Reach) -> Statement:
    """Of all members within reach of each organisation."""
    if reach is Reach.SUBTREE:
        return _totals(Total(""))
    return _counts(select(func.count()).select_from(Member).where(*_members_below(reach)))


def _totals(total: Total) -> Statement:
    return _for_each(members_of_total(total, _Above.id, _is_below, _Above))


async def child_counts_of(
    database: Database, organization_ids: Sequence[int], where: Filter | None
) -> Mapping[int, int]:
    if where is None:
        return await _counted(database, _child_counts(), organization_ids)
    children = select(func.count()).select_from(Organization).where(_IS_CHILD, compiled(where, Organization))
    return await _counted(database, _counts(children), organization_ids)


@lru_cache(maxsize=1)
def _child_counts() -> Statement:
    return _counts(select(func.count()).select_from(Organization).where(_IS_CHILD))


_IS_CHILD: ColumnElement[bool] = Organization.parent_id == _Above.id


def _members_below(reach: Reach) -> list[ColumnElement[bool]]:
    if reach is Reach.DIRECT:
        return [Member.branch_id == _Above.id]
    return [_is_below(Member.org_path)]


def _is_below(path: Any) -> ColumnElement[bool]:
    return and_(path >= _Above.path, path < func.left(_Above.path, -1).concat("0"))


async def _satisfying(database: Database, where: Filter) -> ColumnElement[bool]:
    return compiled(where, Member, await database.frequent_grams())


async def _below(database: Database, scope: str, reading: Reading[Any], statement: Statement) -> dict[int, list[Any]]:
    """Organisation → the records that the lateral statement found below it, as they were walked."""
    rows = await database.rows(statement)
    records = await reading.records(database, scope, [row[1:] for row in rows])
    return {
        key: [record for _, record in group]
        for key, group in groupby(zip(rows, records, strict=True), key=lambda pair: _first(pair[0]))
    }


def _first(row: Row) -> int:
    return int(row[0])


def _lateral_statement(below: Select[Any], keyset: Keyset, walk: Walk) -> Select[Any]:
    walked = walk.keyset(keyset)
    page = (
        below.where(*page_conditions(keyset, walk))
        .order_by(*(key.ordered() for key in walked))
        .limit(walk.limit)
        .correlate(_Above)
        .lateral("below")
    )
    return (
        select(_Above.id.label("above_id"), page)
        .join(page, true())
        .where(_Above.id == any_(_IDS))
        .order_by(_Above.id, *(key.ordered(page.c[key.column.key]) for key in walked))
    )


def _counts(counted: Select[Any]) -> Statement:
    return _for_each(counted.correlate(_Above).scalar_subquery())


def _for_each(number: ColumnElement[int]) -> Statement:
    """Beside the id of each of the organisations."""
    return statement_of(select(_Above.id, number).where(_Above.id == any_(_IDS)))


async def _counted(database: Database, counts: Statement, organization_ids: Sequence[int]) -> Mapping[int, int]:
    rows = await database.rows(counts.with_values({_IDS.key: array_of(organization_ids)}))
    return {row[0]: row[1] for row in rows}
