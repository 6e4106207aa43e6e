from collections.abc import Sequence
from typing import Annotated, Any

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
from schema.connections import Connected, Connection
from schema.filter_values import filter_from
from schema.identifiers import encoded
from schema.info import Info
from schema.optional import ABSENT
from schema.traits import record_field
from schema.types.member import Member
from schema.types.node import Node

STRUCTURE = FieldClass.STRUCTURE

ReachOf = Annotated[
    Reach, strawberry.argument(description="范围。The organisation with all below it (default), or alone.")
]


def _id(root: OrganizationRecord) -> strawberry.ID:
    return encoded("Organization", root.id)


async def _parent(root: OrganizationRecord, info: Info) -> OrganizationRecord | None:
    return await organizations.find_organization(info.context, root.parent_id)


async def _ancestors(root: OrganizationRecord, info: Info) -> Sequence[OrganizationRecord]:
    return await organizations.ancestors_of(info.context, root.path)


async def _children(
    root: OrganizationRecord,
    info: Info,
    where: OrganizationWhere = ABSENT,
    order_by: OrganizationOrderBy = ABSENT,
    first: First = ABSENT,
    after: After = ABSENT,
    last: Last = ABSENT,
    before: Before = ABSENT,
) -> Connected:
    asked = searched(where, order_by, page_arguments(first, after, last, before))
    page = await organizations.children_of(info.context, root.id, asked)
    return Connected(page, lambda: organizations.count_children_of(info.context, root.id, asked.where))


async def _child_count(root: OrganizationRecord, info: Info) -> int:
    return await organizations.count_children_of(info.context, root.id, None)


async def _members(
    root: OrganizationRecord,
    info: Info,
    reach: ReachOf = Reach.SUBTREE,
    where: MemberWhere = ABSENT,
    order_by: MemberOrderBy = ABSENT,
    first: First = ABSENT,
    after: After = ABSENT,
    last: Last = ABSENT,
    before: Before = ABSENT,
) -> Connected:
    asked = searched(where, order_by, page_arguments(first, after, last, before))
    page = await members.members_of_organization(info.context, root.id, reach, asked)
    return Connected(page, lambda: members.count_members_of_organization(info.context, root.id, reach, asked.where))


async def _member_count(
    root: OrganizationRecord, info: Info, reach: ReachOf = Reach.SUBTREE, where: MemberWhere = ABSENT
) -> int:
    return await members.count_members_of_organization(info.context, root.id, reach, filter_from(where))


@strawberry.type(description="党组织。A node of the tree of organisations.")
class Organization(Node):
    # fmt: off
    global_id: strawberry.ID = record_field("全局标识", "Opaque global id.", read=STRUCTURE, kind=FieldKind.REFERENCE, resolver=_id, name="id")
    name: str = record_field("名称", "Name.", read=STRUCTURE, kind=FieldKind.TEXT, sortable=True, default_condition=True)
    kind: OrganizationKind = record_field("组织类别", "Kind.", read=STRUCTURE, kind=FieldKind.CODE, sortable=True, default_condition=True)
    division_code: str | None = record_field("行政区划代码", "Division code: GB/T 2260, of committees from province to county.", read=STRUCTURE, kind=FieldKind.TEXT, sortable=True)
    can_approve_membership: bool = record_field("具有发展党员审批权限", "May approve membership: a flag of a grassroots committee.", read=STRUCTURE, kind=FieldKind.FLAG)
    parent: Annotated["Organization", strawberry.lazy("schema.types.organization")] | None = record_field("上级组织", "Parent; null for the caller's own organisation.", read=STRUCTURE, resolver=_parent)
    ancestors: list[Annotated["Organization", strawberry.lazy("schema.types.organization")]] = record_field("所有上级组织", "Ancestors, from the caller's own organisation down to the parent.", read=STRUCTURE, resolver=_ancestors)
    children: Connection[Annotated["Organization", strawberry.lazy("schema.types.organization")]] = record_field("直接下级组织", "Direct children.", read=STRUCTURE, resolver=_children)
    child_count: int = record_field("直接下级组织数", "Number of direct children.", read=STRUCTURE, resolver=_child_count)
    members: Connection[Member] = record_field("党员", "Members of the organisation and, unless `reach` is DIRECT, of all below it.", resolver=_members)
    member_count: int = record_field("党员数", "Number of members, exactly.", resolver=_member_count)
    # fmt: on

    @classmethod
    def is_type_of(cls, record: Any, _info: Any) -> bool:
        return isinstance(record, OrganizationRecord)
