from asyncio import gather
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

import strawberry

from auth.actor import Actor
from auth.default_matrix import FieldClass
from domain.approvals import HistoryMemberRecord, RequestRecord
from domain.errors import bad_input
from domain.exports import ExportRecord
from domain.partners import PartnerRecord
from domain.records import AccountRecord, MemberRecord, OrganizationRecord
from domain.saved_queries import SavedQueryRecord
from domain.validation.check import CheckRecord
from resolvers import (
    accounts,
    checks,
    exports,
    history_members,
    members,
    organizations,
    partners,
    requests,
    saved_queries,
)
from schema.arguments import (
    After,
    Before,
    First,
    Last,
    MemberOrderBy,
    MemberWhere,
    OrganizationOrderBy,
    OrganizationWhere,
    page_arguments,
    searched,
)
from schema.connections import Connected, Connection, connected_alone
from schema.costs import Costs
from schema.filterable import filterable_fields
from schema.identifiers import decoded, number_of
from schema.info import Info
from schema.lookahead import connection_selection, selection_of
from schema.optional import ABSENT
from schema.queries.accounts import AccountQueries
from schema.queries.approvals import ApprovalQueries
from schema.queries.audit_entries import AuditQueries
from schema.queries.changes import ChangeQueries
from schema.queries.checks import CheckQueries
from schema.queries.collection_forms import CollectionFormQueries
from schema.queries.exports import ExportQueries
from schema.queries.member_prefill import MemberPrefillQueries
from schema.queries.partners import PartnerQueries
from schema.queries.permissions import PermissionQueries
from schema.queries.phone_holders import PhoneHolderQueries
from schema.queries.release_notes import ReleaseNoteQueries
from schema.queries.saved_queries import SavedQueryQueries
from schema.queries.statistics import StatisticsQueries
from schema.queries.validation import ValidationQueries
from schema.traits import open_field, record_field
from schema.types.history_member import HistoryMember
from schema.types.member import Member
from schema.types.node import Node
from schema.types.organization import Organization
from schema.types.query_field import QueryField, breach_fields, query_fields
from schema.types.viewer import Viewer

LARGEST_NODES = 1_000

Record = (
    MemberRecord
    | OrganizationRecord
    | AccountRecord
    | PartnerRecord
    | RequestRecord
    | HistoryMemberRecord
    | CheckRecord
    | ExportRecord
    | SavedQueryRecord
)
Id = Annotated[strawberry.ID, strawberry.argument(description="全局标识。Global id of the record.")]
Ids = Annotated[
    list[strawberry.ID], strawberry.argument(description="全局标识列表。Global ids; 1,000 at most in one call.")
]


def _viewer(info: Info) -> Actor:
    return info.context.actor


async def _node(info: Info, id: Id) -> Record | None:
    return await _found(info, id, "id")


async def _nodes(info: Info, ids: Ids) -> list[Record | None]:
    if len(ids) > LARGEST_NODES:
        raise bad_input(
            f"ids 有 {len(ids)} 个，最多 {LARGEST_NODES} 个。请分批查询。",
            f"There are {len(ids)} ids; {LARGEST_NODES} are allowed. Ask in parts.",
            ("ids",),
        )
    return list(await gather(*(_found(info, identifier, "ids") for identifier in ids)))


async def _found(info: Info, text: str, argument: str) -> Record | None:
    type_name, number = decoded(text, argument)
    find = _FINDERS.get(type_name)
    return None if find is None else await find(info, number)


async def _history_member(info: Info, number: int) -> Record | None:
    return (await history_members.find_history_members(info.context, [number]))[0]


_FINDERS: Mapping[str, Callable[[Info, int], Awaitable[Record | None]]] = {
    "Member": lambda info, number: members.find_member(info.context, number, selection_of(info, "Member")),
    "Organization": lambda info, number: organizations.find_organization(
        info.context, number, selection_of(info, "Organization")
    ),
    "Account": lambda info, number: accounts.find_account(info.context, number, selection_of(info, "Account")),
    "Partner": lambda info, number: partners.find_partner(info.context, number),
    "ApprovalRequest": lambda info, number: requests.find_request(info.context, number),
    "HistoryMember": _history_member,
    "Check": lambda info, number: checks.find_check(info.context, number),
    "Export": lambda info, number: exports.find_export(info.context, number),
    "SavedQuery": lambda info, number: saved_queries.find_saved_query(info.context, number),
}


