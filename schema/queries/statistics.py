from typing import Annotated

import strawberry

from domain.codes import StatisticsDimension
from domain.registrations import RegistrationStatistics as CountedRegistrations
from domain.tallies import StatisticsTally
from resolvers import registrations, statistics
from schema.arguments import MemberWhere
from schema.costs import REPORT
from schema.filter_values import filter_from
from schema.identifiers import number_of
from schema.info import Info
from schema.optional import ABSENT, given
from schema.traits import record_field
from schema.types.registration_statistics import RegistrationStatistics
from schema.types.statistics import AskedStatistics, MemberStatistics
from schema.written_inputs import as_variable

OrganizationId = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="党组织的全局标识。Global id of the organisation whose members are counted; the caller's own when absent."
    ),
]
CountedBy = Annotated[StatisticsDimension, strawberry.argument(description="统计维度。What members are counted by.")]
CrossedBy = Annotated[
    StatisticsDimension | None,
    strawberry.argument(description="交叉维度。A second dimension, for a cross-tabulation."),
]


async def _member_statistics(
    info: Info,
    dimension: CountedBy,
    organization_id: OrganizationId = ABSENT,
    by: CrossedBy = ABSENT,
    where: MemberWhere = ABSENT,
) -> AskedStatistics | None:
    second = given(by)
    dimensions = (dimension,) if second is None else (dimension, second)
    place = _number(info, organization_id)
    conditions = filter_from(where)
    tally = await statistics.member_statistics(info.context, place, dimensions, conditions)
    return None if tally is None else _with_question(tally, None if conditions is None else where)


def _with_question(tally: StatisticsTally, where: object | None) -> AskedStatistics:
    asked = None if where is None else as_variable(where)
    return AskedStatistics(tally.dimensions, tally.counts, tally.organization_id, tally.rows, asked)


def _number(info: Info, organization_id: strawberry.ID | None) -> int:
    text = given(organization_id)
    own = info.context.actor.organization.id
    return own if text is None else number_of("Organization", text, "organizationId")


async def _registration_statistics(info: Info, organization_id: OrganizationId = ABSENT) -> CountedRegistrations | None:
    return await registrations.registration_statistics(info.context, _number(info, organization_id))


@strawberry.type
class StatisticsQueries:
    # fmt: off
    member_statistics: MemberStatistics | None = record_field("党员统计", "Members of an organisation and of each of its direct children, counted by one dimension or two, under any conditions: live, exact, and as of one moment. Null when the organisation does not exist in the caller's scope.", resolver=_member_statistics, costs=REPORT)
    registration_statistics: RegistrationStatistics | None = record_field("注册统计", "How many members of an organisation and of each of its direct children have registered in the public personal zone, as counted once an hour. Null when the organisation does not exist in the caller's scope, or is newer than the last counting.", resolver=_registration_statistics, groups_by=(registrations.HAS_ACCOUNT,), costs=REPORT)
    # fmt: on
