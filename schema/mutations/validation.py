"""数据校验: the mutation that checks one member at once."""

from typing import Annotated, Any

import strawberry

from auth.default_matrix import FieldClass
from resolvers import validation
from schema.identifiers import number_of
from schema.info import Info
from schema.mutating import MutationInput, UserError, keyed, settled
from schema.traits import open_field, record_field
from schema.types.validation import ValidationResult


@strawberry.input(description="校验当前对象。Which member is checked.")
class CheckMemberInput(MutationInput):
    member_id: strawberry.ID = strawberry.field(description="党员。Global id of the member.")


@strawberry.type(description="校验当前对象的结果。What is wrong with the member.")
class CheckMemberPayload:
    results: list[ValidationResult] | None = open_field(
        "校验结果", "Every breach that the caller may know of, in the order of the rules; null when there are errors."
    )
    errors: list[UserError] = open_field("问题", "Everything that is wrong with the call.")


async def _check_member(
    info: Info, input: Annotated[CheckMemberInput, strawberry.argument(description="校验。Whom.")]
) -> CheckMemberPayload:
    def payload(results: Any, errors: list[UserError]) -> CheckMemberPayload:
        return CheckMemberPayload(results=results, errors=errors)

    number = number_of("Member", input.member_id, "input.memberId")
    return await settled(info, validation.check_member(keyed(info, input), number), payload)


@strawberry.type
class ValidationMutations:
    # fmt: off
    check_member: CheckMemberPayload = record_field("校验当前对象", "Check one member against all rules, at once.", read=FieldClass.BUSINESS, resolver=_check_member)
    # fmt: on
