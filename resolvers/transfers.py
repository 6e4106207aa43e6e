"""组织关系转接: what partners' systems tell of transfers, each step with its entry in the audit log."""

from domain.errors import Message, Problem, RefusedError
from domain.records import MemberRecord
from resolvers.context import RequestContext
from resolvers.held_members import KnownMember, change_held, held_member, problems_of_place
from resolvers.repeating import nothing, repeatable, saving
from storage.member_changing import place_to_join
from storage.writing import WriteSession

_BEGUN = {"transfer_in_progress": (False, True)}
_ENDED = {"transfer_in_progress": (True, False)}


@repeatable(nothing)
async def begin_transfer(context: RequestContext, known: KnownMember) -> None:
    """Until it is completed or cancelled the member stays where it is, and neither moves nor leaves otherwise."""
    async with saving(context) as session:
        member = await held_member(session, context, known)
        if member.transfer_in_progress:
            raise RefusedError(_ALREADY_BEGUN)
        await change_held(session, context, "beginTransfer", member.id, _BEGUN)


@repeatable(nothing)
async def complete_transfer(context: RequestContext, known: KnownMember, branch_id: int) -> None:
    """The member hangs on that branch of the partner's own subtree from now on."""
    async with saving(context) as session:
        place = await place_to_join(session, context.scope, branch_id)
        member = await _under_transfer(session, context, known)
        problems = [*problems_of_place(place)]
        if branch_id == member.branch_id:
            problems.append(_SAME_BRANCH)
        if place is None or problems:
            raise RefusedError(*problems)
        moved = {"branch_id": (member.branch_id, branch_id)}
        await change_held(
            session, context, "completeTransfer", member.id, {**_ENDED, **moved}, derived={"org_path": place.path}
        )


@repeatable(nothing)
async def cancel_transfer(context: RequestContext, known: KnownMember) -> None:
    """The member stays where it is."""
    async with saving(context) as session:
        member = await _under_transfer(session, context, known)
        await change_held(session, context, "cancelTransfer", member.id, _ENDED)


async def _under_transfer(session: WriteSession, context: RequestContext, known: KnownMember) -> MemberRecord:
    member = await held_member(session, context, known)
    if not member.transfer_in_progress:
        raise RefusedError(_NOT_BEGUN)
    return member


_ALREADY_BEGUN = Problem(
    "TRANSFER_IN_PROGRESS",
    Message(
        "该党员已在转接组织关系：请先完成或取消转接。",
        "A transfer of this member is in progress already: complete or cancel it first.",
    ),
    ("id",),
)
_NOT_BEGUN = Problem(
    "NO_TRANSFER_IN_PROGRESS",
    Message("该党员没有正在办理的转接：请先发起转接。", "No transfer of this member is in progress: begin one first."),
    ("id",),
)
_SAME_BRANCH = Problem(
    "SAME_BRANCH",
    Message(
        "该党员已在此党支部：请选择转入的党支部，或取消转接。",
        "The member hangs on this branch already: choose the one it moves to, or cancel the transfer.",
    ),
    ("branchId",),
)
