"""导入党员: from the rows of a sheet to members of the register, all of them or none."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from domain.errors import Message, Problem
from server.importing.branch_references import branch_references
from server.importing.member_columns import MEMBER_COLUMNS
from server.importing.member_rows import MemberRow, column_title, read_member
from sheets.columns import PlacedColumn, cells_by_column, place_columns
from sheets.row_errors import RowError, RowErrors
from sheets.rows import Row, Sheet, unusable_file
from storage.member_writing import MemberWriting

_ROWS_AT_A_TIME = 2_000

Progress = Callable[[Message, float], None]
"""Told what is being done, and how much of it is done (0 to 1)."""

_READING = Message("读取并校验", "Reading and checking")
_COMPARING = Message("比对身份证号", "Comparing identity numbers")
_SAVING = Message("保存", "Saving")
_VALIDATING = Message("信息校验", "Looking for what is wrong with them")


@dataclass
class MemberImport:
    """One file's way into the register: first `check`, then, if there are no errors, `save`; the caller commits.

    `today` is the day that the saving rules go by. CallerError when the sheet's header is not understood.
    """

    sheet: Sheet
    writing: MemberWriting
    errors: RowErrors
    today: date
    progress: Progress
    rows: int = 0
    _last_row: int = 0
    _placed: Sequence[PlacedColumn] = field(init=False)

    def __post_init__(self) -> None:
        self._placed = place_columns(self.sheet.rows, MEMBER_COLUMNS)

    def check(self) -> None:
        """Read, check and stage all rows. CallerError when there are none."""
        for rows in _pieces(row for row in self.sheet.rows if not row.is_empty()):
            self._stage(self._read(rows))
            self.rows += len(rows)
            self._last_row = rows[-1].number
            self.progress(_READING, self.sheet.fraction_read())
        if self.rows == 0:
            raise unusable_file("FILE_EMPTY", "表头下没有数据行。", "There are no rows below the header.")
        self._compare_identity_numbers()

    def save(self) -> None:
        """Insert what was checked, unless a branch was lost meanwhile; and look for what is wrong with it."""
        for row in self.writing.hold_branches():
            self._add(row, _BRANCH_LOST)
        if self.errors.count == 0:
            for saved in self.writing.save_staged(self._last_row):
                self.progress(_SAVING, saved / self.rows)
            for checked in self.writing.check_saved(self.today):
                self.progress(_VALIDATING, checked / self.rows)

    def _read(self, rows: Sequence[Row]) -> list[MemberRow]:
        """The rows as members; their problems are added to the errors."""
        cells = (found for row in rows for found in cells_by_column(row, self._placed))
        branches = branch_references((cell for found, cell in cells if found.column.field == "branch_id"), self.writing)
        members = [read_member(row, self._placed, branches, self.today) for row in rows]
        for member in members:
            for problem in member.problems:
                self._add(member.number, problem)
        return members

    def _stage(self, members: Sequence[MemberRow]) -> None:
        self.writing.stage((member.number, member.draft) for member in members if not member.problems)
        faulty = ((member.number, member.comparable_identity_number()) for member in members if member.problems)
        self.writing.stage_identity_numbers((number, identity) for number, identity in faulty if identity)

    def _compare_identity_numbers(self) -> None:
        self.progress(_COMPARING, 0)
        self.writing.hold_new_identity_numbers()
        for row, first_row in self.writing.rows_repeating_a_row():
            self._add(row, _repeats(first_row))
        for row in self.writing.rows_already_registered():
            self._add(row, _ALREADY_REGISTERED)
        self.progress(_COMPARING, 1)

    def _add(self, row: int, problem: Problem) -> None:
        self.errors.add(RowError(row, column_title(self._placed, problem), problem))


def _pieces(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while piece := list(islice(remaining, _ROWS_AT_A_TIME)):
        yield piece


def _repeats(first_row: int) -> Problem:
    return _duplicate(
        f"公民身份证号与第{first_row}行相同：请核对这两行。",
        f"Row {first_row} has the same identity number: check both rows.",
    )


def _duplicate(chinese: str, english: str) -> Problem:
    return Problem("DUPLICATE_IDENTITY_NUMBER", Message(chinese, english), ("identityNumber",))


_ALREADY_REGISTERED = _duplicate(
    "系统中已有此公民身份证号的党员：请核对号码，或从文件中删去此行。",
    "A member of the register has this identity number: check it, or take the row out of the file.",
)
_BRANCH_LOST = Problem(
    "BRANCH_NOT_FOUND",
    Message(
        "该党支部在导入期间已被撤销或变更：请重新核对。",
        "This branch was dissolved or changed during the import: check it anew.",
    ),
    ("branchId",),
)
