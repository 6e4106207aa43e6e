"""注册统计: given by a governed field alone."""

from collections.abc import Sequence
from datetime import datetime

import strawberry

from domain.codes import ChartFormat
from domain.records import OrganizationRecord
from domain.registrations import Registrations
from domain.registrations import RegistrationStatistics as CountedRegistrations
from schema.chart_urls import ABOUT_CHART_URLS, REGISTRATIONS, Format, url_of_chart
from schema.costs import Costs
from schema.identifiers import encoded
from schema.info import Info
from schema.organizations_of import organizations_with_ids
from schema.resolving import for_all
from schema.traits import open_field
from schema.types.organization import Organization


@for_all
async def _organization(
    root: Sequence[Registrations | CountedRegistrations], info: Info
) -> list[OrganizationRecord | None]:
    return await organizations_with_ids(info, [registrations.organization_id for registrations in root])


@strawberry.type
class _Registrations:
    # fmt: off
    organization: Organization | None = open_field("党组织", "Whose members they are, with all below it; null if it has just left the caller's scope.", resolver=_organization)
    members: int = open_field("党员数", "Number of members at the time of counting.")
    registered: int = open_field("注册党员数", "How many of them had an account of their own that was not cancelled.")
    rate: float | None = open_field("注册率", "The registered among the members, from 0 to 1; null where there are no members.")
    # fmt: on


@strawberry.type(description="注册统计行。The members of one direct child with all below it.")
class RegistrationRow(_Registrations):
    pass


def _chart_url(root: CountedRegistrations, info: Info, format: Format = ChartFormat.SVG) -> str | None:
    return url_of_chart(info, REGISTRATIONS, {"organizationId": encoded("Organization", root.organization_id)}, format)


@strawberry.type(
    description="注册统计。How many members of an organisation have registered in the public personal zone.",
)
class RegistrationStatistics(_Registrations):
    # fmt: off
    counted_at: datetime = open_field("统计时间", "When it was counted, which is once an hour.")
    rows: list[RegistrationRow] = open_field("各下级统计", "Each direct child, in the order of the tree; one that is newer than the counting is left out.", costs=Costs(size=50))
    chart_url: str | None = open_field("图表地址", ABOUT_CHART_URLS, resolver=_chart_url)
    # fmt: on
