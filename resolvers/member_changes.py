"""变更党员: what administrators correct in the records of their subtree, each with its entry in the audit log."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.codes import AuditKind
from domain.errors import CallerError, Message, Problem, RefusedError, bad_input, not_found
from domain.masking import MASKS
from domain.members import Changes, differences, draft_of, edited, problems_of
from domain.records import MemberRecord
from domain.texts import camel_case
from resolvers.context import RequestContext
from storage.member_changing import Place, change_member, member_to_change, place_to_join
from storage.writing import WriteSession

MOST_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class KnownMember:
    """A member's record as whoever changes it has seen it."""

    member_id: int
    version: int


async def update_member(context: RequestContext, known: KnownMember, changes: Changes) -> None:
    """RefusedError with everything that is wrong; NOT_FOUND outside the scope.

    What is already so is not changed: where nothing is, the record keeps its version and no entry is made.
    """
    async with context.database.writing() as session:
        place = await _place(session, context, changes)
        member = await _held(session, context, known)
        before = draft_of(member)
        after = edited(before, changes)
        changed = differences(before, after)
        problems = [*problems_of(after, context.today)]
        if "branch_id" in changed:
            problems += _problems_of_move(member, place)
        if problems:
            raise RefusedError(*problems)
        if changed:
            values = {name: now for name, (_, now) in changed.items()} | _path(place, changed)
            await change_member(session, member.id, values, context.clock())
            await session.audit(_entry(context, member, changed))


async def update_members(
    context: RequestContext, asked: Sequence[tuple[KnownMember, Changes]]
) -> list[RefusedError | None]:
    """One after another, each in a transaction of its own; for each why it was refused, if it was."""
    if len(asked) > MOST_AT_ONCE:
        raise bad_input(
            f"一次修改 {len(asked)} 名党员，最多 {MOST_AT_ONCE} 名。请分批保存。",
            f"There are {len(asked)} changes; {MOST_AT_ONCE} are allowed at once. Save in parts.",
            ("input", "members"),
        )
    return [await _outcome(context, known, changes) for known, changes in asked]


async def _outcome(context: RequestContext, known: KnownMember, changes: Changes) -> RefusedError | None:
    try:
        await update_member(context, known, changes)
    except RefusedError as refused:
        return refused
    except CallerError as error:  # NOT_FOUND: one that is gone costs the others nothing
        return RefusedError(error.problem)
    return None


async def _place(session: WriteSession, context: RequestContext, changes: Changes) -> Place | None:
    """The branch that the member is to hang on, if there is one; it is locked first."""
    branch_id = changes.get("branch_id")
    return None if branch_id is None else await place_to_join(session, context.scope, branch_id)


async def _held(session: WriteSession, context: RequestContext, known: KnownMember) -> MemberRecord:
    """The member, held until the transaction ends."""
    member = await member_to_change(session, context.scope, known.member_id)
    if member is None:
        raise _no_such_member()
    if member.version != known.version:
        raise RefusedError(_conflict(member.version))
    return member


def _problems_of_move(member: MemberRecord, place: Place | None) -> Iterator[Problem]:
    if member.transfer_in_progress:
        yield _TRANSFER_IN_PROGRESS
    if place is None:
        yield _BRANCH_NOT_FOUND
    elif not place.is_branch:
        yield _NOT_A_BRANCH


def _path(place: Place | None, changed: Mapping[str, object]) -> dict[str, object]:
    return {"org_path": place.path} if place is not None and "branch_id" in changed else {}


def _entry(context: RequestContext, member: MemberRecord, changed: Mapping[str, tuple[Any, Any]]) -> Any:
    before, after = ({camel_case(name): _shown(name, pair[i]) for name, pair in changed.items()} for i in (0, 1))
    return context.audited(
        AuditKind.CHANGE, "updateMember", target=f"Member:{member.id}", details={"before": before, "after": after}
    )


def _shown(name: str, value: Any) -> Any:
    """As it stands in the audit log: personal values masked."""
    if value is None or name not in MASKS:
        return value.isoformat() if hasattr(value, "isoformat") else value
    return MASKS[name](str(value))


def _no_such_member() -> CallerError:
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


_TRANSFER_IN_PROGRESS = Problem(
    "TRANSFER_IN_PROGRESS",
    Message(
        "该党员正在转接组织关系，不能变更所在党支部：请先完成或取消转接。",
        "A transfer of this member is in progress: complete or cancel it before you change the branch.",
    ),
    ("branchId",),
)
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
