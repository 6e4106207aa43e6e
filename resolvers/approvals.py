"""审批: deciding on requests, and withdrawing them.

Whoever changes a member or a request holds the organisation first, then the request, then the member.
"""

from domain.approvals import RequestRecord
from domain.approvals.guards import (
    NOT_THE_REQUESTER,
    SELF_DECISION,
    TIER_INSUFFICIENT,
    already_decided,
    may_decide,
    problems_of_text,
)
from domain.approvals.kinds import APPROVAL_KINDS
from domain.approvals.transitions import TRANSITIONS, Party, Step
from domain.codes import RequestKind, RequestState
from domain.errors import Problem, RefusedError, not_found
from resolvers.context import RequestContext
from resolvers.repeating import repeatable, saving
from resolvers.request_effects import audit_request, place_of_entry, take_effect
from resolvers.requests import as_it_stands
from storage.approvals import change_request, request_to_settle
from storage.writing import WriteSession


@repeatable(as_it_stands)
async def approve_request(context: RequestContext, number: int, opinion: str) -> RequestRecord:
    """What was asked for is done in the same transaction."""
    tidy = opinion.strip()
    async with saving(context) as session:
        place = await place_of_entry(session, context, number)
        request = await _to_settle(
            session, context, number, Step.APPROVE, problems_of_text(tidy, "opinion", "审核意见")
        )
        effect = await take_effect(session, context, request, place)
        settled = await _settle(session, context, request, Step.APPROVE, opinion=tidy, **effect.values)
        await audit_request(session, context, "approveRequest", settled, effect.details)
    return settled


@repeatable(as_it_stands)
async def reject_request(context: RequestContext, number: int, opinion: str) -> RequestRecord:
    tidy = opinion.strip()
    async with saving(context) as session:
        request = await _to_settle(session, context, number, Step.REJECT, problems_of_text(tidy, "opinion", "审核意见"))
        settled = await _settle(session, context, request, Step.REJECT, opinion=tidy)
        await audit_request(session, context, "rejectRequest", settled)
    return settled


@repeatable(as_it_stands)
async def withdraw_request(context: RequestContext, number: int) -> RequestRecord:
    async with saving(context) as session:
        request = await _to_settle(session, context, number, Step.WITHDRAW, [])
        settled = await _settle(session, context, request, Step.WITHDRAW)
        await audit_request(session, context, "withdrawRequest", settled)
    return settled


async def _to_settle(
    session: WriteSession, context: RequestContext, number: int, step: Step, problems: list[Problem]
) -> RequestRecord:
    """Held until the transaction ends, and the caller's to take that step with; those problems are told too."""
    request = await request_to_settle(session, context.scope, number)
    if request is None:
        raise not_found(
            "该申请不存在或不在您的管理范围内。",
            "This request does not exist, or lies outside your scope.",
            ("input", "id"),
        )
    transition = TRANSITIONS.get((RequestState[request.state], step))
    if transition is None:
        raise RefusedError(already_decided(RequestState[request.state]))
    found = [*problems, *_PROBLEMS_OF_PARTY[transition.by](context, request)]
    if found:
        raise RefusedError(*found)
    return request


def _problems_of_decider(context: RequestContext, request: RequestRecord) -> list[Problem]:
    actor = context.actor
    problems = [SELF_DECISION] if request.requested_by == actor.subject else []
    decides = may_decide(APPROVAL_KINDS[RequestKind[request.kind]], actor.tier, actor.organization)
    return problems if decides and request.org_path.startswith(context.scope) else [*problems, TIER_INSUFFICIENT]


def _problems_of_requester(context: RequestContext, request: RequestRecord) -> list[Problem]:
    return [] if request.requester_organization_id == context.actor.organization.id else [NOT_THE_REQUESTER]


_PROBLEMS_OF_PARTY = {Party.DECIDER: _problems_of_decider, Party.REQUESTER: _problems_of_requester}


async def _settle(
    session: WriteSession, context: RequestContext, request: RequestRecord, step: Step, **values: object
) -> RequestRecord:
    to = TRANSITIONS[RequestState[request.state], step].to
    decider = {"decided_by": context.actor.subject, "decider_organization_id": context.actor.organization.id}
    return await change_request(
        session, request.id, {"state": to.value, "decided_at": context.clock(), **decider, **values}
    )
