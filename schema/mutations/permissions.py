"""权限细分表的修改: the mutations of security officers of the top organisation."""

from typing import Annotated, Any

import strawberry

from auth.actor import Role, Tier
from auth.default_matrix import FieldClass
from auth.visibility import Visibility
from domain.permissions import Keep, ProposedChange, ProposedEdit
from resolvers import permission_edits
from schema.info import Info
from schema.mutating import MutationInput, UserError, as_payload, keyed, settled
from schema.optional import ABSENT, given
from schema.traits import open_field, record_field
from schema.types.permission import PermissionVersion


@strawberry.input(
    description="权限修改项。What one entry is to become; what is left out stays, null is the default again."
)
class PermissionChangeInput:
    role: Role = strawberry.field(description="角色。The role.")
    tier: Tier = strawberry.field(description="层级。The tier.")
    field: str = strawberry.field(description="字段。The field, as `Type.field`.")
    read: Visibility | None = strawberry.field(default=ABSENT, description="查看权限。What may be seen.")
    write: bool | None = strawberry.field(default=ABSENT, description="修改权限。Whether it may be written.")


@strawberry.input(description="修改权限细分表。An edit of the permission matrix; all of it takes effect, or nothing.")
class SetPermissionsInput(MutationInput):
    expected_version: int = strawberry.field(description="所依据的版本。The version that the edit is based on.")
    changes: list[PermissionChangeInput] = strawberry.field(description="修改项。The entries that change.")
    note: str | None = strawberry.field(default=ABSENT, description="说明。Why; 200 characters at most.")


@strawberry.input(description="恢复默认权限。Which entries of the permission matrix are to be as shipped again.")
class ResetPermissionsInput(MutationInput):
    expected_version: int = strawberry.field(description="所依据的版本。The version that the edit is based on.")
    role: Role | None = strawberry.field(default=ABSENT, description="角色。Of this role alone.")
    tier: Tier | None = strawberry.field(default=ABSENT, description="层级。Of this tier alone.")
    note: str | None = strawberry.field(default=ABSENT, description="说明。Why; 200 characters at most.")


@strawberry.type(description="修改权限细分表的结果。The version that the edit made, or what is wrong with it.")
class SetPermissionsPayload:
    version: PermissionVersion | None = open_field("版本", "The new version; null when nothing was saved.")
    errors: list[UserError] = open_field("问题", "Everything that is wrong with the edit.")


@strawberry.type(description="恢复默认权限的结果。The version that the edit made, or what is wrong with it.")
class ResetPermissionsPayload:
    version: PermissionVersion | None = open_field("版本", "The new version; null when nothing was saved.")
    errors: list[UserError] = open_field("问题", "Everything that is wrong with the edit.")


async def _set_permissions(
    info: Info, input: Annotated[SetPermissionsInput, strawberry.argument(description="修改内容。The edit.")]
) -> SetPermissionsPayload:
    changes = [_proposed(change) for change in input.changes]
    edit = ProposedEdit(input.expected_version, given(input.note), changes)
    change = permission_edits.set_permissions(keyed(info, input), edit)
    return await settled(info, change, as_payload(SetPermissionsPayload, "version"))


async def _reset_permissions(
    info: Info, input: Annotated[ResetPermissionsInput, strawberry.argument(description="范围。Which entries.")]
) -> ResetPermissionsPayload:
    edit = ProposedEdit(input.expected_version, given(input.note), ())
    change = permission_edits.reset_permissions(keyed(info, input), edit, given(input.role), given(input.tier))
    return await settled(info, change, as_payload(ResetPermissionsPayload, "version"))


def _proposed(change: PermissionChangeInput) -> ProposedChange:
    return ProposedChange(change.role, change.tier, change.field, _or_keep(change.read), _or_keep(change.write))


def _or_keep(value: Any) -> Any:
    return Keep.KEEP if value is ABSENT else value


@strawberry.type
class PermissionMutations:
    # fmt: off
    set_permissions: SetPermissionsPayload = record_field("修改权限细分表", "Edit the permission matrix; for security officers of the top organisation.", read=FieldClass.ADMINISTRATION, resolver=_set_permissions)
    reset_permissions: ResetPermissionsPayload = record_field("恢复默认权限", "Put the defaults back; for security officers of the top organisation.", read=FieldClass.ADMINISTRATION, resolver=_reset_permissions)
    # fmt: on
