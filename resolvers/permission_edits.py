"""修改权限细分表: edits of the permission matrix by the security officers of the register's top organisation."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from auth.actor import Role, Tier
from auth.matrix_rules import Edit, edit_of
from auth.permissions import PermissionMatrix
from auth.visibility import coordinate
from domain.codes import AuditKind
from domain.errors import Message, Problem, RefusedError
from domain.idempotency import Outcome
from domain.permissions import DEFAULT, Entry, MatrixVersion, Place, ProposedChange, ProposedEdit
from domain.texts import has_unprintable_characters
from resolvers.context import RequestContext
from resolvers.permissions import edits_the_matrix
from resolvers.repeating import repeatable, saving
from storage.permissions import add_changes, add_version, entries_in_session, version_with_number

LONGEST_NOTE = 200

Change = Callable[[PermissionMatrix], tuple[Edit, Sequence[Problem]]]
"""From the matrix as it is to the entries that are to stand in it, and everything that is wrong with them."""


async def _made(context: RequestContext, outcome: Outcome) -> MatrixVersion | None:
    await context.matrix.refreshed()
    return await version_with_number(context.database, int(outcome["number"]))


@repeatable(_made)
async def set_permissions(context: RequestContext, proposed: ProposedEdit) -> MatrixVersion:
    """RefusedError with everything that is wrong with the edit.

    When this returns the edit holds in this process, and within a second in every other.
    """
    change = partial(_as_proposed, context.actor.tier, proposed.changes)
    return await _edit(context, "setPermissions", proposed, change)


@repeatable(_made)
async def reset_permissions(
    context: RequestContext, proposed: ProposedEdit, role: Role | None, tier: Tier | None
) -> MatrixVersion:
    """The default again, for the role and tier or for all. As above; `proposed` has no changes of its own."""
    return await _edit(context, "resetPermissions", proposed, partial(_as_shipped, role, tier))


async def _edit(context: RequestContext, operation: str, proposed: ProposedEdit, change: Change) -> MatrixVersion:
    """Whoever adds a version holds its number: others who want the same one wait, and then find it taken."""
    if not edits_the_matrix(context.actor):
        raise RefusedError(_only_at_the_top())
    wrong_note = _problems_of_note(proposed.note)
    note = None if wrong_note else proposed.note
    async with saving(context) as session:
        version = await add_version(session, proposed.expected_version, context.actor.subject, note)
        stored = await entries_in_session(session)
        matrix = context.matrix.shipped.edited(stored)
        edit, wrong = change(matrix)
        if version is None:
            raise RefusedError(_conflict(proposed.expected_version, stored.version), *wrong_note, *wrong)
        if wrong_note or wrong:
            raise RefusedError(*wrong_note, *wrong)
        await add_changes(session, version.number, edit)
        details = {"version": version.number, "changes": _changes(matrix, edit)}
        await session.audit(context.audited(AuditKind.PERMISSION, operation, details=details))
        session.outcome = {"number": version.number}
    await context.matrix.refreshed()
    return version


def _as_proposed(
    tier: Tier, changes: Sequence[ProposedChange], matrix: PermissionMatrix
) -> tuple[Edit, Sequence[Problem]]:
    return edit_of(matrix, changes, tier)


def _as_shipped(role: Role | None, tier: Tier | None, matrix: PermissionMatrix) -> tuple[Edit, Sequence[Problem]]:
    edited = (place for place, entry in matrix.entries.items() if entry != DEFAULT)
    edit = {place: DEFAULT for place in edited if role in (None, place.role) and tier in (None, place.tier)}
    return edit, [] if edit else [_nothing_to_reset()]


def _changes(matrix: PermissionMatrix, edit: Mapping[Place, Entry]) -> list[dict[str, object]]:
    """For the audit log."""
    return [
        {
            "role": place.role.value,
            "tier": place.tier.value,
            "field": coordinate(place.field),
            "before": _written_out(matrix.entry(place)),
            "after": _written_out(entry),
        }
        for place, entry in edit.items()
    ]


def _written_out(entry: Entry) -> dict[str, object]:
    return {"read": entry.read.value if entry.read else None, "write": entry.write}


def _problems_of_note(note: str | None) -> list[Problem]:
    if note is None:
        return []
    if len(note) > LONGEST_NOTE:
        return [_too_long()]
    return [_unprintable()] if has_unprintable_characters(note) else []


def _only_at_the_top() -> Problem:
    message = Message(
        "权限细分表适用于全省，只有顶级组织的安全员可以修改。请联系上级安全员。",
        "The matrix holds for the whole register: only security officers of its top organisation change it. Ask them.",
    )
    return Problem("TOP_ORGANIZATION_ONLY", message)


def _conflict(expected: int, current: int) -> Problem:
    message = Message(
        f"权限细分表已是第 {current} 版，而您修改的是第 {expected} 版。请重新载入后再改。",
        f"The matrix is at version {current} by now, and you have changed version {expected}. Load it again.",
    )
    return Problem("CONFLICT", message, ("expectedVersion",))


def _nothing_to_reset() -> Problem:
    message = Message("这里已经是默认权限。", "The defaults hold here already.")
    return Problem("NO_CHANGES", message)


def _too_long() -> Problem:
    message = Message(
        f"说明超过 {LONGEST_NOTE} 个字符，请缩短。", f"The note is longer than {LONGEST_NOTE} characters: shorten it."
    )
    return Problem("TEXT_TOO_LONG", message, ("note",))


def _unprintable() -> Problem:
    message = Message(
        "说明含有控制字符、换行等不可见字符，请重新输入。",
        "The note holds control characters, line breaks or other invisible ones: type it anew.",
    )
    return Problem("CHARACTERS_INVALID", message, ("note",))
