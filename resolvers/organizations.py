"""党组织: reading the tree. What lies above or beside the caller's own organisation does not exist for the caller."""

from collections.abc import Sequence

from domain.filtering import Filter
from domain.pages import Page
from domain.paths import ids_from_root
from domain.records import OrganizationRecord
from resolvers.conditions import organization_filter, organization_search
from resolvers.context import RequestContext
from resolvers.paging import SearchArguments
from storage.organizations import count_organizations, page_of_organizations


async def search_organizations(context: RequestContext, asked: SearchArguments) -> Page[OrganizationRecord]:
    search = await organization_search(context, asked)
    return await page_of_organizations(context.database, context.scope, search)


async def count_of_organizations(context: RequestContext, where: Filter | None) -> int:
    return await count_organizations(context.database, context.scope, await organization_filter(context, where))


async def find_organization(context: RequestContext, organization_id: int | None) -> OrganizationRecord | None:
    """None for the parent of a root, and for what does not exist or is outside the scope."""
    if organization_id is None:
        return None
    return await context.loaders.organization_by_id.load(organization_id)


async def branch_of_member(context: RequestContext, branch_id: int) -> OrganizationRecord:
    """The organisation that a member within the scope hangs on, which is within the scope as well."""
    branch = await context.loaders.organization_by_id.load(branch_id)
    if branch is None:
        raise LookupError(f"organisation {branch_id} has members and is not there")
    return branch


async def ancestors_of(context: RequestContext, path: str) -> Sequence[OrganizationRecord]:
    """From the caller's own organisation down to the parent."""
    above = await context.loaders.organization_by_id.load_many(ids_from_root(path)[:-1])
    return [organization for organization in above if organization is not None]


async def children_of(
    context: RequestContext, organization_id: int, asked: SearchArguments
) -> Page[OrganizationRecord]:
    search = await organization_search(context, asked)
    found = await context.loaders.child_page_of(search).load(organization_id)
    if found is None:
        raise LookupError(f"organisation {organization_id} was asked for its children without being read")
    return found


async def count_children_of(context: RequestContext, organization_id: int, where: Filter | None) -> int:
    return await context.loaders.child_count_of(await organization_filter(context, where)).load(organization_id)
