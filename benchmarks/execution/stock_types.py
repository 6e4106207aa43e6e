"""The types of the stock application; their resolvers return ORM objects."""

from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from strawberry import Parent

from benchmarks.execution.stock_loaders import Loaders
from domain.clock import Clock, age_on, today
from domain.codes import (
    Education,
    Ethnicity,
    FloatingDirection,
    Gender,
    MemberCategory,
    MembershipStatus,
    OrganizationKind,
    RealNameStatus,
    WorkPosition,
)
from storage import models

NodeT = TypeVar("NodeT")


@dataclass
class Context:
    """What a resolver of one request may use."""

    loaders: Loaders
    clock: Clock


Info = strawberry.Info[Context, None]


@dataclass
class Page:
    """What a connection shows; nothing of it is read before it is asked for, and by loaders, so once."""

    first: int
    records: Callable[[], Awaitable[Sequence[Any]]]
    count: Callable[[], Awaitable[int]]


async def _nodes(root: Parent[Page]) -> Sequence[Any]:
    return (await root.records())[: root.first]


async def _page_info(root: Parent[Page]) -> "PageInfo":
    records = await root.records()
    shown = records[: root.first]
    return PageInfo(
        has_next_page=len(records) > root.first,
        end_cursor=urlsafe_b64encode(str(shown[-1].id).encode()).decode() if shown else None,
    )


async def _total_count(root: Parent[Page]) -> int:
    return await root.count()


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Connection(Generic[NodeT]):
    nodes = strawberry.field(resolver=_nodes, graphql_type=list[NodeT])
    page_info: PageInfo = strawberry.field(resolver=_page_info)
    total_count: int = strawberry.field(resolver=_total_count)


@strawberry.type
class Attachment:
    name: str
    content_type: str
    size: int
    uploaded_at: datetime


def _member_id(root: Parent[models.Member]) -> strawberry.ID:
    return global_id("Member", root.id)


def _age(root: Parent[models.Member], info: Info) -> int | None:
    return None if root.birth_date is None else age_on(root.birth_date, today(info.context.clock))


async def _branch(root: Parent[models.Member], info: Info) -> models.Organization | None:
    return await info.context.loaders.organization.load(root.branch_id)


async def _attachments(root: Parent[models.Member], info: Info) -> list[models.File]:
    return await info.context.loaders.attachments.load(root.id)


@strawberry.type
class Member:
    id: strawberry.ID = strawberry.field(resolver=_member_id)
    name: str
    identity_number: str
    gender: Gender
    ethnicity: Ethnicity | None
    birth_date: date | None
    age: int | None = strawberry.field(resolver=_age)
    education: Education | None
    category: MemberCategory
    branch = strawberry.field(
        resolver=_branch,
        graphql_type=Annotated["Organization", strawberry.lazy("benchmarks.execution.stock_types")],
    )
    joined_on: date | None
    formal_on: date | None
    work_position: WorkPosition
    phone: str | None
    home_address: str | None
    status: MembershipStatus
    lost_contact: bool
    lost_contact_since: date | None
    floating: bool
    floating_direction: FloatingDirection | None
    real_name_status: RealNameStatus
    transfer_in_progress: bool
    photo: str | None
    attachments = strawberry.field(resolver=_attachments, graphql_type=list[Attachment])
    version: int
    created_at: datetime
    updated_at: datetime


def _organization_id(root: Parent[models.Organization]) -> strawberry.ID:
    return global_id("Organization", root.id)


async def _parent(root: Parent[models.Organization], info: Info) -> models.Organization | None:
    return None if root.parent_id is None else await info.context.loaders.organization.load(root.parent_id)


def _children(root: Parent[models.Organization], info: Info, first: int = 50) -> Page:
    loaders = info.context.loaders
    return Page(first, partial(loaders.children.load, (root.id, first)), partial(loaders.child_count.load, root.id))


def _members(root: Parent[models.Organization], info: Info, first: int = 50) -> Page:
    loaders = info.context.loaders
    return Page(
        first, partial(loaders.members_below.load, (root.id, first)), partial(loaders.member_count.load, root.id)
    )


async def _member_count(root: Parent[models.Organization], info: Info) -> int:
    return await info.context.loaders.member_count.load(root.id)


@strawberry.type
class Organization:
    id: strawberry.ID = strawberry.field(resolver=_organization_id)
    name: str
    kind: OrganizationKind
    division_code: str | None
    can_approve_membership: bool
    parent = strawberry.field(
        resolver=_parent,
        graphql_type=Annotated["Organization", strawberry.lazy("benchmarks.execution.stock_types")] | None,
    )
    children = strawberry.field(
        resolver=_children,
        graphql_type=Connection[Annotated["Organization", strawberry.lazy("benchmarks.execution.stock_types")]],
    )
    members = strawberry.field(resolver=_members, graphql_type=Connection[Member])
    member_count: int = strawberry.field(resolver=_member_count)


def global_id(type_name: str, number: int) -> strawberry.ID:
    return strawberry.ID(urlsafe_b64encode(f"{type_name}:{number}".encode()).decode())
