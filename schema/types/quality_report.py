"""信息质量统计报告 and 集中排查专项统计."""

from collections.abc import Sequence

import strawberry

from auth.default_matrix import FieldClass
from domain.codes import ChartFormat, Severity
from domain.records import OrganizationRecord
from resolvers import quality_reports as reports
from schema.chart_urls import ABOUT_CHART_URLS, QUALITY, Format, url_of_chart
from schema.costs import Costs
from schema.identifiers import encoded
from schema.info import Info
from schema.organizations_of import organizations_with_ids
from schema.resolving import for_all
from schema.traits import record_field
from schema.types.organization import Organization
from schema.types.validation import ValidationRule

BUSINESS = FieldClass.BUSINESS


@for_all
async def _organization(
    root: Sequence[reports.QualityRow | reports.SpecialCheckRow], info: Info
) -> list[OrganizationRecord | None]:
    return await organizations_with_ids(info, [row.organization_id for row in root])


def _errors(root: reports.QualityRow) -> int:
    return root.counts[Severity.ERROR].breaches


def _with_errors(root: reports.QualityRow) -> int:
    return root.counts[Severity.ERROR].members


def _warnings(root: reports.QualityRow) -> int:
    return root.counts[Severity.WARNING].breaches


def _with_warnings(root: reports.QualityRow) -> int:
    return root.counts[Severity.WARNING].members


def _hints(root: reports.QualityRow) -> int:
    return root.counts[Severity.HINT].breaches


def _with_hints(root: reports.QualityRow) -> int:
    return root.counts[Severity.HINT].members


@strawberry.type(description="信息质量统计行。Breaches of the members of one organisation and all below it.")
class QualityReportRow:
    # fmt: off
    organization: Organization | None = record_field("党组织", "The organisation.", read=BUSINESS, resolver=_organization)
    errors: int = record_field("错误数", "Number of errors.", read=BUSINESS, resolver=_errors)
    members_with_errors: int = record_field("错误涉及人数", "Number of members with errors.", read=BUSINESS, resolver=_with_errors)
    warnings: int = record_field("警告数", "Number of warnings.", read=BUSINESS, resolver=_warnings)
    members_with_warnings: int = record_field("警告涉及人数", "Number of members with warnings.", read=BUSINESS, resolver=_with_warnings)
    hints: int = record_field("提醒数", "Number of hints.", read=BUSINESS, resolver=_hints)
    members_with_hints: int = record_field("提醒涉及人数", "Number of members with hints.", read=BUSINESS, resolver=_with_hints)
    # fmt: on


def _chart_url(root: reports.QualityReport, info: Info, format: Format = ChartFormat.SVG) -> str | None:
    return url_of_chart(info, QUALITY, {"organizationId": encoded("Organization", root.total.organization_id)}, format)


@strawberry.type(
    description="信息质量统计报告（逻辑校验统计）。Breaches by severity, counted as the last checks and saves found them."
)
class QualityReport:
    # fmt: off
    rows: list[QualityReportRow] = record_field("下级组织", "One for each direct child, as in the tree.", read=BUSINESS, costs=Costs(size=50))
    own: QualityReportRow = record_field("直属党员", "Of the members that hang on the organisation itself.", read=BUSINESS)
    total: QualityReportRow = record_field("合计", "Totals: of all of these.", read=BUSINESS)
    chart_url: str | None = record_field("图表地址", ABOUT_CHART_URLS, read=BUSINESS, resolver=_chart_url)
    # fmt: on


@strawberry.type(description="集中排查单项。How many members break one rule.")
class SpecialCheckCount:
    # fmt: off
    rule: ValidationRule = record_field("校验规则", "The rule.", read=BUSINESS)
    members: int = record_field("涉及人数", "Number of members; `validationResults(where: {within, rules})` lists them.", read=BUSINESS)
    # fmt: on


@strawberry.type(description="集中排查统计行。One organisation with all below it.")
class SpecialCheckRow:
    # fmt: off
    organization: Organization | None = record_field("党组织", "The organisation.", read=BUSINESS, resolver=_organization)
    counts: list[SpecialCheckCount] = record_field("各项统计", "One for each rule of the special check whose fields the caller may see.", read=BUSINESS, costs=Costs(size=15))
    # fmt: on


@strawberry.type(description="集中排查专项统计。Organisations × rules of the special check.")
class SpecialCheck:
    # fmt: off
    rows: list[SpecialCheckRow] = record_field("下级组织", "One for each direct child, as in the tree.", read=BUSINESS, costs=Costs(size=50))
    own: SpecialCheckRow = record_field("直属党员", "Of the members that hang on the organisation itself.", read=BUSINESS)
    total: SpecialCheckRow = record_field("合计", "Totals: of all of these.", read=BUSINESS)
    # fmt: on
