"""组织关系转接: the mutations of partners' systems on the members of their subtree."""

from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from resolvers import transfers
from resolvers.held_members import KnownMember
from schema.identifiers import number_of
from schema.info import Info
from schema.member_payload import MemberPayload, member_settled
from schema.mutating import MutationInput, keyed
from schema.optional import ABSENT, given
from schema.traits import record_field

TRANSFER = FieldClass.TRANSFER


@strawberry.input
class TransferredMemberInput(MutationInput):
    id: strawberry.ID = strawberry.field(description="全局标识。Global id of the member.")
    version: int | None = strawberry.field(
        default=ABSENT,
        description="版本。The version that was seen, if it matters: CONFLICT when the record has been changed since.",
    )


@strawberry.input(description="发起转接。Whose transfer begins.")
class BeginTransferInput(TransferredMemberInput):
    pass


@strawberry.input(description="完成转接。Whose transfer is completed, and where the member moves to.")
class CompleteTransferInput(TransferredMemberInput):
    branch_id: strawberry.ID = strawberry.field(
        description="转入党支部。Global id of the branch, of the partner's own subtree."
    )


@strawberry.input(description="取消转接。Whose transfer is cancelled.")
class CancelTransferInput(TransferredMemberInput):
    pass


@strawberry.type(description="发起转接的结果。The member, and what is wrong.")
class BeginTransferPayload(MemberPayload):
    pass


@strawberry.type(description="完成转接的结果。The member, and what is wrong.")
class CompleteTransferPayload(MemberPayload):
    pass


@strawberry.type(description="取消转接的结果。The member, and what is wrong.")
class CancelTransferPayload(MemberPayload):
    pass


async def _begin(
    info: Info, input: Annotated[BeginTransferInput, strawberry.argument(description="转接。The transfer.")]
) -> BeginTransferPayload:
    known = _known(input)
    return await member_settled(info, known, transfers.begin_transfer(keyed(info, input), known), BeginTransferPayload)


async def _complete(
    info: Info, input: Annotated[CompleteTransferInput, strawberry.argument(description="转接。The transfer.")]
) -> CompleteTransferPayload:
    known, branch_id = _known(input), number_of("Organization", input.branch_id, "input.branchId")
    change = transfers.complete_transfer(keyed(info, input), known, branch_id)
    return await member_settled(info, known, change, CompleteTransferPayload)


async def _cancel(
    info: Info, input: Annotated[CancelTransferInput, strawberry.argument(description="转接。The transfer.")]
) -> CancelTransferPayload:
    known = _known(input)
    return await member_settled(
        info, known, transfers.cancel_transfer(keyed(info, input), known), CancelTransferPayload
    )


def _known(input: TransferredMemberInput) -> KnownMember:
    return KnownMember(number_of("Member", input.id, "input.id"), given(input.version))


@strawberry.type
class TransferMutations:
    # fmt: off
    begin_transfer: BeginTransferPayload = record_field("发起转接", "Begin the transfer of a member to another branch.", read=TRANSFER, resolver=_begin)
    complete_transfer: CompleteTransferPayload = record_field("完成转接", "Complete a transfer: the member moves.", read=TRANSFER, resolver=_complete)
    cancel_transfer: CancelTransferPayload = record_field("取消转接", "Cancel a transfer: the member stays.", read=TRANSFER, resolver=_cancel)
    # fmt: on
