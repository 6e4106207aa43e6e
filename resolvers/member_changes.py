"""变更党员: what administrators correct in the records of their subtree, each with its entry in the audit log."""

from collections.abc import Iterator, Mapping, Sequence

from domain.errors import CallerError, Message, Problem, RefusedError, bad_input
from domain.members import Changes, MemberDraft, differences, draft_of, edited, problems_of
from domain.records import MemberRecord
from resolvers.context import RequestContext
from resolvers.held_members import KnownMember, change_held, held_member, problems_of_place
from resolvers.member_files import NO_FILES, FileChanges, change_files, change_of_photo, held_files
from resolvers.repeating import nothing, repeatable, require_same_input, saving
from storage.errors import DatabaseUnavailableError, StatementTimedOutError
from storage.member_changing import Place, place_to_join
from storage.writing import WriteSession

MOST_AT_ONCE = 1_000


@repeatable(nothing)
async def update_member(
    context: RequestContext, known: KnownMember, changes: Changes, files: FileChanges = NO_FILES
) -> None:
    """RefusedError with everything that is wrong; NOT_FOUND outside the scope.

    What is already so is not changed: where nothing is, the record keeps its version and no entry is made.
    """
    async with saving(context) as session:
        place = await _place(session, context, changes)
        member = await held_member(session, context, known)
        before = draft_of(member)
        after = edited(before, changes)
        held = await held_files(session, context, member, files)
        problems = [*problems_of(after, context.today), *_problems_of_move(member, after, place), *held.problems]
        if problems:
            raise RefusedError(*problems)
        changed = {**differences(before, after), **change_of_photo(member, held)}
        if changed or held.told:
            derived = _path(place, changed)
            await change_held(session, context, "updateMember", member.id, changed, told=held.told, derived=derived)
            await change_files(session, context, member.id, held)


async def update_members(
    context: RequestContext, asked: Sequence[tuple[KnownMember, Changes, FileChanges]]
) -> list[RefusedError | None]:
    """One after another, each in a transaction of its own and under the same key with its place in the list; for each
    why it was refused, if it was.

    When the database is lost in the midst, what was saved before stays saved, and the rest is not tried.
    """
    if len(asked) > MOST_AT_ONCE:
        raise bad_input(
            f"一次修改 {len(asked)} 名党员，最多 {MOST_AT_ONCE} 名。请分批保存。",
            f"There are {len(asked)} changes; {MOST_AT_ONCE} are allowed at once. Save in parts.",
            ("input", "members"),
        )
    try:
        await require_same_input(context)
    except RefusedError as reused:
        return [reused for _ in asked]
    return await _outcomes(context, asked)


async def _outcomes(
    context: RequestContext, asked: Sequence[tuple[KnownMember, Changes, FileChanges]]
) -> list[RefusedError | None]:
    outcomes: list[RefusedError | None] = []
    for number, each in enumerate(asked, start=1):
        try:
            outcomes.append(await _outcome(context.for_part(number), *each))
        except (DatabaseUnavailableError, StatementTimedOutError):
            outcomes.append(RefusedError(_OUTCOME_UNKNOWN))
            break
    return [*outcomes, *(RefusedError(_NOT_TRIED) for _ in asked[len(outcomes) :])]


async def _outcome(
    context: RequestContext, known: KnownMember, changes: Changes, files: FileChanges
) -> RefusedError | None:
    try:
        await update_member(context, known, changes, files)
    except RefusedError as refused:
        return refused
    except CallerError as error:  # NOT_FOUND: one that is gone costs the others nothing
        return RefusedError(error.problem)
    return None


async def _place(session: WriteSession, context: RequestContext, changes: Changes) -> Place | None:
    """The branch that the member is to hang on, if there is one; it is locked first."""
    branch_id = changes.get("branch_id")
    return None if branch_id is None else await place_to_join(session, context.scope, branch_id)


def _problems_of_move(member: MemberRecord, after: MemberDraft, place: Place | None) -> Iterator[Problem]:
    if after.branch_id in (None, member.branch_id):
        return
    if member.transfer_in_progress:
        yield _TRANSFER_IN_PROGRESS
    yield from problems_of_place(place)


def _path(place: Place | None, changed: Mapping[str, object]) -> dict[str, object]:
    return {"org_path": place.path} if place is not None and "branch_id" in changed else {}


_OUTCOME_UNKNOWN = Problem(
    "OUTCOME_UNKNOWN",
    Message(
        "保存时数据库连接中断，不知是否已保存：请重新载入此党员后核对。",
        "The database was lost while this was saved, and nobody knows whether it was: load the record again and look.",
    ),
)
_NOT_TRIED = Problem(
    "NOT_TRIED",
    Message(
        "此前数据库连接中断，此项未保存：请稍后重试。",
        "The database was lost before, so that this was not saved: try it again later.",
    ),
)
_TRANSFER_IN_PROGRESS = Problem(
    "TRANSFER_IN_PROGRESS",
    Message(
        "该党员正在转接组织关系，不能变更所在党支部：请先完成或取消转接。",
        "A transfer of this member is in progress: complete or cancel it before you change the branch.",
    ),
    ("branchId",),
)
