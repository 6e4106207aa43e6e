"""党员: reads of members. Everything is asked within a scope, the subtree of the caller's organisation."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from domain.filtering import Filter
from domain.pages import Page, Search
from domain.records import AttachmentRecord, MemberRecord
from storage.engine import Database
from storage.filtered_pages import FilteredRead
from storage.filters import compiled, subtree
from storage.models import Attachment, Member
from storage.ordering import member_keyset
from storage.pages import read_page

MEMBER_COLUMNS = [getattr(Member, name) for name in MemberRecord._fields]
_ATTACHMENT_COLUMNS = [getattr(Attachment, name) for name in AttachmentRecord._fields]


def _within(scope: str) -> ColumnElement[bool]:
    return subtree(Member.org_path, scope)


async def page_of_members(database: Database, scope: str, search: Search) -> Page[MemberRecord]:
    keyset = member_keyset(search.order)
    if search.where is None:
        every = select(*MEMBER_COLUMNS).where(_within(scope))
        async with database.read() as connection:
            return await read_page(connection, every, keyset, search.page, MemberRecord._make)
    filtered = FilteredRead(
        MEMBER_COLUMNS,
        _within(scope),
        satisfies=compiled(search.where, Member),
        found=compiled(search.where, Member, await database.frequent_grams()),
    )
    async with database.read() as connection:
        return await filtered.page(connection, keyset, search.page, MemberRecord._make)


async def count_members(database: Database, scope: str, where: Filter | None) -> int:
    statement = select(func.count()).select_from(Member).where(_within(scope))
    if where is not None:
        statement = statement.where(compiled(where, Member, await database.frequent_grams()))
    async with database.read() as connection:
        return int(await connection.scalar(statement) or 0)


async def members_by_id(database: Database, scope: str, ids: Sequence[int]) -> Mapping[int, MemberRecord]:
    """Those of the ids that exist within the scope."""
    statement: Select[Any] = select(*MEMBER_COLUMNS).where(Member.id.in_(ids), _within(scope))
    async with database.read() as connection:
        rows = await connection.execute(statement)
    return {record.id: record for record in map(MemberRecord._make, rows)}


async def attachments_of_members(
    database: Database, scope: str, member_ids: Sequence[int]
) -> Mapping[int, Sequence[AttachmentRecord]]:
    """The attachments of those members that are within the scope, oldest first."""
    statement: Select[Any] = (
        select(*_ATTACHMENT_COLUMNS)
        .join(Member, Member.id == Attachment.member_id)
        .where(Attachment.member_id.in_(member_ids), _within(scope))
        .order_by(Attachment.member_id, Attachment.id)
    )
    async with database.read() as connection:
        rows = await connection.execute(statement)
    found: dict[int, list[AttachmentRecord]] = {}
    for record in map(AttachmentRecord._make, rows):
        found.setdefault(record.member_id, []).append(record)
    return found
