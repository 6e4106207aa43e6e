"""数据校验: the mutations that check one member at once, and start and cancel checks of many."""

from typing import Annotated, Any

import strawberry

from auth.default_matrix import FieldClass
from resolvers import checks, validation
from schema.costs import Costs
from schema.identifiers import number_of
from schema.info import Info
from schema.mutating import MutationInput, UserError, as_payload, keyed, settled
from schema.optional import ABSENT, given
from schema.traits import open_field, record_field
from schema.types.check import Check
from schema.types.validation import ValidationResult


@strawberry.input(description="校验当前对象。Which member is checked.")
class CheckMemberInput(MutationInput):
    member_id: strawberry.ID = strawberry.field(description="党员。Global id of the member.")


@strawberry.type(description="校验当前对象的结果。What is wrong with the member.")
class CheckMemberPayload:
    results: list[ValidationResult] | None = open_field(
        "校验结果",
        "Every breach that the caller may know of, in the order of the rules; null when there are errors.",
        costs=Costs(size=5),
    )
    errors: list[UserError] = open_field("问题", "Everything that is wrong with the call.")


async def _check_member(
    info: Info, input: Annotated[CheckMemberInput, strawberry.argument(description="校验。Whom.")]
) -> CheckMemberPayload:
    def payload(results: Any, errors: list[UserError]) -> CheckMemberPayload:
        return CheckMemberPayload(results=results, errors=errors)

    number = number_of("Member", input.member_id, "input.memberId")
    return await settled(info, validation.check_member(keyed(info, input), number), payload)


@strawberry.input(description="批量信息校验。Whose members are checked, and against which rules.")
class StartCheckInput(MutationInput):
    organization_id: strawberry.ID = strawberry.field(
        description="党组织。Global id of the organisation, whose whole subtree is checked."
    )
    rules: list[str] | None = strawberry.field(
        default=ABSENT, description="校验规则。Codes of `validationRules`; all when absent or empty."
    )


@strawberry.type(description="批量信息校验的结果。The check, and what is wrong.")
class StartCheckPayload:
    check: Check | None = open_field("批量信息校验", "The check, which a worker runs; null when there are errors.")
    errors: list[UserError] = open_field("问题", "Everything that is wrong; nothing was started then.")


async def _start_check(
    info: Info, input: Annotated[StartCheckInput, strawberry.argument(description="校验。Of whom.")]
) -> StartCheckPayload:
    number = number_of("Organization", input.organization_id, "input.organizationId")
    started = checks.start(keyed(info, input), number, given(input.rules) or ())
    return await settled(info, started, as_payload(StartCheckPayload, "check"))


@strawberry.input(description="取消批量信息校验。Which check is cancelled.")
class CancelCheckInput(MutationInput):
    id: strawberry.ID = strawberry.field(description="全局标识。Global id of the check.")


@strawberry.type(description="取消批量信息校验的结果。The check, and what is wrong.")
class CancelCheckPayload:
    check: Check | None = open_field("批量信息校验", "The check, cancelled; null when there are errors.")
    errors: list[UserError] = open_field("问题", "Everything that is wrong; nothing was changed then.")


async def _cancel_check(
    info: Info, input: Annotated[CancelCheckInput, strawberry.argument(description="取消。Which.")]
) -> CancelCheckPayload:
    cancelled = checks.cancel(keyed(info, input), number_of("Check", input.id, "input.id"))
    return await settled(info, cancelled, as_payload(CancelCheckPayload, "check"))


@strawberry.type
class ValidationMutations:
    # fmt: off
    check_member: CheckMemberPayload = record_field("校验当前对象", "Check one member against all rules, at once.", read=FieldClass.BUSINESS, resolver=_check_member)
    start_check: StartCheckPayload = record_field("批量信息校验", "Check all members of an organisation, as a job that `check` shows the progress of.", read=FieldClass.BUSINESS, resolver=_start_check)
    cancel_check: CancelCheckPayload = record_field("取消批量信息校验", "Stop a check; what it has found stays.", read=FieldClass.BUSINESS, resolver=_cancel_check)
    # fmt: on
