"""数据质量: the rules, what checks have found, and how much of it there is."""

from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from auth.visibility import FieldUse, Purpose
from domain.codes import Severity
from domain.filtering import Condition, Filter, Operator, Within, all_of
from domain.validation import RulesInForce
from domain.validation import ValidationRule as Rule
from resolvers import quality_reports, validation
from resolvers.paging import SearchArguments
from schema.arguments import After, Before, First, Last, page_arguments
from schema.chosen_rules import breaches_of
from schema.connections import Connected, Connection, connected_alone
from schema.costs import REPORT, Costs
from schema.filters import condition_part
from schema.identifiers import number_of
from schema.info import Info
from schema.lookahead import connection_selection
from schema.optional import ABSENT, given
from schema.traits import open_field, record_field
from schema.types.quality_report import QualityReport, SpecialCheck
from schema.types.validation import ValidationResult, ValidationRule

BUSINESS = FieldClass.BUSINESS
_RULE = FieldUse("ValidationResult.rule", Purpose.SEARCH)


@strawberry.input(description="校验结果查询条件。Conditions on breaches; all given ones hold.")
class ValidationResultFilter:
    # fmt: off
    within: strawberry.ID | None = condition_part("所属组织。Of members of the organisation with this id and of all below it.", FieldUse("Member.branch", Purpose.SEARCH))
    severities: list[Severity] | None = condition_part("严重程度。Severity in quality control: one of these.", _RULE)
    rules: list[str] | None = condition_part("校验规则。Code of the rule: one of these.", _RULE)
    # fmt: on


Where = Annotated[
    ValidationResultFilter | None, strawberry.argument(description="查询条件。Conditions; an empty condition is none.")
]
OrganizationId = Annotated[strawberry.ID, strawberry.argument(description="党组织。Global id of the organisation.")]


def _filter(where: ValidationResultFilter | None, in_force: RulesInForce) -> Filter | None:
    if where is None:
        return None
    within, chosen = given(where.within), breaches_of(where)
    parts: list[Filter] = [] if within is None else [Within(number_of("Organization", within, "within"))]
    if chosen is not None:
        parts.append(Condition("rule", Operator.MULTI, chosen.among(in_force.checked)))
    return all_of(parts)


def _rules(info: Info) -> list[Rule]:
    return list(info.context.rules.listed)


async def _results(
    info: Info,
    where: Where = ABSENT,
    first: First = ABSENT,
    after: After = ABSENT,
    last: Last = ABSENT,
    before: Before = ABSENT,
) -> Connected:
    asked = SearchArguments(_filter(given(where), info.context.rules), page=page_arguments(first, after, last, before))
    selected = connection_selection(info, "ValidationResult") is not None
    page = await validation.search_results(info.context, asked, selected=selected)
    return connected_alone(page, lambda: validation.count_of_results(info.context, asked.where))


async def _quality_report(info: Info, organization_id: OrganizationId) -> quality_reports.QualityReport:
    return await quality_reports.quality_report(info.context, _number(organization_id))


async def _special_check(info: Info, organization_id: OrganizationId) -> quality_reports.SpecialCheck:
    return await quality_reports.special_check(info.context, _number(organization_id))


def _number(organization_id: str) -> int:
    return number_of("Organization", organization_id, "organizationId")


@strawberry.type
class ValidationQueries:
    # fmt: off
    validation_rules: list[ValidationRule] = open_field("校验规则目录", "All rules of data quality, in the order of the manual, with their severities here.", resolver=_rules, costs=Costs(size=25))
    validation_results: Connection[ValidationResult] = record_field("校验结果列表", "Breaches by members of the caller's scope, as members stand in the tree; without those of rules that look at a field which the caller may not see.", read=BUSINESS, resolver=_results)
    quality_report: QualityReport = record_field("信息质量统计报告", "Breaches by severity, for an organisation and its direct children.", read=BUSINESS, resolver=_quality_report, costs=REPORT)
    special_check: SpecialCheck = record_field("集中排查专项统计", "Breaches by rule of the special check, for an organisation and its direct children.", read=BUSINESS, resolver=_special_check, costs=REPORT)
    # fmt: on
