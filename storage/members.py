"""党员: reads of members. Everything is asked within a scope, the subtree of the caller's organisation."""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import cast

from sqlalchemy import BigInteger, ColumnElement, func, literal, select

from domain.filtering import Filter
from domain.pages import Page, Search
from domain.paths import id_of
from domain.records import MemberRecord, Selection
from domain.rollups import Total, total_of
from storage.engine import Database
from storage.filtered_pages import FilteredRead
from storage.filters import compiled, scope_values, scoped, subtree
from storage.models import Member
from storage.ordering import member_keyset
from storage.pages import page_of, walk_of
from storage.reading import reading_of
from storage.rollups import members_of_total
from storage.statements import Statement, parameter, statement_of
from storage.whole_scope import page_of_all, records_with_ids


def _within(scope: str) -> ColumnElement[bool]:
    return subtree(Member.org_path, scope)


async def page_of_members(
    database: Database, scope: str, search: Search, selection: Selection | None
) -> Page[MemberRecord]:
    """Nothing is read where nothing of the page is selected."""
    keyset = member_keyset(search.order)
    walk = walk_of(keyset, search.page)
    if selection is None:
        return page_of([], keyset, search.page)
    reading = reading_of(MemberRecord, selection, keyset)
    if search.where is None:
        rows = await database.rows(page_of_all(reading, keyset, walk, scope))
    else:
        filtered = FilteredRead(
            reading.columns,
            _within(scope),
            satisfies=compiled(search.where, Member),
            found=compiled(search.where, Member, await database.frequent_grams()),
        )
        rows = await filtered.rows(database, keyset, walk)
    return page_of(await reading.records(database, scope, rows), keyset, search.page)


async def count_members(database: Database, scope: str, where: Filter | None) -> int:
    total = total_of(scope, where)
    if total is None:
        satisfying = compiled(cast("Filter", where), Member, await database.frequent_grams())
        return await database.number(select(func.count()).select_from(Member).where(_within(scope), satisfying))
    if not total.conditions:
        return await database.number(_count().with_values({"id": id_of(total.path), **scope_values(total.path)}))
    within = partial(subtree, path=total.path)
    return await database.number(select(members_of_total(total, literal(id_of(total.path), BigInteger), within)))


@lru_cache(maxsize=1)
def _count() -> Statement:
    """Of all members of a scope."""
    return statement_of(select(members_of_total(Total(""), parameter("id", BigInteger), scoped)))


async def members_by_id(
    database: Database, scope: str, ids: Sequence[int], selection: Selection
) -> Mapping[int, MemberRecord]:
    """Those of the ids that exist within the scope."""
    return await records_with_ids(database, scope, MemberRecord, ids, selection)
