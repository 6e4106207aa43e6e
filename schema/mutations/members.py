"""变更党员: the mutations of administrators on the members of their subtree."""

from dataclasses import fields
from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.errors import bad_input
from domain.members import EDITABLE, Changes
from resolvers import member_changes
from resolvers.held_members import KnownMember
from resolvers.member_files import FileChanges, Photo
from schema.costs import Costs
from schema.entered_fields import EnteredFields, entered
from schema.identifiers import number_of, numbers_of
from schema.info import Info
from schema.member_payload import MemberPayload, member_settled
from schema.mutating import MutationInput, keyed, shown
from schema.optional import ABSENT, given
from schema.traits import open_field, record_field


@strawberry.input(description="修改党员信息。What is to stand in a member's record; what is left out stays as it is.")
class UpdateMemberInput(MutationInput, EnteredFields):
    # fmt: off
    id: strawberry.ID = strawberry.field(description="全局标识。Global id of the member.")
    version: int = strawberry.field(description="版本。The version that was seen; CONFLICT when the record has been changed since.")
    add_attachment_ids: list[strawberry.ID] | None = entered("新增相关资料。Global ids of uploaded attachments.", "attachments")
    remove_attachment_ids: list[strawberry.ID] | None = entered("删除相关资料。Global ids of attachments of the member; they are gone for good.", "attachments")
    # fmt: on


@strawberry.type(description="修改党员信息的结果。The member, and what is wrong.")
class UpdateMemberPayload(MemberPayload):
    pass


@strawberry.input(description="批量修改党员信息。Many changes, each saved or refused by itself.")
class UpdateMembersInput(MutationInput):
    members: list[UpdateMemberInput] = strawberry.field(
        description=f"党员。The changes, in order; {member_changes.MOST_AT_ONCE:,} at most."
    )


@strawberry.type(description="批量修改党员信息的结果。What became of each change.")
class UpdateMembersPayload:
    results: list[UpdateMemberPayload] = open_field("结果", "In the order of the changes.", costs=Costs(size=1))
    changed_count: int = open_field("成功数", "How many were saved.")
    refused_count: int = open_field("失败数", "How many were refused.")


async def _update_member(
    info: Info, input: Annotated[UpdateMemberInput, strawberry.argument(description="修改内容。The change.")]
) -> UpdateMemberPayload:
    known = _known(input)
    change = member_changes.update_member(keyed(info, input), known, _changes(input), _files(input))
    return await member_settled(info, known, change, UpdateMemberPayload)


async def _update_members(
    info: Info, input: Annotated[UpdateMembersInput, strawberry.argument(description="修改内容。The changes.")]
) -> UpdateMembersPayload:
    asked = [_one_of_many(each, place) for place, each in enumerate(input.members)]
    outcomes = await member_changes.update_members(keyed(info, input), asked)
    results = [
        UpdateMemberPayload(member_id=known.member_id, errors=shown(refused, info.context.language) if refused else [])
        for (known, *_), refused in zip(asked, outcomes, strict=True)
    ]
    refused_count = sum(1 for refused in outcomes if refused)
    return UpdateMembersPayload(
        results=results, changed_count=len(results) - refused_count, refused_count=refused_count
    )


def _one_of_many(input: UpdateMemberInput, place: int) -> tuple[KnownMember, Changes, FileChanges]:
    if given(input.idempotency_key) is not None:
        raise bad_input(
            "批量修改时请为整批给出一个幂等键，不要写在单项中。",
            "Give the list as a whole one idempotency key, and its changes none.",
            ("input", "members", place, "idempotencyKey"),
        )
    return _known(input), _changes(input), _files(input)


def _known(input: UpdateMemberInput) -> KnownMember:
    return KnownMember(number_of("Member", input.id, "input.id"), input.version)


def _changes(input: UpdateMemberInput) -> Changes:
    """What was given, null too."""
    changes = {field.name: getattr(input, field.name) for field in fields(input) if field.name in EDITABLE}
    present = {name: value for name, value in changes.items() if value is not ABSENT}
    if present.get("branch_id") is not None:
        present["branch_id"] = number_of("Organization", present["branch_id"], "input.branchId")
    return present


def _files(input: UpdateMemberInput) -> FileChanges:
    return FileChanges(
        photo=_photo(input.photo_id),
        added=numbers_of("File", given(input.add_attachment_ids), "input.addAttachmentIds"),
        removed=numbers_of("File", given(input.remove_attachment_ids), "input.removeAttachmentIds"),
    )


def _photo(photo_id: strawberry.ID | None) -> int | Photo:
    if photo_id is ABSENT:
        return Photo.KEEP
    return Photo.REMOVE if photo_id is None else number_of("File", photo_id, "input.photoId")


@strawberry.type
class MemberMutations:
    # fmt: off
    update_member: UpdateMemberPayload = record_field("修改党员信息", "Correct a member's record; it is saved whole or not at all.", read=FieldClass.BUSINESS, resolver=_update_member)
    update_members: UpdateMembersPayload = record_field("批量修改党员信息", "Correct the records of many members, each saved or refused by itself.", read=FieldClass.BUSINESS, resolver=_update_members, costs=Costs(size="input.members"))
    # fmt: on
