"""党组织: reading the tree. What lies above or beside the caller's own organisation does not exist for the caller."""

from collections.abc import Sequence

from domain.errors import not_found
from domain.filtering import Filter
from domain.pages import Page
from domain.paths import paths_above
from domain.records import OrganizationRecord, Selection
from resolvers.conditions import filter_of, search_of
from resolvers.context import RequestContext
from resolvers.paging import SearchArguments
from storage.nested import child_counts_of, child_pages_of
from storage.organizations import count_organizations, page_of_organizations
from storage.organizations_above import organizations_at

_PLACE = Selection(frozenset({"id", "path"}))


async def search_organizations(
    context: RequestContext, asked: SearchArguments, selection: Selection | None
) -> Page[OrganizationRecord]:
    """An empty page when none of it is selected."""
    search = await search_of(context, "Organization", asked)
    return await page_of_organizations(context.database, context.scope, search, selection)


async def count_of_organizations(context: RequestContext, where: Filter | None) -> int:
    return await count_organizations(context.database, context.scope, await filter_of(context, "Organization", where))


async def find_organization(
    context: RequestContext, organization_id: int, selection: Selection
) -> OrganizationRecord | None:
    """None for what does not exist or is outside the scope."""
    return await context.loaders.organization_by_id(selection).load(organization_id)


async def find_organizations(
    context: RequestContext, organization_ids: Sequence[int], selection: Selection
) -> list[OrganizationRecord | None]:
    """For each of the ids what `find_organization` gives."""
    found = await context.loaders.organization_by_id(selection).load_many(list(organization_ids))
    return list(found)


async def path_within_scope(
    context: RequestContext, organization_id: int, argument: tuple[str | int, ...] = ("organizationId",)
) -> str:
    """The organisation's; NOT_FOUND at the argument for what does not exist or is outside the scope."""
    organization = await context.loaders.organization_by_id(_PLACE).load(organization_id)
    if organization is None:
        raise not_found(
            "该党组织不存在或不在您的管理范围内。",
            "This organisation does not exist, or lies outside your scope.",
            argument,
        )
    return organization.path


async def ancestors_at(
    context: RequestContext, paths: Sequence[str], selection: Selection
) -> list[list[OrganizationRecord]]:
    """For each path those above it, from the caller's own organisation down to the parent."""
    above = {path: paths_above(path) for path in paths}
    wanted = {place for places in above.values() for place in places}
    found = await organizations_at(context.database, context.scope, wanted, selection)
    return [[found[place] for place in above[path] if place in found] for path in paths]


async def children_of(
    context: RequestContext, organization_ids: Sequence[int], asked: SearchArguments, selection: Selection | None
) -> list[Page[OrganizationRecord]]:
    """For each organisation, all of which lie within the scope, the page of its direct children."""
    search = await search_of(context, "Organization", asked)
    ids = tuple(dict.fromkeys(organization_ids))
    found = await child_pages_of(context.database, context.scope, ids, search, selection)
    return [found[key] for key in organization_ids]


async def count_children_of(
    context: RequestContext, organization_ids: Sequence[int], where: Filter | None
) -> list[int]:
    prepared = await filter_of(context, "Organization", where)
    found = await child_counts_of(context.database, tuple(dict.fromkeys(organization_ids)), prepared)
    return [found.get(key, 0) for key in organization_ids]
