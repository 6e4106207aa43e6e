"""党员更名: the mutation by which a member's name changes."""

from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from auth.visibility import FieldUse, Purpose
from domain.approvals import RequestRecord
from domain.errors import RefusedError
from resolvers import renaming
from resolvers.held_members import KnownMember
from schema.filters import USE
from schema.identifiers import number_of, numbers_of
from schema.info import Info
from schema.member_payload import MemberPayload
from schema.mutating import MutationInput, keyed, shown
from schema.mutations.submissions import ATTACHMENTS, REASON, VERSION
from schema.optional import ABSENT, given
from schema.traits import open_field, record_field
from schema.types.approval_request import ApprovalRequest


@strawberry.input(description="党员更名。Whose name changes, to which, and on what proof.")
class RenameMemberInput(MutationInput):
    id: strawberry.ID = strawberry.field(description="党员。Global id of the member, of the caller's own branch.")
    name: str = strawberry.field(
        description="新姓名。The new name.", metadata={USE: FieldUse("Member.name", Purpose.WRITE)}
    )
    version: int | None = strawberry.field(default=ABSENT, description=VERSION)
    reason: str | None = strawberry.field(
        default=ABSENT, description=f"{REASON} Needed when the real-name check does not confirm the name."
    )
    attachment_ids: list[strawberry.ID] | None = strawberry.field(
        default=ABSENT, description=f"{ATTACHMENTS} Needed when the real-name check does not confirm the name."
    )


@strawberry.type(
    description="党员更名的结果。The member; the request, when it is for others to decide; or what is wrong."
)
class RenameMemberPayload(MemberPayload):
    request: ApprovalRequest | None = open_field(
        "审批申请", "The request that the name change; null when it has changed at once, or when there are errors."
    )


async def _rename_member(
    info: Info, input: Annotated[RenameMemberInput, strawberry.argument(description="更名。Whom and how.")]
) -> RenameMemberPayload:
    known = KnownMember(number_of("Member", input.id, "input.id"), given(input.version))
    ids = numbers_of("File", given(input.attachment_ids), "input.attachmentIds")
    request: RequestRecord | None = None
    errors = []
    try:
        request = await renaming.rename_member(keyed(info, input), known, input.name, given(input.reason) or "", ids)
    except RefusedError as refused:
        errors = shown(refused, info.context.language)
    return RenameMemberPayload(member_id=known.member_id, request=request, errors=errors)  # type: ignore[arg-type] # records stand for their types


@strawberry.type
class RenamingMutations:
    # fmt: off
    rename_member: RenameMemberPayload = record_field("党员更名", "Change a member's name: at once when the real-name check confirms it, else by a request with proof attached, which the county decides.", read=FieldClass.BUSINESS, resolver=_rename_member)
    # fmt: on
