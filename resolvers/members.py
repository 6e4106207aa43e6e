"""党员: reading members."""

from collections.abc import Sequence

from domain.filtering import Filter
from domain.lookups import ArchiveQuestion, Sought
from domain.pages import Page
from domain.reach import Reach
from domain.records import AttachmentRecord, MemberRecord, Selection
from resolvers.conditions import filter_of, search_of
from resolvers.context import RequestContext
from resolvers.masking import as_shown, page_as_shown
from resolvers.paging import SearchArguments
from storage.attachments import attachments_of_members
from storage.members import count_members, members_by_id, page_of_members
from storage.nested import member_counts_below, member_pages_below


async def search_members(
    context: RequestContext, asked: SearchArguments, selection: Selection | None
) -> Page[MemberRecord]:
    """The members within the caller's scope, as the caller may see them; an empty page when none of it is selected."""
    search = await search_of(context, "Member", asked)
    page = await page_of_members(context.database, context.scope, search, selection)
    if selection is not None:
        question = ArchiveQuestion(Sought.MEMBERS, asked.where, search.order, search.page)
        context.journal.returned(question, len(page.records))
    return page_as_shown(context, "Member", page)


async def count_of_members(context: RequestContext, where: Filter | None) -> int:
    number = await count_members(context.database, context.scope, await filter_of(context, "Member", where))
    context.journal.counted(ArchiveQuestion(Sought.MEMBERS, where), number)
    return number


async def find_member(context: RequestContext, member_id: int, selection: Selection) -> MemberRecord | None:
    """None for whoever does not exist, is outside the scope, or belongs to records the caller may not know of."""
    if context.permissions.hides("Member.id"):
        return None
    member = await context.loaders.member_by_id(selection).load(member_id)
    context.journal.returned(ArchiveQuestion(Sought.MEMBER), 0 if member is None else 1, of=(member_id,))
    return None if member is None else as_shown(context, "Member", [member])[0]


async def members_as_changed(
    context: RequestContext, member_ids: Sequence[int], selection: Selection
) -> list[MemberRecord | None]:
    """As `find_member` for each, past whatever the operation has read before."""
    if context.permissions.hides("Member.id"):
        return [None] * len(member_ids)
    found = await members_by_id(context.database, context.scope, member_ids, selection)
    context.journal.returned(ArchiveQuestion(Sought.MEMBER), len(found), of=member_ids)
    shown = dict(zip(found, as_shown(context, "Member", list(found.values())), strict=True))
    return [shown.get(member_id) for member_id in member_ids]


async def members_of_organizations(
    context: RequestContext,
    organization_ids: Sequence[int],
    reach: Reach,
    asked: SearchArguments,
    selection: Selection | None,
) -> list[Page[MemberRecord]]:
    """For each organisation, all of which lie within the scope, the page of its members."""
    search = await search_of(context, "Member", asked)
    ids = tuple(dict.fromkeys(organization_ids))
    found = await member_pages_below(context.database, context.scope, ids, reach, search, selection)
    if selection is not None:
        question = ArchiveQuestion(Sought.MEMBERS_OF_ORGANIZATION, asked.where, search.order, search.page, reach)
        context.journal.returned(question, sum(len(page.records) for page in found.values()), ids)
    shown = {key: page_as_shown(context, "Member", page) for key, page in found.items()}
    return [shown[key] for key in organization_ids]


async def count_members_of_organizations(
    context: RequestContext, organization_ids: Sequence[int], reach: Reach, where: Filter | None
) -> list[int]:
    prepared = await filter_of(context, "Member", where)
    ids = tuple(dict.fromkeys(organization_ids))
    found = await member_counts_below(context.database, ids, reach, prepared)
    question = ArchiveQuestion(Sought.MEMBERS_OF_ORGANIZATION, where, reach=reach)
    context.journal.counted(question, sum(found.values()), ids)
    return [found.get(key, 0) for key in organization_ids]


async def attachments_of(context: RequestContext, member_ids: Sequence[int]) -> list[Sequence[AttachmentRecord]]:
    """For each member the attachments, oldest first."""
    ids = tuple(dict.fromkeys(member_ids))
    found = await attachments_of_members(context.database, context.scope, ids)
    context.journal.returned(ArchiveQuestion(Sought.ATTACHMENTS), sum(map(len, found.values())), ids)
    return [found.get(key, ()) for key in member_ids]
