"""被变更的党员: what all changes of a member have in common: whom they hold, where to, and the entry they leave."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domain.codes import AuditKind
from domain.errors import CallerError, Message, Problem, RefusedError, not_found
from domain.masking import told_values
from domain.records import MemberRecord, Selection
from resolvers.context import RequestContext
from storage.errors import LockTimedOutError
from storage.member_changing import Place, change_member, member_to_change
from storage.members import members_by_id
from storage.writing import WriteSession

Changed = Mapping[str, tuple[Any, Any]]
"""Column → what stood there and what is to."""

_NOTHING: Mapping[str, object] = {}
_ID = Selection(frozenset({"id"}))


@dataclass(frozen=True, slots=True)
class KnownMember:
    """A member's record as whoever changes it has seen it; without a version, as it stands."""

    member_id: int
    version: int | None = None


async def held_member(session: WriteSession, context: RequestContext, known: KnownMember) -> MemberRecord:
    """The member, held until the transaction ends. NOT_FOUND outside the scope; RefusedError for a stale version.

    LockTimedOutError for one who has moved into another part of the register while it was waited for, where this
    transaction does not look any more.
    """
    member = await member_to_change(session, context.scope, known.member_id)
    if member is None:
        if await members_by_id(context.database.primary, context.scope, [known.member_id], _ID):
            raise LockTimedOutError
        raise no_such_member()
    if known.version not in (None, member.version):
        raise RefusedError(_conflict(member.version))
    return member


def problems_of_place(place: Place | None) -> Iterator[Problem]:
    """What keeps a member from hanging there; None: there is no such organisation in the scope."""
    if place is None:
        yield _BRANCH_NOT_FOUND
    elif not place.is_branch:
        yield _NOT_A_BRANCH


async def change_held(  # noqa: PLR0913 # all that its entry tells
    session: WriteSession,
    context: RequestContext,
    operation: str,
    member_id: int,
    changed: Changed,
    *,
    told: Mapping[str, object] = _NOTHING,
    derived: Mapping[str, object] = _NOTHING,
) -> None:
    """With an entry that says what stood there before and after, and `told` of what is no column. `derived`: columns
    that follow from those that changed."""
    before, after = ({name: pair[i] for name, pair in changed.items()} for i in (0, 1))
    await change_member(session, member_id, {**after, **derived}, context.clock())
    details = {"before": told_values(before), "after": told_values(after), **told}
    await session.audit(context.audited(AuditKind.CHANGE, operation, target=f"Member:{member_id}", details=details))


def no_such_member() -> CallerError:
    return not_found(
        "该党员不存在或不在您的管理范围内。",
        "This member does not exist, or lies outside your scope.",
        ("input", "id"),
    )


def _conflict(current: int) -> Problem:
    message = Message(
        f"此党员信息已被他人修改，当前版本为 {current}：请对照 member 中的现有信息后再保存。",
        f"The record has been changed meanwhile and is at version {current}: look at `member`, then save again.",
    )
    return Problem("CONFLICT", message, ("version",))


_BRANCH_NOT_FOUND = Problem(
    "BRANCH_NOT_FOUND",
    Message(
        "所选党支部不存在或不在您的管理范围内，请重新选择。",
        "The branch does not exist, or lies outside your scope: choose another.",
    ),
    ("branchId",),
)
_NOT_A_BRANCH = Problem(
    "NOT_A_BRANCH",
    Message("所选组织不是党支部，请选择党支部。", "That organisation is no branch: choose a branch."),
    ("branchId",),
)
