"""找回: bringing back those who have left."""

from domain.approvals import HistoryMemberRecord
from domain.approvals.guards import ALREADY_A_MEMBER, COUNTY_ALONE, problems_of_text
from domain.codes import AuditKind, Tier
from domain.errors import RefusedError, not_found
from resolvers.context import RequestContext
from storage.approvals import note_restoration
from storage.history_members import history_member_to_change, is_member, restore_member
from storage.writing import WriteSession


async def restore(context: RequestContext, member_id: int, reason: str) -> None:
    """A member again as before. RefusedError with all that stands in its way; NOT_FOUND outside the scope."""
    tidy = reason.strip()
    async with context.database.writing() as session:
        gone = await _held(session, context, member_id)
        problems = problems_of_text(tidy, "reason", "找回原因")
        if context.actor.tier is not Tier.COUNTY_OR_ABOVE:
            problems.append(COUNTY_ALONE)
        if await is_member(session, gone.identity_number):
            problems.append(ALREADY_A_MEMBER)
        if problems:
            raise RefusedError(*problems)
        now = context.clock()
        await restore_member(session, member_id, now)
        await note_restoration(session, gone.request_id, context.actor.subject, now, tidy)
        details = {"kind": gone.kind, "request": gone.request_id}
        target = f"Member:{member_id}"
        await session.audit(context.audited(AuditKind.CHANGE, "restoreMember", target=target, details=details))


async def _held(session: WriteSession, context: RequestContext, member_id: int) -> HistoryMemberRecord:
    gone = await history_member_to_change(session, context.scope, member_id)
    if gone is None:
        raise not_found(
            "该历史党员不存在或不在您的管理范围内。",
            "This member of the past does not exist, or lies outside your scope.",
            ("input", "id"),
        )
    return gone
