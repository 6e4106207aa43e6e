"""权限细分表: the permission matrix, its versions, and what the caller may do with each field."""

from collections.abc import Sequence
from datetime import datetime

import strawberry

from auth.actor import Role, Tier
from auth.default_matrix import FieldClass
from auth.visibility import Visibility, coordinate
from domain.permissions import MatrixChange, MatrixVersion
from resolvers import permissions
from resolvers.permissions import MatrixEntry
from schema.costs import Costs
from schema.info import Info
from schema.resolving import for_all
from schema.traits import open_field, record_field
from schema.types.field_permission import FieldPermission
from schema.types.viewer import Viewer

ADMINISTRATION = FieldClass.ADMINISTRATION


def _label(root: MatrixEntry) -> str:
    return root.governed.label.chinese


def _english_label(root: MatrixEntry) -> str:
    return root.governed.label.english


def _class(root: MatrixEntry) -> FieldClass:
    return root.governed.field_class


@strawberry.type(description="权限项。What one role at one tier may do with one field, and what could be made of it.")
class PermissionEntry:
    # fmt: off
    field: str = open_field("字段", "The field, as `Type.field`.")
    label: str = open_field("中文名称", "Chinese label.", resolver=_label)
    english_label: str = open_field("英文名称", "English label.", resolver=_english_label)
    field_class: FieldClass = open_field("字段类别", "The class that the default is given by.", resolver=_class, name="class")
    default_read: Visibility = open_field("默认查看权限", "What may be seen by default.")
    read: Visibility = open_field("查看权限", "What may be seen.")
    may_be_masked: bool = open_field("可否脱敏", "Whether there is a mask, so that it can be MASKED.")
    default_write: bool = open_field("默认修改权限", "Whether it may be written by default.")
    write: bool = open_field("修改权限", "Whether it may be written.")
    editable: bool = open_field("可否调整", "Whether the caller can change this entry at all.")
    # fmt: on


@strawberry.type(
    name="PermissionMatrix", description="权限细分表。The permission matrix as one role at one tier meets it."
)
class MatrixOfRole:
    version: int = open_field("版本", "Give it back as `expectedVersion` with an edit; 0 when nothing was ever edited.")
    role: Role = open_field("角色", "The role.")
    tier: Tier = open_field("层级", "The tier.")
    entries: list[PermissionEntry] = open_field(
        "权限项", "One for each field of the schema that the matrix governs.", costs=Costs(size=500)
    )


@strawberry.type(description="权限值。What an edit makes of an entry; null where the default holds.")
class PermissionValue:
    read: Visibility | None = open_field("查看权限", "What may be seen; null for the default.")
    write: bool | None = open_field("修改权限", "Whether it may be written; null for the default.")


def _role(root: MatrixChange) -> Role:
    return root.place.role


def _tier(root: MatrixChange) -> Tier:
    return root.place.tier


def _field(root: MatrixChange) -> str:
    return coordinate(root.place.field)


@strawberry.type(description="权限变更。What an edit made of one entry.")
class PermissionChange:
    role: Role = open_field("角色", "The role.", resolver=_role)
    tier: Tier = open_field("层级", "The tier.", resolver=_tier)
    field: str = open_field("字段", "The field, as `Type.field`.", resolver=_field)
    before: PermissionValue = open_field("变更前", "What stood there.")
    after: PermissionValue = open_field("变更后", "What stands there since.")


@for_all
async def _changes(root: Sequence[MatrixVersion], info: Info) -> Sequence[Sequence[MatrixChange]]:
    return await permissions.changes_of(info.context, [version.number for version in root])


@strawberry.type(description="权限细分表版本。One edit of the permission matrix.")
class PermissionVersion:
    # fmt: off
    number: int = record_field("版本号", "Number: the first edit is 1.", read=ADMINISTRATION)
    changed_at: datetime = record_field("变更时间", "When it was made.", read=ADMINISTRATION)
    changed_by: str = record_field("变更人", "Who made it: the subject of an account.", read=ADMINISTRATION)
    note: str | None = record_field("说明", "What the officer noted.", read=ADMINISTRATION)
    changes: list[PermissionChange] = record_field("变更内容", "What it changed.", read=ADMINISTRATION, resolver=_changes, reads=(), costs=Costs(size=10))
    # fmt: on


def _viewer(root: object, info: Info) -> object:  # noqa: ARG001 # of the operation, whatever the event
    return info.context.actor


@strawberry.type(description="权限变化。That the caller's permissions are others from now on.")
class PermissionsEvent:
    # fmt: off
    version: int = open_field("版本", "The version of the matrix.")
    changed: list[FieldPermission] = open_field("变化的权限", "At first every permission of the caller; then those that have changed since the event before.", costs=Costs(size=500))
    viewer: Viewer = open_field("当前账号", "Who is calling, as of now.", resolver=_viewer)
    # fmt: on
