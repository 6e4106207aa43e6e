from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.validation.check import CheckRecord
from resolvers import checks
from schema.arguments import After, Before, First, Last, page_arguments
from schema.connections import Connected, Connection, connected_alone
from schema.identifiers import number_of
from schema.info import Info
from schema.lookahead import connection_selection
from schema.optional import ABSENT
from schema.traits import record_field
from schema.types.check import Check

CheckId = Annotated[strawberry.ID, strawberry.argument(description="全局标识。Global id of the check.")]


async def _check(info: Info, id: CheckId) -> CheckRecord | None:
    return await checks.find_check(info.context, number_of("Check", id))


async def _checks(
    info: Info, first: First = ABSENT, after: After = ABSENT, last: Last = ABSENT, before: Before = ABSENT
) -> Connected:
    selected = connection_selection(info, "Check") is not None
    page = await checks.search_checks(info.context, page_arguments(first, after, last, before), selected=selected)
    return connected_alone(page, lambda: checks.count_of_checks(info.context))


@strawberry.type
class CheckQueries:
    # fmt: off
    check: Check | None = record_field("批量信息校验", "One check, with how far it has come; null when there is none in the caller's scope.", read=FieldClass.BUSINESS, resolver=_check)
    checks: Connection[Check] = record_field("批量信息校验列表", "Checks of organisations of the caller's scope; newest first.", read=FieldClass.BUSINESS, resolver=_checks)
    # fmt: on
