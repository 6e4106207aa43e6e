"""党员行: a row of a sheet as a member's draft, with everything that is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.errors import Problem
from domain.members import MemberDraft, prefilled, problems_of
from domain.members.field_labels import FIELD_LABELS
from domain.texts import camel_case
from server.importing.branch_references import BranchReferences
from sheets.cells import UnreadableCellError
from sheets.columns import PlacedColumn, cells_by_column, stray_cells
from sheets.rows import Row

_LABELS = {camel_case(field): label.chinese for field, label in FIELD_LABELS.items()}


@dataclass(frozen=True, slots=True)
class MemberRow:
    number: int
    draft: MemberDraft
    problems: list[Problem]

    def comparable_identity_number(self) -> str | None:
        """The identity number, unless it is missing or malformed."""
        is_faulty = any(problem.path == ("identityNumber",) for problem in self.problems)
        return None if is_faulty else self.draft.identity_number


def read_member(row: Row, placed: Sequence[PlacedColumn], branches: BranchReferences, today: date) -> MemberRow:
    """`today` is the day that the saving rules go by."""
    draft, unreadable = _read_draft(row, placed, branches)
    # A cell that could not be read looks empty to the rules, and is not: its field has its problem already.
    already = {problem.path for problem in unreadable}
    broken_rules = [problem for problem in problems_of(draft, today) if problem.path not in already]
    return MemberRow(row.number, draft, [*unreadable, *broken_rules, *stray_cells(row, placed)])


def column_title(placed: Sequence[PlacedColumn], problem: Problem) -> str:
    """What the file calls the column of the problem's field, or the field's Chinese name when the file has none."""
    if not problem.path:
        return ""
    headers = {camel_case(found.column.field): found.header for found in placed}
    field = str(problem.path[0])
    return headers.get(field, _LABELS[field])


def _read_draft(
    row: Row, placed: Sequence[PlacedColumn], branches: BranchReferences
) -> tuple[MemberDraft, list[Problem]]:
    values: dict[str, Any] = {}
    unreadable: list[Problem] = []
    for found, cell in cells_by_column(row, placed):
        field = found.column.field
        read = branches.read if field == "branch_id" else found.column.read
        try:
            values[field] = read(cell)
        except UnreadableCellError as error:
            unreadable.append(Problem(error.code, error.message, (camel_case(field),)))
    return prefilled(MemberDraft(**values)), unreadable
