"""全量快照."""

from collections.abc import Sequence

import strawberry

from auth.default_matrix import FieldClass
from domain.records import MemberRecord
from resolvers import snapshots
from resolvers.snapshots import cursor_of
from schema.costs import Costs
from schema.info import Info
from schema.lookahead import selection_of
from schema.traits import record_field
from schema.types.member import Member
from storage.snapshots import SnapshotPage


def _cursor(root: SnapshotPage) -> str:
    return cursor_of(root)


async def _members(root: SnapshotPage, info: Info) -> Sequence[MemberRecord]:
    return await snapshots.members_in(info.context, root, selection_of(info, "Member"))


@strawberry.type(
    description="全量快照页。Some of the members, as all of them were at one moment; the last page is followed by the end."
)
class MemberSnapshotPage:
    # fmt: off
    cursor: str = record_field("变更游标", "The cursor of that moment, the same with every page: follow `changes` after it.", read=FieldClass.CHANGES, resolver=_cursor)
    members: list[Member] = record_field("党员", "Some of the members, in the order of the tree; none only when there are none at all.", resolver=_members, costs=Costs(size=500))
    # fmt: on
