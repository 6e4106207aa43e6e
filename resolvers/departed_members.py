"""历史党员的办理: bringing back those who have left, erasing them for good, releasing the phones of the deceased."""

from domain.approvals import HistoryMemberRecord
from domain.approvals.guards import ALREADY_A_MEMBER, COUNTY_ALONE, OTHER_ALONE, problems_of_text
from domain.codes import AuditKind, HistoryKind, MemberAccountState, Tier
from domain.errors import Problem, RefusedError, not_found
from domain.idempotency import Outcome
from domain.member_accounts import problems_of_release
from domain.records import MemberAccountRecord
from resolvers.context import RequestContext
from resolvers.masking import as_shown
from resolvers.member_accounts import history_member_accounts
from resolvers.repeating import nothing, repeatable, saving
from storage.approvals import change_request, erase_requests, requests_about
from storage.exports import withdraw_exports
from storage.files import remove_all_files
from storage.history_members import erase_member, history_member_to_change, is_member, restore_member
from storage.member_accounts import account_to_change, change_account
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
        requests = await requests_about(session, member_id, gone.identity_number)
        await remove_all_files(session, member_id, requests, context.clock())
        await erase_requests(session, requests)
        await withdraw_exports(session, gone.org_path, context.clock())
        noted = {"purged_by": context.actor.subject, "purged_at": context.clock(), "purged_because": tidy}
        await change_request(session, gone.request_id, noted)
        await _audit(session, context, "purgeMember", gone)


async def _account_of(context: RequestContext, outcome: Outcome) -> MemberAccountRecord | None:
    return (await history_member_accounts(context, [int(outcome["id"])]))[0]


@repeatable(_account_of)
async def release_phone(context: RequestContext, member_id: int, reason: str) -> MemberAccountRecord | None:
    """The account is cancelled for good, and another person may register the phone."""
    tidy = reason.strip()
    async with saving(context) as session:
        gone = await _held(session, context, member_id)
        account = await account_to_change(session, member_id)
        problems = problems_of_text(tidy, "reason", "注销原因")
        problems += problems_of_release(gone.kind, context.actor.tier, account)
        if problems:
            raise RefusedError(*problems)
        noted = {"cancelled_by": context.actor.subject, "cancelled_at": context.clock(), "cancelled_because": tidy}
        cancelled = await change_account(session, member_id, {"state": MemberAccountState.CANCELLED.value, **noted})
        await _audit(session, context, "releasePhone", gone)
        session.outcome = {"id": member_id}
    return as_shown(context, "MemberAccount", [cancelled])[0]


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
