"""嵌套: the pages and counts below many organisations at once, in one statement however many there are."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import aliased

from domain.filtering import Filter
from domain.pages import Page, PageRequest, Search
from domain.reach import Reach
from domain.records import MemberRecord, OrganizationRecord
from storage.engine import Database
from storage.filters import compiled
from storage.members import MEMBER_COLUMNS
from storage.models import Member, Organization
from storage.ordering import Keyset, backward, member_keyset, organization_keyset
from storage.organizations import ORGANIZATION_COLUMNS
from storage.pages import MakeRecord, RecordT, page_conditions, page_of

_Above = aliased(Organization, name="above")


async def member_pages_below(
    database: Database, organization_ids: Sequence[int], reach: Reach, search: Search
) -> Mapping[int, Page[MemberRecord]]:
    """For each organisation the page of its members; organisations are taken as already within the scope."""
    below = select(*MEMBER_COLUMNS).where(*await _members_below(database, reach, search.where))
    keyset = member_keyset(search.order)
    statement = _lateral_statement(organization_ids, below, keyset, search.page)
    records = await _records_below(database, statement, MemberRecord._make)
    return {key: page_of(records.get(key, []), keyset, search.page) for key in organization_ids}


async def child_pages_of(
    database: Database, organization_ids: Sequence[int], search: Search
) -> Mapping[int, Page[OrganizationRecord]]:
    """For each organisation the page of its direct children."""
    below = select(*ORGANIZATION_COLUMNS).where(*_children(search.where))
    keyset = organization_keyset(search.order)
    statement = _lateral_statement(organization_ids, below, keyset, search.page)
    records = await _records_below(database, statement, OrganizationRecord._make)
    return {key: page_of(records.get(key, []), keyset, search.page) for key in organization_ids}


async def member_counts_below(
    database: Database, organization_ids: Sequence[int], reach: Reach, where: Filter | None
) -> Mapping[int, int]:
    counted = select(func.count()).select_from(Member).where(*await _members_below(database, reach, where))
    return await _counts_below(database, organization_ids, counted)


async def child_counts_of(
    database: Database, organization_ids: Sequence[int], where: Filter | None
) -> Mapping[int, int]:
    counted = select(func.count()).select_from(Organization).where(*_children(where))
    return await _counts_below(database, organization_ids, counted)


async def _members_below(database: Database, reach: Reach, where: Filter | None) -> list[ColumnElement[bool]]:
    if reach is Reach.DIRECT:
        conditions = [Member.branch_id == _Above.id]
    else:
        end = func.left(_Above.path, -1).concat("0")
        conditions = [Member.org_path >= _Above.path, Member.org_path < end]
    return conditions if where is None else [*conditions, compiled(where, Member, await database.frequent_grams())]


def _children(where: Filter | None) -> list[ColumnElement[bool]]:
    conditions = [Organization.parent_id == _Above.id]
    return conditions if where is None else [*conditions, compiled(where, Organization)]


async def _records_below(
    database: Database, statement: Select[Any], make: MakeRecord[RecordT]
) -> dict[int, list[RecordT]]:
    """Organisation → the records that the lateral statement found below it, as they were walked."""
    async with database.read() as connection:
        rows = (await connection.execute(statement)).all()
    return {key: [make(row[1:]) for row in group] for key, group in groupby(rows, key=lambda row: row[0])}


def _lateral_statement(
    organization_ids: Sequence[int], below: Select[Any], keyset: Keyset, request: PageRequest
) -> Select[Any]:
    walked = backward(keyset) if request.backward else keyset
    page = (
        below.where(*page_conditions(keyset, request))
        .order_by(*(key.ordered() for key in walked))
        .limit(request.limit + 1)
        .correlate(_Above)
        .lateral("below")
    )
    return (
        select(_Above.id.label("above_id"), page)
        .join(page, true())
        .where(_Above.id.in_(organization_ids))
        .order_by(_Above.id, *(key.ordered(page.c[key.column.key]) for key in walked))
    )


async def _counts_below(database: Database, organization_ids: Sequence[int], counted: Select[int]) -> Mapping[int, int]:
    count = counted.correlate(_Above).scalar_subquery()
    statement = select(_Above.id, count).where(_Above.id.in_(organization_ids))
    async with database.read() as connection:
        rows = await connection.execute(statement)
    return {row[0]: row[1] for row in rows}
