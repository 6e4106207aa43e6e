"""审批: the mutations by which administrators decide, and those on members who have left."""

from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.approvals.guards import LONGEST_TEXT
from resolvers import approvals, departed_members
from resolvers.held_members import KnownMember
from schema.identifiers import number_of
from schema.info import Info
from schema.member_payload import MemberPayload, member_settled
from schema.mutating import MutationInput, UserError, as_payload, keyed, settled
from schema.request_payload import RequestPayload
from schema.traits import open_field, record_field

BUSINESS = FieldClass.BUSINESS
_ID = "全局标识。Global id of the request."
_OPINION = f"审核意见。Opinion; {LONGEST_TEXT} characters at most."


@strawberry.input(description="通过申请。Which request is approved.")
class ApproveRequestInput(MutationInput):
    id: strawberry.ID = strawberry.field(description=_ID)
    opinion: str = strawberry.field(description=_OPINION)


@strawberry.input(description="退回申请。Which request is rejected.")
class RejectRequestInput(MutationInput):
    id: strawberry.ID = strawberry.field(description=_ID)
    opinion: str = strawberry.field(description=_OPINION)


@strawberry.input(description="撤回申请。Which request is withdrawn.")
class WithdrawRequestInput(MutationInput):
    id: strawberry.ID = strawberry.field(description=_ID)


@strawberry.input(description="找回历史党员。Who is brought back, and why.")
class RestoreMemberInput(MutationInput):
    id: strawberry.ID = strawberry.field(description="历史党员。Global id of the one who left.")
    reason: str = strawberry.field(description=f"找回原因。Reason; {LONGEST_TEXT} characters at most.")


@strawberry.type(description="找回历史党员的结果。The member, or what stands in its way.")
class RestoreMemberPayload(MemberPayload):
    pass


@strawberry.input(description="彻底删除历史党员。Whose record is erased for good, and why.")
class PurgeMemberInput(MutationInput):
    id: strawberry.ID = strawberry.field(description="历史党员。Global id of the one who left.")
    reason: str = strawberry.field(
        description=f"彻底删除原因。Reason, which is kept: nothing personal; {LONGEST_TEXT} characters at most."
    )


@strawberry.type(description="彻底删除历史党员的结果。Whether it was done, or what stands in the way.")
class PurgeMemberPayload:
    is_purged: bool = open_field("是否已彻底删除", "Whether nothing of the record is left.")
    errors: list[UserError] = open_field("问题", "Everything that stands in the way.")


@strawberry.type(description="通过申请的结果。The request, or what stands in its way.")
class ApproveRequestPayload(RequestPayload):
    pass


@strawberry.type(description="退回申请的结果。The request, or what stands in its way.")
class RejectRequestPayload(RequestPayload):
    pass


@strawberry.type(description="撤回申请的结果。The request, or what stands in its way.")
class WithdrawRequestPayload(RequestPayload):
    pass


async def _approve(
    info: Info, input: Annotated[ApproveRequestInput, strawberry.argument(description="审批。The decision.")]
) -> ApproveRequestPayload:
    change = approvals.approve_request(keyed(info, input), _number(input.id), input.opinion)
    return await settled(info, change, as_payload(ApproveRequestPayload, "request"))


async def _reject(
    info: Info, input: Annotated[RejectRequestInput, strawberry.argument(description="审批。The decision.")]
) -> RejectRequestPayload:
    change = approvals.reject_request(keyed(info, input), _number(input.id), input.opinion)
    return await settled(info, change, as_payload(RejectRequestPayload, "request"))


async def _withdraw(
    info: Info, input: Annotated[WithdrawRequestInput, strawberry.argument(description="申请。The request.")]
) -> WithdrawRequestPayload:
    change = approvals.withdraw_request(keyed(info, input), _number(input.id))
    return await settled(info, change, as_payload(WithdrawRequestPayload, "request"))


async def _restore(
    info: Info, input: Annotated[RestoreMemberInput, strawberry.argument(description="找回。Who and why.")]
) -> RestoreMemberPayload:
    number = number_of("HistoryMember", input.id, "input.id")
    change = departed_members.restore(keyed(info, input), number, input.reason)
    return await member_settled(info, KnownMember(number), change, RestoreMemberPayload)


async def _purge(
    info: Info, input: Annotated[PurgeMemberInput, strawberry.argument(description="彻底删除。Who and why.")]
) -> PurgeMemberPayload:
    change = departed_members.purge(keyed(info, input), number_of("HistoryMember", input.id, "input.id"), input.reason)
    return await settled(info, change, lambda _, errors: PurgeMemberPayload(is_purged=not errors, errors=errors))


def _number(identifier: strawberry.ID) -> int:
    return number_of("ApprovalRequest", identifier, "input.id")


@strawberry.type
class ApprovalMutations:
    # fmt: off
    approve_request: ApproveRequestPayload = record_field("通过申请", "Approve a request; what it asks for is done at once.", read=BUSINESS, resolver=_approve)
    reject_request: RejectRequestPayload = record_field("退回申请", "Reject a request.", read=BUSINESS, resolver=_reject)
    withdraw_request: WithdrawRequestPayload = record_field("撤回申请", "Withdraw a request of one's own organisation.", read=BUSINESS, resolver=_withdraw)
    restore_member: RestoreMemberPayload = record_field("找回历史党员", "Bring someone who has left back among the members, as before.", read=BUSINESS, resolver=_restore)
    purge_member: PurgeMemberPayload = record_field("彻底删除历史党员", "Erase the record of someone who left for another reason (OTHER), for good.", read=BUSINESS, resolver=_purge)
    # fmt: on
