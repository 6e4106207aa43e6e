"""党员: reading members."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from domain.filtering import Filter
from domain.masking import MASKS
from domain.pages import Page
from domain.reach import Reach
from domain.records import AttachmentRecord, MemberRecord
from resolvers.conditions import member_filter, member_search
from resolvers.context import RequestContext
from resolvers.paging import SearchArguments
from storage.members import count_members, page_of_members


async def search_members(context: RequestContext, asked: SearchArguments) -> Page[MemberRecord]:
    """The members within the caller's scope, as the caller may see them."""
    search = await member_search(context, asked)
    return _page_as_shown(context, await page_of_members(context.database, context.scope, search))


async def count_of_members(context: RequestContext, where: Filter | None) -> int:
    return await count_members(context.database, context.scope, await member_filter(context, where))


async def find_member(context: RequestContext, member_id: int) -> MemberRecord | None:
    """None for whoever does not exist, is outside the scope, or belongs to records the caller may not know of."""
    if context.permissions.hides("Member.id"):
        return None
    member = await context.loaders.member_by_id.load(member_id)
    return None if member is None else as_shown(context, member)


async def members_of_organization(
    context: RequestContext, organization_id: int, reach: Reach, asked: SearchArguments
) -> Page[MemberRecord]:
    """The members of an organisation that lies within the scope."""
    search = await member_search(context, asked)
    found = await context.loaders.member_page_below(reach, search).load(organization_id)
    if found is None:
        raise LookupError(f"organisation {organization_id} was asked for its members without being read")
    return _page_as_shown(context, found)


async def count_members_of_organization(
    context: RequestContext, organization_id: int, reach: Reach, where: Filter | None
) -> int:
    prepared = await member_filter(context, where)
    return await context.loaders.member_count_below(reach, prepared).load(organization_id)


async def attachments_of_member(context: RequestContext, member_id: int) -> Sequence[AttachmentRecord]:
    return await context.loaders.attachments_of_member.load(member_id)


def as_shown(context: RequestContext, member: MemberRecord) -> MemberRecord:
    """The record with its masked fields masked."""
    masked = context.permissions.masked_columns.get("Member", ())
    values = {column: getattr(member, column) for column in masked}
    shown: dict[str, Any] = {column: MASKS[column](value) for column, value in values.items() if value is not None}
    return member._replace(**shown) if shown else member


def _page_as_shown(context: RequestContext, page: Page[MemberRecord]) -> Page[MemberRecord]:
    if not context.permissions.masked_columns.get("Member"):
        return page
    return replace(page, records=[as_shown(context, member) for member in page.records])
