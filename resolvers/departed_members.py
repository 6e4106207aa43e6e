"""历史党员的办理: bringing back those who have left, and erasing them for good."""

from domain.approvals import HistoryMemberRecord
from domain.approvals.guards import ALREADY_A_MEMBER, COUNTY_ALONE, OTHER_ALONE, problems_of_text
from domain.codes import AuditKind, HistoryKind, Tier
from domain.errors import Problem, RefusedError, not_found
from resolvers.context import RequestContext
from resolvers.repeating import nothing, repeatable, saving
from storage.approvals import change_request, erase_texts
from storage.history_members import erase_member, history_member_to_change, is_member, restore_member
from storage.writing import WriteSession


@repeatable(nothing)
async def restore(context: RequestContext, member_id: int, reason: str) -> None:
    """A member again as before. RefusedError with all that stands in its way; NOT_FOUND outside the scope."""
    tidy = reason.strip()
    async with saving(context) as session:
        gone = await _held(session, context, member_id)
        problems = _problems(context, tidy, "找回原因")
        if await is_member(session, gone.identity_number):
            problems.append(ALREADY_A_MEMBER)
        if problems:
            raise RefusedError(*problems)
        now = context.clock()
        await restore_member(session, member_id, now)
        noted = {"restored_by": context.actor.subject, "restored_at": now, "restored_because": tidy}
        await change_request(session, gone.request_id, noted)
        await _audit(session, context, "restoreMember", gone)


@repeatable(nothing)
async def purge(context: RequestContext, member_id: int, reason: str) -> None:
    """Nothing personal is left in any table; that it happened is. It cannot be undone."""
    tidy = reason.strip()
    async with saving(context) as session:
        gone = await _held(session, context, member_id)
        problems = _problems(context, tidy, "彻底删除原因")
        if gone.kind != HistoryKind.OTHER.value:
            problems.append(OTHER_ALONE)
        if problems:
            raise RefusedError(*problems)
        await erase_member(session, member_id)
        await erase_texts(session, member_id)
        noted = {"purged_by": context.actor.subject, "purged_at": context.clock(), "purged_because": tidy}
        await change_request(session, gone.request_id, noted)
        await _audit(session, context, "purgeMember", gone)


def _problems(context: RequestContext, reason: str, chinese: str) -> list[Problem]:
    problems = problems_of_text(reason, "reason", chinese)
    return problems if context.actor.tier is Tier.COUNTY_OR_ABOVE else [*problems, COUNTY_ALONE]


async def _audit(session: WriteSession, context: RequestContext, operation: str, gone: HistoryMemberRecord) -> None:
    details = {"kind": gone.kind, "request": gone.request_id}
    await session.audit(context.audited(AuditKind.CHANGE, operation, target=f"Member:{gone.id}", details=details))


async def _held(session: WriteSession, context: RequestContext, member_id: int) -> HistoryMemberRecord:
    gone = await history_member_to_change(session, context.scope, member_id)
    if gone is None:
        raise not_found(
            "该历史党员不存在或不在您的管理范围内。",
            "This member of the past does not exist, or lies outside your scope.",
            ("input", "id"),
        )
    return gone
