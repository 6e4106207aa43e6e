"""修改规则: what must hold before an edit of the permission matrix is taken: the table at the end."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from auth.actor import Role, Tier
from auth.default_matrix import FieldClass, GovernedField, default_read, may_be_read, may_be_written
from auth.permissions import PermissionMatrix, has_mask
from auth.visibility import Visibility, coordinate
from domain.errors import Message, Problem
from domain.permissions import Entry, Place, ProposedChange

Edit = dict[Place, Entry]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One change of an edit, as the rules look at it. `kept_by` is the tier of the officer who makes it."""

    place: Place
    entry: Entry
    governed: GovernedField
    kept_by: Tier

    @property
    def read(self) -> Visibility:
        """What would hold for readers."""
        return self.entry.read or default_read(self.place.role, self.place.tier, self.governed)


@dataclass(frozen=True, slots=True)
class MatrixRule:
    """The problem is reported at `part` of the change; `{field}` in its words is the field."""

    code: str
    part: str
    is_breached: Callable[[Proposal], bool]
    chinese: str
    english: str

    def problem(self, number: int, field: str) -> Problem:
        message = Message(self.chinese.format(field=field), self.english.format(field=field))
        return Problem(self.code, message, ("changes", number, self.part))


def edit_of(
    matrix: PermissionMatrix, changes: Sequence[ProposedChange], kept_by: Tier
) -> tuple[Edit, Sequence[Problem]]:
    """The entries that the changes make of the matrix, and everything that is wrong with them."""
    names = {coordinate(name): name for name in matrix.fields}
    edit: Edit = {}
    problems: list[Problem] = [] if changes else [_no_changes()]
    for number, change in enumerate(changes):
        name = names.get(change.field)
        if name is None:
            problems.append(_unknown(number, change.field))
            continue
        place = Place(change.role, change.tier, name)
        if place in edit:
            problems.append(_repeated(number, change.field))
            continue
        edit[place] = change.made_of(matrix.entry(place))
        problems += _breaches(Proposal(place, edit[place], matrix.fields[name], kept_by), number)
    return edit, problems


def _breaches(proposal: Proposal, number: int) -> Iterator[Problem]:
    field = coordinate(proposal.place.field)
    return (rule.problem(number, field) for rule in MATRIX_RULES if rule.is_breached(proposal))


def is_kept(place: Place, governed: GovernedField, kept_by: Tier) -> bool:
    """Those who edit the matrix cannot take the means to do so from themselves."""
    means = governed.field_class is FieldClass.ADMINISTRATION
    return means and (place.role, place.tier) == (Role.SECURITY_OFFICER, kept_by)


def _masks_without_mask(proposal: Proposal) -> bool:
    return proposal.entry.read is Visibility.MASKED and not has_mask(proposal.place.field)


def _shows_what_is_not_meant_for_the_role(proposal: Proposal) -> bool:
    shown = proposal.entry.read in (Visibility.MASKED, Visibility.VISIBLE)
    return shown and not may_be_read(proposal.place.role, proposal.governed)


def _writes_what_is_not_meant_for_the_role(proposal: Proposal) -> bool:
    written = proposal.governed.is_writable and proposal.entry.write is True
    return written and not may_be_written(proposal.place.role, proposal.governed)


def _writes_what_nobody_writes(proposal: Proposal) -> bool:
    return proposal.entry.write is True and not proposal.governed.is_writable


def _writes_what_is_hidden(proposal: Proposal) -> bool:
    return proposal.entry.write is True and proposal.read is Visibility.HIDDEN


def _locks_officers_out(proposal: Proposal) -> bool:
    kept = is_kept(proposal.place, proposal.governed, proposal.kept_by)
    return kept and proposal.read is not Visibility.VISIBLE


MATRIX_RULES: tuple[MatrixRule, ...] = (
    MatrixRule(
        "MASK_IMPOSSIBLE",
        "read",
        _masks_without_mask,
        "{field} 没有脱敏方式，只能设为 HIDDEN 或 VISIBLE。",
        "There is no mask for {field}: make it HIDDEN or VISIBLE.",
    ),
    MatrixRule(
        "SEPARATION_OF_DUTIES",
        "read",
        _shows_what_is_not_meant_for_the_role,
        "按职责分离，该角色不得查看 {field}，只能为 HIDDEN。",
        "By the separation of duties this role may never see {field}: leave it HIDDEN.",
    ),
    MatrixRule(
        "SEPARATION_OF_DUTIES",
        "write",
        _writes_what_is_not_meant_for_the_role,
        "按职责分离，该角色不得修改 {field}。",
        "By the separation of duties this role may never write {field}.",
    ),
    MatrixRule(
        "NOT_WRITABLE",
        "write",
        _writes_what_nobody_writes,
        "{field} 任何人都不能修改：录入后不再变更，或由系统生成。",
        "Nobody writes {field}: it never changes after entry, or the system keeps it.",
    ),
    MatrixRule(
        "WRITE_WITHOUT_READ",
        "write",
        _writes_what_is_hidden,
        "{field} 对该角色不可见，因此不能修改。请先设为可见或脱敏，或取消修改权限。",
        "{field} is hidden from this role, which therefore cannot write it: show or mask it, or take the right away.",
    ),
    MatrixRule(
        "OFFICERS_LOCKED_OUT",
        "read",
        _locks_officers_out,
        "{field} 是顶级组织安全员管理系统所必需的，必须保持可见。",
        "The security officers of the top organisation need {field} to administer the system: it stays VISIBLE.",
    ),
)


def _unknown(number: int, field: str) -> Problem:
    message = Message(
        f"权限细分表中没有字段 {field}。可用字段见 permissionMatrix 的 entries。",
        f"The matrix has no field {field}. Those that there are stand in the entries of permissionMatrix.",
    )
    return Problem("FIELD_UNKNOWN", message, ("changes", number, "field"))


def _repeated(number: int, field: str) -> Problem:
    message = Message(
        f"同一角色和层级的 {field} 出现了两次，请合并为一项。",
        f"{field} comes twice for the same role and tier: make one change of both.",
    )
    return Problem("FIELD_REPEATED", message, ("changes", number, "field"))


def _no_changes() -> Problem:
    message = Message("没有任何修改。请至少提供一项。", "There is nothing to change: give one change at least.")
    return Problem("NO_CHANGES", message, ("changes",))
