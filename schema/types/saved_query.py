from collections.abc import Sequence
from datetime import datetime

import strawberry

from auth.default_matrix import FieldClass
from domain.codes import QuerySubject
from domain.records import OrganizationRecord
from domain.saved_queries import SavedQueryRecord
from schema.costs import Costs
from schema.identifiers import encoded
from schema.info import Info
from schema.mutating import UserError, shown_problem
from schema.organizations_of import organizations_with_ids
from schema.resolving import for_all
from schema.saved_questions import part_of_question, problems_of
from schema.scalars import Json
from schema.traits import record_field
from schema.types.node import Node
from schema.types.organization import Organization

BUSINESS = FieldClass.BUSINESS


def _id(root: SavedQueryRecord) -> strawberry.ID:
    return encoded("SavedQuery", root.id)


@for_all
async def _organization(root: Sequence[SavedQueryRecord], info: Info) -> list[OrganizationRecord | None]:
    return await organizations_with_ids(info, [saved.organization_id for saved in root])


def _is_own(root: SavedQueryRecord, info: Info) -> bool:
    return root.owner == info.context.actor.subject


def _where(root: SavedQueryRecord, info: Info) -> Json | None:
    return part_of_question(root, info, "where")


def _order_by(root: SavedQueryRecord, info: Info) -> Json | None:
    return part_of_question(root, info, "orderBy")


def _columns(root: SavedQueryRecord, info: Info) -> Json | None:
    return part_of_question(root, info, "columns")


def _problems(root: SavedQueryRecord, info: Info) -> list[UserError]:
    return [shown_problem(problem, info.context.language) for problem in problems_of(root, info)]


@strawberry.type(description="常用查询。A query that somebody has saved under a name.")
class SavedQuery(Node):
    # fmt: off
    global_id: strawberry.ID = record_field("全局标识", "Opaque global id.", read=BUSINESS, resolver=_id, name="id")
    name: str = record_field("名称", "Its name; the same owner has no other of that name.", read=BUSINESS)
    subject: QuerySubject = record_field("查询对象", "Of whom it asks.", read=BUSINESS)
    is_shared: bool = record_field("是否共享", "Whether it is shared with all who work for the organisation or one below it.", read=BUSINESS)
    organization: Organization | None = record_field("所属组织", "The organisation for which it was saved; null when it lies above the caller's own.", read=BUSINESS, resolver=_organization)
    owner: str = record_field("保存人", "Subject of the account that saved it.", read=BUSINESS)
    is_own: bool = record_field("是否本人保存", "Whether the caller saved it, and may change it.", read=BUSINESS, resolver=_is_own)
    where: Json | None = record_field("查询条件", "The conditions, as a variable of the type of `where` has them: `MemberFilter` or `HistoryMemberFilter`. Null when there are none, and to whoever may not ask so; to others than the owner also when a field is masked.", read=BUSINESS, resolver=_where)
    order_by: Json | None = record_field("排序", "The order, as a variable of the type `[MemberOrder!]`; null as `where`.", read=BUSINESS, resolver=_order_by)
    columns: Json | None = record_field("列", "The chosen columns, as a variable of the type `[MemberColumn!]` or `[HistoryMemberColumn!]`; null as `where`.", read=BUSINESS, resolver=_columns)
    problems: list[UserError] = record_field("现存问题", "Why the caller cannot run it as it stands: fields that the caller may not use so, and what does not fit the schema any more. Empty when it can be run.", read=BUSINESS, resolver=_problems, costs=Costs(size=5))
    version: int = record_field("版本", "Version: grows with every change; give it back when you change it.", read=BUSINESS)
    created_at: datetime = record_field("保存时间", "When it was saved.", read=BUSINESS)
    updated_at: datetime = record_field("更新时间", "When it was changed last.", read=BUSINESS)
    # fmt: on
