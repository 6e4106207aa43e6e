from typing import Annotated

import strawberry

from auth.actor import Role, Tier
from auth.default_matrix import FieldClass
from resolvers import permissions
from schema.arguments import After, Before, First, Last, page_arguments
from schema.connections import Connected, Connection, connected_alone
from schema.info import Info
from schema.optional import ABSENT
from schema.traits import record_field
from schema.types.permission import MatrixOfRole, PermissionVersion

OfRole = Annotated[Role, strawberry.argument(description="角色。The role.")]
OfTier = Annotated[Tier, strawberry.argument(description="层级。The tier.")]


async def _permission_matrix(info: Info, role: OfRole, tier: OfTier) -> permissions.MatrixOfRole:
    return await permissions.matrix_of_role(info.context, role, tier)


async def _permission_versions(
    info: Info, first: First = ABSENT, after: After = ABSENT, last: Last = ABSENT, before: Before = ABSENT
) -> Connected:
    page = await permissions.search_versions(info.context, page_arguments(first, after, last, before))
    return connected_alone(page, lambda: permissions.count_of_versions(info.context))


@strawberry.type
class PermissionQueries:
    # fmt: off
    permission_matrix: MatrixOfRole = record_field("权限细分表", "The permission matrix for one role at one tier.", read=FieldClass.ADMINISTRATION, resolver=_permission_matrix)
    permission_versions: Connection[PermissionVersion] = record_field("权限细分表版本", "The edits of the permission matrix, the newest first.", read=FieldClass.ADMINISTRATION, resolver=_permission_versions)
    # fmt: on