async def _organization(info: Info, id: Id) -> OrganizationRecord | None:
    selection = selection_of(info, "Organization")
    return await organizations.find_organization(info.context, number_of("Organization", id), selection)


async def _organizations(
    info: Info,
    where: OrganizationWhere = ABSENT,
    order_by: OrganizationOrderBy = ABSENT,
    first: First = ABSENT,
    after: After = ABSENT,
    last: Last = ABSENT,
    before: Before = ABSENT,
) -> Connected:
    asked = searched(where, order_by, page_arguments(first, after, last, before))
    page = await organizations.search_organizations(info.context, asked, connection_selection(info, "Organization"))
    return connected_alone(page, lambda: organizations.count_of_organizations(info.context, asked.where))


async def _member(info: Info, id: Id) -> MemberRecord | None:
    return await members.find_member(info.context, number_of("Member", id), selection_of(info, "Member"))


async def _members(
    info: Info,
    where: MemberWhere = ABSENT,
    order_by: MemberOrderBy = ABSENT,
    first: First = ABSENT,
    after: After = ABSENT,
    last: Last = ABSENT,
    before: Before = ABSENT,
) -> Connected:
    asked = searched(where, order_by, page_arguments(first, after, last, before))
    page = await members.search_members(info.context, asked, connection_selection(info, "Member"))
    return connected_alone(page, lambda: members.count_of_members(info.context, asked.where))


def _member_query_fields(info: Info) -> list[QueryField]:
    permissions = info.context.permissions
    return [
        *query_fields(filterable_fields(Member), permissions),
        *query_fields(filterable_fields(Organization), permissions, ("branch",)),
        *breach_fields(info.context),
    ]


def _history_member_query_fields(info: Info) -> list[QueryField]:
    return query_fields(filterable_fields(HistoryMember), info.context.permissions)


@strawberry.type(description="查询。What can be read; everything lies within the caller's scope.")
class Query(
    AccountQueries,
    ApprovalQueries,
    AuditQueries,
    ChangeQueries,
    CheckQueries,
    CollectionFormQueries,
    ExportQueries,
    MemberPrefillQueries,
    PartnerQueries,
    PermissionQueries,
    PhoneHolderQueries,
    ReleaseNoteQueries,
    SavedQueryQueries,
    ValidationQueries,
    StatisticsQueries,
):
    # fmt: off
    viewer: Viewer = open_field("当前账号", "Who is calling.", resolver=_viewer)
    node: Node | None = open_field("按全局标识查找", "The record with that id; null when it does not exist in the caller's scope.", resolver=_node)
    nodes: list[Node | None] = open_field("按全局标识批量查找", "The records with those ids, in their order; null for each that does not exist in the caller's scope.", resolver=_nodes, costs=Costs(size="ids"))
    organization: Organization | None = record_field("党组织", "One organisation; null when it does not exist in the caller's scope.", read=FieldClass.STRUCTURE, resolver=_organization)
    organizations: Connection[Organization] = record_field("党组织列表", "Organisations of the caller's scope.", read=FieldClass.STRUCTURE, resolver=_organizations)
    member: Member | None = record_field("党员", "One member; null when there is none in the caller's scope.", resolver=_member)
    members: Connection[Member] = record_field("党员列表", "Members of the caller's scope.", resolver=_members)
    member_query_fields: list[QueryField] = open_field("可查询字段", "The fields that can be conditions of the query builder, with the methods and the permission the caller has.", resolver=_member_query_fields, costs=Costs(size=50))
    history_member_query_fields: list[QueryField] = open_field("历史党员可查询字段", "The fields that can be conditions on members who have left, as `memberQueryFields`; they come in one order, so none is sortable.", resolver=_history_member_query_fields, costs=Costs(size=20))
    # fmt: on
