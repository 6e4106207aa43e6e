import strawberry

from auth.actor import Actor, Role, Tier
from domain.records import OrganizationRecord
from resolvers.permissions import own_permissions
from schema.costs import Costs
from schema.info import Info
from schema.traits import open_field
from schema.types.field_permission import FieldPermission
from schema.types.organization import Organization


def _organization(root: Actor) -> OrganizationRecord:
    return root.organization


def _permissions(root: Actor, info: Info) -> object:  # noqa: ARG001 # of whoever is calling
    return own_permissions(info.context.permissions)


@strawberry.type(description="当前账号。Who is calling, and the organisation whose subtree the caller works in.")
class Viewer:
    role: Role = open_field("账号角色", "Role.")
    tier: Tier = open_field("层级", "Tier, from the organisation that the account manages.")
    organization: Organization = open_field(
        "所管理的组织", "The organisation that the account manages.", resolver=_organization
    )
    permissions: list[FieldPermission] = open_field(
        "字段权限",
        "What the caller may see and write, for every field of the permission matrix.",
        resolver=_permissions,
        costs=Costs(size=500),
    )
