"""审批申请: the lists of requests."""

from collections.abc import Sequence

from auth.actor import tier_of
from domain.approvals import RequestRecord
from domain.approvals.guards import may_decide
from domain.approvals.kinds import APPROVAL_KINDS
from domain.codes import RequestList
from domain.files import FileRecord
from domain.filtering import Filter
from domain.idempotency import Outcome
from domain.lookups import ArchiveQuestion, Sought
from domain.pages import Page, empty_page
from domain.records import OrganizationRecord
from resolvers.conditions import filter_of, search_of
from resolvers.context import RequestContext
from resolvers.paging import SearchArguments
from storage.accounts import names_of_subjects
from storage.approvals import (
    Condition,
    asked_by,
    count_requests,
    decided_by,
    page_of_requests,
    real_name_list,
    request_with_id,
    to_decide,
    within_sight,
)
from storage.files import files_of_requests


async def find_request(context: RequestContext, number: int) -> RequestRecord | None:
    """None for what does not exist, or is out of the caller's sight."""
    if context.permissions.hides("ApprovalRequest.id"):
        return None
    return await request_with_id(context.database, context.scope, number)


async def as_it_stands(context: RequestContext, outcome: Outcome) -> RequestRecord | None:
    """For use cases that give a request, when they are repeated."""
    return await find_request(context, int(outcome["id"]))


async def search_requests(
    context: RequestContext, which: RequestList, asked: SearchArguments, *, selected: bool
) -> Page[RequestRecord]:
    """Newest first; an empty page when none of it is selected."""
    search = await search_of(context, "ApprovalRequest", asked)
    if not selected:
        return empty_page()
    return await page_of_requests(context.database, _condition(context, which), search.where, search.page)


async def count_of_requests(context: RequestContext, which: RequestList, where: Filter | None) -> int:
    prepared = await filter_of(context, "ApprovalRequest", where)
    return await count_requests(context.database, _condition(context, which), prepared)


async def attachments_of(context: RequestContext, request_ids: Sequence[int]) -> list[Sequence[FileRecord]]:
    """For each request the files that were attached to it, oldest first."""
    found = await files_of_requests(context.database, context.scope, request_ids)
    context.journal.returned(ArchiveQuestion(Sought.ATTACHMENTS), sum(map(len, found.values())), request_ids)
    return [found.get(key, ()) for key in request_ids]


async def names_of(context: RequestContext, subjects: Sequence[str | None]) -> list[str | None]:
    """For each subject the name of its account; None where there is none within the caller's scope."""
    wanted = {subject for subject in subjects if subject is not None}
    names = await names_of_subjects(context.database, context.scope, wanted) if wanted else {}
    return [None if subject is None else names.get(subject) for subject in subjects]


def kinds_decided_at(organization: OrganizationRecord) -> list[str]:
    """By its administrators."""
    tier = tier_of(organization)
    return [kind.value for kind, rules in APPROVAL_KINDS.items() if may_decide(rules, tier, organization)]


def _condition(context: RequestContext, which: RequestList) -> Condition:
    actor = context.actor
    match which:
        case RequestList.TO_DECIDE:
            return to_decide(context.scope, actor.subject, kinds_decided_at(actor.organization))
        case RequestList.ASKED_BY_US:
            return asked_by(actor.organization.id)
        case RequestList.DECIDED_BY_US:
            return decided_by(actor.organization.id)
        case RequestList.REAL_NAME:
            return real_name_list(context.scope)
        case RequestList.ALL:
            return within_sight(context.scope)
