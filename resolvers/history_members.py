"""历史党员: reading members who have left."""

from collections.abc import Sequence

from domain.approvals import HistoryMemberRecord
from domain.filtering import Filter
from domain.lookups import ArchiveQuestion, Sought
from domain.pages import Page, empty_page
from domain.records import AttachmentRecord
from resolvers.conditions import filter_of, search_of
from resolvers.context import RequestContext
from resolvers.masking import as_shown, page_as_shown
from resolvers.paging import SearchArguments
from storage.attachments import attachments_of_history
from storage.history_members import count_history, history_members_by_id, page_of_history


async def search_history(
    context: RequestContext, asked: SearchArguments, *, selected: bool
) -> Page[HistoryMemberRecord]:
    """Who left last comes first; an empty page when none of it is selected."""
    search = await search_of(context, "HistoryMember", asked)
    if not selected:
        return empty_page()
    page = await page_of_history(context.database, context.scope, search.where, search.page)
    question = ArchiveQuestion(Sought.HISTORY_MEMBERS, asked.where, page=search.page)
    context.journal.returned(question, len(page.records))
    return page_as_shown(context, "HistoryMember", page)


async def count_of_history(context: RequestContext, where: Filter | None) -> int:
    number = await count_history(context.database, context.scope, await filter_of(context, "HistoryMember", where))
    context.journal.counted(ArchiveQuestion(Sought.HISTORY_MEMBERS, where), number)
    return number


async def attachments_of(context: RequestContext, member_ids: Sequence[int]) -> list[Sequence[AttachmentRecord]]:
    """For each the attachments, oldest first."""
    ids = tuple(dict.fromkeys(member_ids))
    found = await attachments_of_history(context.database, context.scope, ids)
    context.journal.returned(ArchiveQuestion(Sought.HISTORY_ATTACHMENTS), sum(map(len, found.values())), ids)
    return [found.get(key, ()) for key in member_ids]


async def find_history_members(context: RequestContext, ids: Sequence[int]) -> list[HistoryMemberRecord | None]:
    """None for whoever does not exist, is outside the scope, or belongs to records the caller may not know of."""
    if context.permissions.hides("HistoryMember.id"):
        return [None] * len(ids)
    found = await history_members_by_id(context.database, context.scope, ids)
    context.journal.returned(ArchiveQuestion(Sought.HISTORY_MEMBER), len(found), of=ids)
    shown = dict(zip(found, as_shown(context, "HistoryMember", list(found.values())), strict=True))
    return [shown.get(number) for number in ids]
