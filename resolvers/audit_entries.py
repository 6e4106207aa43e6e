"""审计查询: reading the audit log, as auditors do within their scope. That they do is recorded too."""

from domain.audit import AuditEntryRecord
from domain.audit_verifying import VerifiedLog
from domain.errors import bad_input
from domain.filtering import Filter
from domain.lookups import AuditQuestion, SoughtInLog
from domain.pages import Page, empty_page
from resolvers.conditions import filter_of, search_of
from resolvers.context import RequestContext
from resolvers.paging import SearchArguments
from storage.audit_entries import count_entries, page_of_entries
from storage.audit_verifying import verified_recent_log

MOST_VERIFIED = 1_000_000


async def search_entries(context: RequestContext, asked: SearchArguments, *, selected: bool) -> Page[AuditEntryRecord]:
    """The entries within the caller's scope, newest first; an empty page when none of it is selected."""
    search = await search_of(context, "AuditEntry", asked)
    if not selected:
        return empty_page()
    page = await page_of_entries(context.database, context.scope, search.where, search.page)
    context.journal.returned(AuditQuestion(SoughtInLog.ENTRIES, asked.where, search.page), len(page.records))
    return page


async def count_of_entries(context: RequestContext, where: Filter | None) -> int:
    number = await count_entries(context.database, context.scope, await filter_of(context, "AuditEntry", where))
    context.journal.counted(AuditQuestion(SoughtInLog.ENTRIES, where), number)
    return number


async def verify_entries(context: RequestContext, newest: int) -> VerifiedLog:
    """Of the whole log, not of the caller's scope alone: a chain holds entries of all scopes."""
    if not 1 <= newest <= MOST_VERIFIED:
        raise bad_input(
            f"newest 为 {newest}，应在 1 到 {MOST_VERIFIED} 之间；全部日志请用命令 dengta audit verify 验证。",
            f"newest is {newest}; it must be from 1 to {MOST_VERIFIED}. `dengta audit verify` verifies the whole log.",
            ("newest",),
        )
    log = await verified_recent_log(context.database, newest)
    context.journal.counted(AuditQuestion(SoughtInLog.VERIFICATION), log.entries)
    return log
