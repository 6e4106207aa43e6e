"""导出的记录: all that a query finds, as it was at one moment, some at a time."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select

from domain.approvals import HistoryMemberRecord
from domain.filtering import Filter
from domain.pages import OrderTerm
from domain.records import MemberRecord, columns_of, maker_of
from storage.engine import Database
from storage.filters import compiled, subtree
from storage.history_members import LAST_FIRST
from storage.models import HistoryMember, Member, Organization
from storage.ordering import Keyset, member_keyset

LONGEST_PAUSE = 300.0
"""Seconds between two times: whoever takes longer is gone, and PostgreSQL keeps the moment for nobody."""


class ExportedRows(NamedTuple):
    """`branches` are the names of the organisations that the records hang on, in their order."""

    records: Sequence[Any]
    branches: Sequence[str]


async def members_to_export(
    database: Database, scope: str, where: Filter | None, order: tuple[OrderTerm, ...], columns: frozenset[str]
) -> AsyncGenerator[ExportedRows, None]:
    """In the order that a page of them has."""
    fields = tuple(name for name in columns_of(MemberRecord) if name in columns)
    conditions = [subtree(Member.org_path, scope)]
    if where is not None:
        conditions.append(compiled(where, Member, await database.frequent_grams()))
    make = maker_of(MemberRecord, fields)
    async for rows in _streamed(database, Member, fields, conditions, member_keyset(order)):
        yield ExportedRows([make(row[:-1]) for row in rows], [row[-1] for row in rows])


async def history_to_export(database: Database, scope: str, where: Filter | None) -> AsyncGenerator[ExportedRows, None]:
    """Who left last comes first. The records are whole."""
    conditions = [subtree(HistoryMember.org_path, scope)]
    if where is not None:
        conditions.append(compiled(where, HistoryMember))
    fields = HistoryMemberRecord._fields
    async for rows in _streamed(database, HistoryMember, fields, conditions, LAST_FIRST):
        yield ExportedRows([HistoryMemberRecord(*row[:-1]) for row in rows], [row[-1] for row in rows])


async def _streamed(
    database: Database,
    table: type[Member] | type[HistoryMember],
    fields: Sequence[str],
    conditions: Sequence[ColumnElement[bool]],
    keyset: Keyset,
) -> AsyncGenerator[list[tuple[Any, ...]], None]:
    found = (
        select(*(getattr(table, name) for name in fields), Organization.name)
        .select_from(table)
        .join(Organization, Organization.id == table.branch_id)
        .where(*conditions)
        .order_by(*(key.ordered() for key in keyset))
    )
    async with aclosing(database.streamed(found, may_sort=True, longest_pause=LONGEST_PAUSE)) as parts:
        async for rows in parts:
            yield rows
