"""党员统计: members counted, live and exactly, as of one moment."""

from collections import Counter
from collections.abc import Mapping

from auth.visibility import FieldUse, Purpose
from domain.codes import StatisticsDimension
from domain.filtering import Filter
from domain.lookups import Counted, StatisticsQuestion
from domain.reach import Reach
from domain.records import Selection
from domain.statistics import DIMENSIONS
from domain.tallies import Counts, OrganizationTally, StatisticsTally
from resolvers.conditions import filter_of
from resolvers.context import RequestContext
from storage.statistics import counts_below

_PLACE = Selection(frozenset({"id", "path"}))


async def member_statistics(
    context: RequestContext,
    organization_id: int,
    dimensions: tuple[StatisticsDimension, ...],
    where: Filter | None,
) -> StatisticsTally | None:
    """By one dimension or two; None for an organisation that does not exist or is outside the scope."""
    context.permissions.require(map(use_of_dimension, dimensions))
    prepared = await filter_of(context, "Member", where)
    organization = await context.loaders.organization_by_id(_PLACE).load(organization_id)
    if organization is None:
        return None
    counted_by = [DIMENSIONS[dimension] for dimension in dimensions]
    found = await counts_below(context.database, organization, counted_by, prepared, context.today)
    tally = _tally(organization_id, dimensions, found)
    question = StatisticsQuestion(Counted.MEMBERS, dimensions, where)
    context.journal.counted(question, tally.total, of=(organization_id,))
    return tally


def use_of_dimension(dimension: StatisticsDimension) -> FieldUse:
    """What it uses of a member."""
    return FieldUse(f"Member.{DIMENSIONS[dimension].field}", Purpose.GROUP)


def _tally(
    organization_id: int, dimensions: tuple[StatisticsDimension, ...], found: Mapping[int, Counts]
) -> StatisticsTally:
    """Those who hang on the organisation itself have a row where there are any."""
    everybody: Counts = Counter()
    for counts in found.values():
        everybody.update(counts)
    own = found[organization_id]
    rows = [OrganizationTally(dimensions, own, organization_id, Reach.DIRECT)] if own else []
    rows += [
        OrganizationTally(dimensions, counts, place, Reach.SUBTREE)
        for place, counts in found.items()
        if place != organization_id
    ]
    return StatisticsTally(dimensions, everybody, organization_id, rows)
