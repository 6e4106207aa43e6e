"""提出申请: the mutations by which administrators ask for what others decide."""

from dataclasses import fields
from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from auth.visibility import Purpose
from domain.approvals.guards import LONGEST_TEXT, MOST_ATTACHMENTS
from domain.codes import LeavingKind
from domain.errors import bad_input
from domain.members import MemberDraft
from resolvers import submissions
from resolvers.held_members import KnownMember
from resolvers.request_files import RequestFiles
from schema.entered_fields import EnteredFields, entered
from schema.identifiers import number_of, numbers_of
from schema.info import Info
from schema.mutating import MutationInput, as_payload, keyed, settled
from schema.optional import ABSENT, given
from schema.request_payload import RequestPayload
from schema.traits import record_field

BUSINESS = FieldClass.BUSINESS
REASON = f"申请理由。Reason; {LONGEST_TEXT} characters at most."
VERSION = "版本。The version that was seen, if it matters: CONFLICT when the record has been changed since."
ATTACHMENTS = f"证明材料。Global ids of files that the caller has uploaded; {MOST_ATTACHMENTS} at most."


@strawberry.input(description="提出减少申请。Which member is to leave, and why.")
class SubmitLeavingInput(MutationInput):
    kind: LeavingKind = strawberry.field(description="减少类别。Why the member leaves.")
    member_id: strawberry.ID = strawberry.field(description="党员。Global id of the member.")
    version: int | None = strawberry.field(default=ABSENT, description=VERSION)
    reason: str = strawberry.field(description=REASON)


@strawberry.input(description="新增党员信息。The record of a person who is to enter; gender and date of birth follow from the identity number when left out.")  # fmt: skip
class NewMemberInput(EnteredFields):
    # fmt: off
    name: str | None = entered("姓名。Name.", "name")
    identity_number: str | None = entered("公民身份证号。Identity number: GB 11643, 18 characters.", "identity_number", Purpose.MATCH)
    # fmt: on


@strawberry.input(description="提出新增申请。Who is to enter the register, and why.")
class SubmitAdmissionInput(MutationInput):
    member: NewMemberInput = strawberry.field(description="党员信息。The new record.")
    reason: str = strawberry.field(description=REASON)
    attachment_ids: list[strawberry.ID] | None = strawberry.field(default=ABSENT, description=ATTACHMENTS)


@strawberry.input(
    description="提出实名备案申请。Whose name is to be filed: a member who is not verified, or a person who is to enter."
)
class SubmitRealNameFilingInput(MutationInput):
    member_id: strawberry.ID | None = strawberry.field(
        default=ABSENT,
        description="党员。Global id of a member who is not verified; `member` instead for a new person.",
    )
    member: NewMemberInput | None = strawberry.field(default=ABSENT, description="党员信息。The new record.")
    version: int | None = strawberry.field(default=ABSENT, description=VERSION)
    reason: str = strawberry.field(description=REASON)
    attachment_ids: list[strawberry.ID] = strawberry.field(
        description=f"证明材料：签字的采集表。Global ids of the uploaded files, the signed collection form among them; {MOST_ATTACHMENTS} at most."
    )


@strawberry.type(description="提出减少申请的结果。The request, or what stands in its way.")
class SubmitLeavingPayload(RequestPayload):
    pass


@strawberry.type(description="提出新增申请的结果。The request, or what stands in its way.")
class SubmitAdmissionPayload(RequestPayload):
    pass


@strawberry.type(description="提出实名备案申请的结果。The request, or what stands in its way.")
class SubmitRealNameFilingPayload(RequestPayload):
    pass


async def _submit_leaving(
    info: Info, input: Annotated[SubmitLeavingInput, strawberry.argument(description="申请。The request.")]
) -> SubmitLeavingPayload:
    known = KnownMember(number_of("Member", input.member_id, "input.memberId"), given(input.version))
    change = submissions.submit_leaving(keyed(info, input), input.kind, known, input.reason)
    return await settled(info, change, as_payload(SubmitLeavingPayload, "request"))


async def _submit_admission(
    info: Info, input: Annotated[SubmitAdmissionInput, strawberry.argument(description="申请。The request.")]
) -> SubmitAdmissionPayload:
    ids = numbers_of("File", given(input.attachment_ids), "input.attachmentIds")
    files = RequestFiles(ids, _photo(input.member))
    change = submissions.submit_admission(keyed(info, input), _draft(input.member), input.reason, files)
    return await settled(info, change, as_payload(SubmitAdmissionPayload, "request"))


async def _submit_filing(
    info: Info, input: Annotated[SubmitRealNameFilingInput, strawberry.argument(description="申请。The request.")]
) -> SubmitRealNameFilingPayload:
    member, member_id = given(input.member), given(input.member_id)
    ids = numbers_of("File", input.attachment_ids, "input.attachmentIds")
    if member_id is not None and member is None:
        known = KnownMember(number_of("Member", member_id, "input.memberId"), given(input.version))
        change = submissions.submit_filing(keyed(info, input), known, input.reason, RequestFiles(ids))
    elif member is not None and member_id is None:
        files = RequestFiles(ids, _photo(member))
        change = submissions.submit_filing_of_entry(keyed(info, input), _draft(member), input.reason, files)
    else:
        raise bad_input(
            "memberId 与 member 必须且只能填写一个：在册党员填 memberId，新增人员填 member。",
            "Give either `memberId`, for a member of the register, or `member`, for a person who is to enter.",
            ("input",),
        )
    return await settled(info, change, as_payload(SubmitRealNameFilingPayload, "request"))


def _photo(input: NewMemberInput) -> int | None:
    return None if given(input.photo_id) is None else number_of("File", input.photo_id or "", "input.member.photoId")


def _draft(input: NewMemberInput) -> MemberDraft:
    values = {field.name: given(getattr(input, field.name)) for field in fields(input) if field.name != "photo_id"}
    if values["branch_id"] is not None:
        values["branch_id"] = number_of("Organization", values["branch_id"], "input.member.branchId")
    return MemberDraft(**values)


@strawberry.type
class SubmissionMutations:
    # fmt: off
    submit_leaving: SubmitLeavingPayload = record_field("提出减少申请", "Ask that a member leave: expelled, suspended, deceased or otherwise.", read=BUSINESS, resolver=_submit_leaving)
    submit_admission: SubmitAdmissionPayload = record_field("提出新增申请", "Ask that a person enter the register (补录); an approving committee asks, a county or an organisation above decides.", read=BUSINESS, resolver=_submit_admission)
    submit_real_name_filing: SubmitRealNameFilingPayload = record_field("提出实名备案申请", "Ask that a name be filed which the real-name check does not know, with the signed collection form attached.", read=BUSINESS, resolver=_submit_filing)
    # fmt: on
