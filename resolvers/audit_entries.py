"""审计查询: reading the audit log, as auditors do within their scope. That they do is recorded too."""

from domain.audit import AuditEntryRecord
from domain.filtering import Filter
from domain.lookups import AuditQuestion
from domain.pages import Page
from resolvers.conditions import audit_filter, audit_search
from resolvers.context import RequestContext
from resolvers.paging import SearchArguments
from storage.audit_entries import count_entries, page_of_entries


async def search_entries(context: RequestContext, asked: SearchArguments, *, selected: bool) -> Page[AuditEntryRecord]:
    """The entries within the caller's scope, newest first; an empty page when none of it is selected."""
    search = await audit_search(context, asked)
    if not selected:
        return Page((), lambda _: "", has_next=False, has_previous=False)
    page = await page_of_entries(context.database, context.scope, search.where, search.page)
    context.journal.returned(AuditQuestion(asked.where, search.page), len(page.records))
    return page


async def count_of_entries(context: RequestContext, where: Filter | None) -> int:
    number = await count_entries(context.database, context.scope, await audit_filter(context, where))
    context.journal.counted(AuditQuestion(where), number)
    return number
