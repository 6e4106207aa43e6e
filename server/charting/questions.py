"""The questions that charts answer: documents of the schema, asked as anybody asks, by whoever wants to see the chart.

So what may not be asked over GraphQL cannot be seen in a chart, and stands in the audit log as it would from there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from charts.chart import Chart
from schema.chart_urls import MEMBERS, QUALITY, REGISTRATIONS
from server.charting.member_chart import member_chart
from server.charting.quality_chart import quality_chart
from server.charting.registration_chart import registration_chart
from server.charting.telling import Telling


@dataclass(frozen=True, slots=True)
class ChartQuestion:
    """`field`: the one that the document asks for; `chart` draws up what it gives."""

    document: str
    field: str
    chart: Callable[[dict[str, Any], Telling], Chart]


_MEMBERS = """
query MemberStatisticsChart(
  $organizationId: ID, $dimension: StatisticsDimension!, $by: StatisticsDimension, $where: MemberFilter
) {
  memberStatistics(organizationId: $organizationId, dimension: $dimension, by: $by, where: $where) {
    organization { name } dimension by total
    buckets { key label englishLabel count } byBuckets { key label englishLabel count } cells { key byKey count }
    rows { organization { name } reach buckets { key count } }
  }
}
"""
_REGISTRATIONS = """
query RegistrationStatisticsChart($organizationId: ID) {
  registrationStatistics(organizationId: $organizationId) {
    countedAt organization { name } members registered rows { organization { name } members registered }
  }
}
"""
# Whoever may not have the address of a chart may not have the chart.
_QUALITY = """
query QualityReportChart($organizationId: ID!) {
  qualityReport(organizationId: $organizationId) { chartUrl total { ...Row } own { ...Row } rows { ...Row } }
}
fragment Row on QualityReportRow { organization { name } membersWithErrors membersWithWarnings membersWithHints }
"""

QUESTIONS: Mapping[str, ChartQuestion] = {
    MEMBERS: ChartQuestion(_MEMBERS, "memberStatistics", member_chart),
    REGISTRATIONS: ChartQuestion(_REGISTRATIONS, "registrationStatistics", registration_chart),
    QUALITY: ChartQuestion(_QUALITY, "qualityReport", quality_chart),
}
