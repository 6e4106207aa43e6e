"""注册统计: how many members have registered in the public personal zone, as of the last counting."""

from auth.visibility import FieldUse, Purpose
from domain.lookups import Counted, StatisticsQuestion
from domain.records import Selection
from domain.registrations import RegistrationStatistics
from resolvers.context import RequestContext
from storage.registrations import registrations_below

HAS_ACCOUNT = FieldUse("Member.account", Purpose.GROUP)
"""What it uses of a member: by whether there is an account they are counted."""

_ID = Selection(frozenset({"id"}))


async def registration_statistics(context: RequestContext, organization_id: int) -> RegistrationStatistics | None:
    """None for what does not exist, is outside the scope, or has not been counted yet."""
    context.permissions.require([HAS_ACCOUNT])
    if await context.loaders.organization_by_id(_ID).load(organization_id) is None:
        return None
    found = await registrations_below(context.database, organization_id)
    number = 0 if found is None else found.members
    context.journal.counted(StatisticsQuestion(Counted.REGISTRATIONS), number, of=(organization_id,))
    return found
