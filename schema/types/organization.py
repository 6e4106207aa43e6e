from collections.abc import Sequence
from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.codes import OrganizationKind
from domain.filtering import FieldKind
from domain.reach import Reach
from domain.records import OrganizationRecord
from resolvers import members, organizations
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
from schema.connections import Connected, Connection, connected
from schema.costs import Costs
from schema.filter_values import filter_from
from schema.identifiers import encoded
from schema.info import Info
from schema.lookahead import connection_selection, selection_of
from schema.optional import ABSENT
from schema.resolving import for_all
from schema.traits import record_field
from schema.types.member import Member
from schema.types.node import Node

STRUCTURE = FieldClass.STRUCTURE

ReachOf = Annotated[
    Reach, strawberry.argument(description="范围。The organisation with all below it (default), or alone.")
]


def _id(root: OrganizationRecord) -> strawberry.ID:
    return encoded("Organization", root.id)


@for_all
async def _ancestors(root: Sequence[OrganizationRecord], info: Info) -> Sequence[Sequence[OrganizationRecord]]:
    paths = [organization.path for organization in root]
    return await organizations.ancestors_at(info.context, paths, selection_of(info, "Organization"))


@for_all
async def _children(
    root: Sequence[OrganizationRecord],
    info: Info,
    where: OrganizationWhere = ABSENT,
    order_by: OrganizationOrderBy = ABSENT,
    first: First = ABSENT,
    after: After = ABSENT,
    last: Last = ABSENT,
    before: Before = ABSENT,
) -> list[Connected]:
    context, ids = info.context, _ids(root)
    asked = searched(where, order_by, page_arguments(first, after, last, before))
    pages = await organizations.children_of(context, ids, asked, connection_selection(info, "Organization"))
    return connected(ids, pages, lambda keys: organizations.count_children_of(context, keys, asked.where))


@for_all
async def _child_count(root: Sequence[OrganizationRecord], info: Info) -> list[int]:
    return await organizations.count_children_of(info.context, _ids(root), None)


@for_all
async def _members(
    root: Sequence[OrganizationRecord],
    info: Info,
    reach: ReachOf = Reach.SUBTREE,
    where: MemberWhere = ABSENT,
    order_by: MemberOrderBy = ABSENT,
    first: First = ABSENT,
    after: After = ABSENT,
    last: Last = ABSENT,
    before: Before = ABSENT,
) -> list[Connected]:
    context, ids = info.context, _ids(root)
    asked = searched(where, order_by, page_arguments(first, after, last, before))
    selection = connection_selection(info, "Member")
    pages = await members.members_of_organizations(context, ids, reach, asked, selection)
    return connected(ids, pages, lambda keys: members.count_members_of_organizations(context, keys, reach, asked.where))


@for_all
async def _member_count(
    root: Sequence[OrganizationRecord], info: Info, reach: ReachOf = Reach.SUBTREE, where: MemberWhere = ABSENT
) -> list[int]:
    return await members.count_members_of_organizations(info.context, _ids(root), reach, filter_from(where))


def _ids(root: Sequence[OrganizationRecord]) -> list[int]:
    return [organization.id for organization in root]


@strawberry.type(description="党组织。A node of the tree of organisations.")
class Organization(Node):
    # fmt: off
    global_id: strawberry.ID = record_field("全局标识", "Opaque global id.", read=STRUCTURE, kind=FieldKind.REFERENCE, resolver=_id, reads=("id",), name="id")
    name: str = record_field("名称", "Name.", read=STRUCTURE, kind=FieldKind.TEXT, sortable=True, default_condition=True)
    kind: OrganizationKind = record_field("组织类别", "Kind.", read=STRUCTURE, kind=FieldKind.CODE, sortable=True, default_condition=True)
    division_code: str | None = record_field("行政区划代码", "Division code: GB/T 2260, of committees from province to county.", read=STRUCTURE, kind=FieldKind.TEXT, sortable=True)
    can_approve_membership: bool = record_field("具有发展党员审批权限", "May approve membership: a flag of a grassroots committee.", read=STRUCTURE, kind=FieldKind.FLAG)
    can_file_real_names: bool = record_field("具有实名备案审批权限", "May file real names: a flag of a county, or of an organisation above, by which it decides on real-name filing.", read=STRUCTURE, kind=FieldKind.FLAG)
    parent: Annotated["Organization", strawberry.lazy("schema.types.organization")] | None = record_field("上级组织", "Parent; null for the caller's own organisation.", read=STRUCTURE, is_above=True)
    ancestors: list[Annotated["Organization", strawberry.lazy("schema.types.organization")]] = record_field("所有上级组织", "Ancestors, from the caller's own organisation down to the parent.", read=STRUCTURE, resolver=_ancestors, reads=("path",), costs=Costs(size=5))
    children: Connection[Annotated["Organization", strawberry.lazy("schema.types.organization")]] = record_field("直接下级组织", "Direct children.", read=STRUCTURE, resolver=_children, reads=("id",))
    child_count: int = record_field("直接下级组织数", "Number of direct children.", read=STRUCTURE, resolver=_child_count, reads=("id",))
    members: Connection[Member] = record_field("党员", "Members of the organisation and, unless `reach` is DIRECT, of all below it.", resolver=_members, reads=("id",))
    member_count: int = record_field("党员数", "Number of members, exactly.", resolver=_member_count, reads=("id",))
    # fmt: on
