"""党员统计: what is counted, and where. Given by a governed field alone, after each dimension was found to be permitted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry

from domain.codes import ChartFormat, StatisticsDimension
from domain.reach import Reach
from domain.records import OrganizationRecord
from domain.tallies import OrganizationTally, StatisticsTally
from schema.chart_urls import ABOUT_CHART_URLS, MEMBERS, Format, url_of_chart
from schema.costs import Costs
from schema.identifiers import encoded
from schema.info import Info
from schema.organizations_of import organizations_with_ids
from schema.resolving import for_all
from schema.traits import open_field
from schema.types.organization import Organization


@strawberry.type(description="分组计数。How many members lie in one bucket of a dimension.")
class StatisticsBucket:
    # fmt: off
    key: str = open_field("分组代码", "Which bucket: it never changes; MISSING for records without a value.")
    label: str = open_field("中文名称", "Chinese label.")
    english_label: str = open_field("英文名称", "English label.")
    count: int = open_field("人数", "Number of members, exactly.")
    # fmt: on


@strawberry.type(description="交叉分组计数。How many members lie in a bucket of each of two dimensions.")
class StatisticsCell:
    # fmt: off
    key: str = open_field("分组代码", "The bucket of `dimension`.")
    by_key: str = open_field("交叉分组代码", "The bucket of `by`.")
    count: int = open_field("人数", "Number of members, exactly; never 0.")
    # fmt: on


@strawberry.type
class _Tally:
    # fmt: off
    total: int = open_field("总人数", "Number of members: the sum of the buckets.")
    buckets: list[StatisticsBucket] = open_field("分组计数", "Every bucket of `dimension` in its order, empty ones too.", costs=Costs(size=10))
    by_buckets: list[StatisticsBucket] = open_field("交叉维度分组计数", "Every bucket of `by` in its order; none without `by`.", costs=Costs(size=10))
    cells: list[StatisticsCell] = open_field("交叉分组计数", "Each pair of buckets in which there are members; none without `by`.", costs=Costs(size=50))
    # fmt: on


@for_all
async def _organization(
    root: Sequence[OrganizationTally | StatisticsTally], info: Info
) -> list[OrganizationRecord | None]:
    return await organizations_with_ids(info, [tally.organization_id for tally in root])


@strawberry.type(
    description="党员统计行。The members of one direct child, or those who hang on the organisation itself."
)
class StatisticsRow(_Tally):
    # fmt: off
    organization: Organization | None = open_field("党组织", "Whose members they are; null if it has just left the caller's scope.", resolver=_organization)
    reach: Reach = open_field("范围", "SUBTREE for a direct child with all below it; DIRECT for the organisation's own members.")
    # fmt: on


@dataclass(frozen=True)
class AskedStatistics(StatisticsTally):
    """With the conditions as they were asked, for whoever asks again."""

    where: Mapping[str, Any] | None


def _chart_url(root: AskedStatistics, info: Info, format: Format = ChartFormat.SVG) -> str | None:
    variables = {
        "organizationId": encoded("Organization", root.organization_id),
        "dimension": root.dimension.name,
        "by": root.by and root.by.name,
        "where": root.where,
    }
    return url_of_chart(info, MEMBERS, variables, format)


@strawberry.type(description="党员统计。Members of an organisation with all below it, counted at one moment.")
class MemberStatistics(_Tally):
    # fmt: off
    organization: Organization | None = open_field("党组织", "Whose members they are; null if it has just left the caller's scope.", resolver=_organization)
    dimension: StatisticsDimension = open_field("统计维度", "What they are counted by.")
    by: StatisticsDimension | None = open_field("交叉维度", "The second dimension, when there is one.")
    rows: list[StatisticsRow] = open_field("各下级统计", "First those who hang on the organisation itself, if there are any; then each direct child, in the order of the tree. They add up to the whole.", costs=Costs(size=50))
    chart_url: str | None = open_field("图表地址", ABOUT_CHART_URLS, resolver=_chart_url)
    # fmt: on
