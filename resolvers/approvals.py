"""审批: asking for what only others may decide, deciding it, and the lists of both.

Whoever changes a member or a request holds the request first, then the member.
"""

from domain.approvals import LEAVINGS, RequestRecord
from domain.approvals.guards import (
    NOT_THE_REQUESTER,
    REQUEST_PENDING,
    SELF_DECISION,
    STAFF_ROLE_HELD,
    TIER_INSUFFICIENT,
    TRANSFER_IN_PROGRESS,
    already_decided,
    problems_of_text,
)
from domain.codes import AuditKind, RequestKind, RequestList, RequestState
from domain.errors import Problem, RefusedError, not_found
from domain.filtering import Filter
from domain.idempotency import Outcome
from domain.pages import Page, empty_page
from domain.records import MemberRecord
from resolvers.conditions import filter_of, search_of
from resolvers.context import RequestContext
from resolvers.held_members import KnownMember, held_member
from resolvers.paging import SearchArguments
from resolvers.repeating import repeatable, saving
from storage.approvals import (
    Condition,
    add_request,
    asked_by,
    change_request,
    count_requests,
    decided_by,
    has_pending_request,
    holds_account,
    page_of_requests,
    request_to_settle,
    request_with_id,
    to_decide,
    within_sight,
)
from storage.history_members import Departure, archive_member
from storage.writing import WriteSession


async def _as_it_stands(context: RequestContext, outcome: Outcome) -> RequestRecord | None:
    return await find_request(context, outcome["id"])


@repeatable(_as_it_stands)
async def submit_leaving(context: RequestContext, kind: RequestKind, known: KnownMember, reason: str) -> RequestRecord:
    """RefusedError with all that stands in its way; NOT_FOUND for a member outside the scope."""
    tidy = reason.strip()
    async with saving(context) as session:
        member = await held_member(session, context, known)
        problems = [*problems_of_text(tidy, "reason", "申请理由"), *await _obstacles(session, member)]
        if await has_pending_request(session, member.id):
            problems.append(REQUEST_PENDING)
        if problems:
            raise RefusedError(*problems)
        values = {
            "kind": kind.value,
            "member_id": member.id,
            "branch_id": member.branch_id,
            "org_path": member.org_path,
            "reason": tidy,
            "requested_by": context.actor.subject,
            "requested_at": context.clock(),
            "requester_organization_id": context.actor.organization.id,
            "requester_path": context.scope,
        }
        request = await add_request(session, values)
        await _audit(session, context, "submitLeaving", request)
    return request


@repeatable(_as_it_stands)
async def approve_request(context: RequestContext, number: int, opinion: str) -> RequestRecord:
    """The member leaves for history in the same transaction."""
    tidy = opinion.strip()
    async with saving(context) as session:
        request = await _to_decide(session, context, number, tidy)
        member = await held_member(session, context, KnownMember(request.member_id))
        obstacles = await _obstacles(session, member)
        if obstacles:
            raise RefusedError(*obstacles)
        settled = await _settle(session, context, request, RequestState.APPROVED, opinion=tidy)
        archived_as = LEAVINGS[RequestKind[request.kind]].archived_as
        departure = Departure(archived_as, context.clock(), request.reason, request.id)
        await archive_member(session, member.id, departure)
        await _audit(session, context, "approveRequest", settled)
    return settled


@repeatable(_as_it_stands)
async def reject_request(context: RequestContext, number: int, opinion: str) -> RequestRecord:
    tidy = opinion.strip()
    async with saving(context) as session:
        request = await _to_decide(session, context, number, tidy)
        settled = await _settle(session, context, request, RequestState.REJECTED, opinion=tidy)
        await _audit(session, context, "rejectRequest", settled)
    return settled


@repeatable(_as_it_stands)
async def withdraw_request(context: RequestContext, number: int) -> RequestRecord:
    async with saving(context) as session:
        request = await _pending(session, context, number)
        if request.requester_organization_id != context.actor.organization.id:
            raise RefusedError(NOT_THE_REQUESTER)
        settled = await _settle(session, context, request, RequestState.WITHDRAWN)
        await _audit(session, context, "withdrawRequest", settled)
    return settled


async def find_request(context: RequestContext, number: int) -> RequestRecord | None:
    """None for what does not exist, or is out of the caller's sight."""
    if context.permissions.hides("ApprovalRequest.id"):
        return None
    return await request_with_id(context.database, context.scope, number)


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


def _condition(context: RequestContext, which: RequestList) -> Condition:
    actor = context.actor
    match which:
        case RequestList.TO_DECIDE:
            kinds = [kind.value for kind, leaving in LEAVINGS.items() if actor.tier in leaving.decided_by]
            return to_decide(context.scope, actor.subject, kinds)
        case RequestList.ASKED_BY_US:
            return asked_by(actor.organization.id)
        case RequestList.DECIDED_BY_US:
            return decided_by(actor.organization.id)
        case RequestList.ALL:
            return within_sight(context.scope)


async def _obstacles(session: WriteSession, member: MemberRecord) -> list[Problem]:
    """What keeps a member from leaving, whenever one looks."""
    found = [TRANSFER_IN_PROGRESS] if member.transfer_in_progress else []
    return [*found, STAFF_ROLE_HELD] if await holds_account(session, member.identity_number) else found


async def _pending(session: WriteSession, context: RequestContext, number: int) -> RequestRecord:
    """Held until the transaction ends."""
    request = await request_to_settle(session, context.scope, number)
    if request is None:
        raise not_found(
            "该申请不存在或不在您的管理范围内。",
            "This request does not exist, or lies outside your scope.",
            ("input", "id"),
        )
    if request.state != RequestState.PENDING.value:
        raise RefusedError(already_decided(RequestState[request.state]))
    return request


async def _to_decide(session: WriteSession, context: RequestContext, number: int, opinion: str) -> RequestRecord:
    """Held, and for the caller to decide."""
    request = await _pending(session, context, number)
    problems = problems_of_text(opinion, "opinion", "审核意见")
    if request.requested_by == context.actor.subject:
        problems.append(SELF_DECISION)
    leaving = LEAVINGS[RequestKind[request.kind]]
    if context.actor.tier not in leaving.decided_by or not request.org_path.startswith(context.scope):
        problems.append(TIER_INSUFFICIENT)
    if problems:
        raise RefusedError(*problems)
    return request


async def _settle(
    session: WriteSession, context: RequestContext, request: RequestRecord, state: RequestState, **values: object
) -> RequestRecord:
    decider = {"decided_by": context.actor.subject, "decider_organization_id": context.actor.organization.id}
    settled = {"state": state.value, "decided_at": context.clock(), **decider, **values}
    return await change_request(session, request.id, settled)


async def _audit(session: WriteSession, context: RequestContext, operation: str, request: RequestRecord) -> None:
    session.outcome = {"id": request.id}
    details = {"kind": request.kind, "state": request.state, "member": request.member_id}
    target = f"ApprovalRequest:{request.id}"
    await session.audit(context.audited(AuditKind.DECISION, operation, target=target, details=details))
