"""合作系统: partners within the caller's scope. Nobody is ever shown a secret again."""

from domain.pages import Page
from domain.partners import PartnerRecord
from resolvers.context import RequestContext
from resolvers.paging import PageArguments, page_request
from storage.partners import count_partners, page_of_partners


async def search_partners(context: RequestContext, page: PageArguments) -> Page[PartnerRecord]:
    """In the order in which they were registered."""
    return await page_of_partners(context.database, context.scope, page_request(page))


async def count_of_partners(context: RequestContext) -> int:
    return await count_partners(context.database, context.scope)


async def find_partner(context: RequestContext, number: int) -> PartnerRecord | None:
    """None for what does not exist, is outside the scope, or belongs to records the caller may not know of."""
    if context.permissions.hides("Partner.id"):
        return None
    return await context.loaders.partner_by_id().load(number)
