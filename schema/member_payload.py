"""变更党员的结果: the payload of every mutation that changes one member."""

from collections.abc import Awaitable, Sequence
from typing import TypeVar

import strawberry

from domain.errors import RefusedError
from domain.records import MemberRecord
from resolvers import members
from resolvers.held_members import KnownMember
from schema.info import Info
from schema.lookahead import selection_of
from schema.mutating import UserError, shown
from schema.resolving import for_all
from schema.traits import open_field
from schema.types.member import Member


@for_all
async def _member(root: Sequence["MemberPayload"], info: Info) -> list[MemberRecord | None]:
    ids = [payload.member_id for payload in root]
    return await members.members_as_changed(info.context, ids, selection_of(info, "Member"))


@strawberry.type
class MemberPayload:
    member_id: strawberry.Private[int]
    member: Member | None = open_field(
        "党员", "The record as it stands: changed, or as it was before when there are errors.", resolver=_member
    )
    errors: list[UserError] = open_field("问题", "Everything that is wrong; nothing was saved then.")


PayloadT = TypeVar("PayloadT", bound=MemberPayload)


async def member_settled(info: Info, known: KnownMember, change: Awaitable[None], payload: type[PayloadT]) -> PayloadT:
    """The payload with the member as it is after the change, and the errors for which it was refused."""
    try:
        await change
    except RefusedError as refused:
        return payload(member_id=known.member_id, errors=shown(refused, info.context.language))
    return payload(member_id=known.member_id, errors=[])
