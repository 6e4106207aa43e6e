from collections.abc import AsyncIterator

import strawberry

from resolvers import permissions
from schema.info import Info
from schema.traits import open_field
from schema.types.permission import PermissionsEvent


async def _permissions_changed(info: Info) -> AsyncIterator[PermissionsEvent]:
    async for event in permissions.follow_permissions(info.context):
        yield event  # type: ignore[misc] # it has the attributes of the schema's type


@strawberry.type(description="订阅。What can be followed; permissions are looked at anew before each event.")
class Subscription:
    # fmt: off
    permissions_changed: PermissionsEvent = open_field("权限变化", "What the caller may do: all of it at once, then each change, so that forms can follow.", resolver=_permissions_changed, is_subscription=True)
    # fmt: on
