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


def conditions(scope: str, where: Filter | None) -> list[ColumnElement[bool]]:
    """The members of the scope that satisfy the filter."""
    within = subtree(Member.org_path, scope)
    return [within] if where is None else [within, compiled(where, Member)]


async def page_of_members(database: Database, scope: str, search: Search) -> Page[MemberRecord]:
    within, keyset = subtree(Member.org_path, scope), member_keyset(search.order)
    async with database.read() as connection:
        if search.where is None:
            every = select(*MEMBER_COLUMNS).where(within)
            return await read_page(connection, every, keyset, search.page, MemberRecord._make)
        filtered = FilteredRead(MEMBER_COLUMNS, within, compiled(search.where, Member))
        return await filtered.page(connection, keyset, search.page, MemberRecord._make)


async def count_members(database: Database, scope: str, where: Filter | None) -> int:
    statement = select(func.count()).select_from(Member).where(*conditions(scope, where))
    async with database.read() as connection:
        return int(await connection.scalar(statement) or 0)


async def members_by_id(database: Database, scope: str, ids: Sequence[int]) -> Mapping[int, MemberRecord]:
    """Those of the ids that exist within the scope."""
    statement: Select[Any] = select(*MEMBER_COLUMNS).where(Member.id.in_(ids), *conditions(scope, None))
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
        .where(Attachment.member_id.in_(member_ids), *conditions(scope, None))
        .order_by(Attachment.member_id, Attachment.id)
    )
    async with database.read() as connection:
        rows = await connection.execute(statement)
    found: dict[int, list[AttachmentRecord]] = {}
    for record in map(AttachmentRecord._make, rows):
        found.setdefault(record.member_id, []).append(record)
    return found
