"""导入账号: from the rows of a sheet to accounts, all of them or none."""

from asyncio import to_thread
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from domain.accounts import AccountDraft, account_draft
from domain.errors import Message, Problem
from domain.idempotency import Outcome
from domain.texts import camel_case
from resolvers.account_columns import ACCOUNT_COLUMNS
from resolvers.account_opening import open_all, problems_of_all
from resolvers.officers import Officer
from resolvers.repeating import repeatable, require_first
from sheets.cells import UnreadableCellError
from sheets.columns import PlacedColumn, cells_by_column, place_columns, stray_cells
from sheets.row_errors import RowError
from sheets.rows import Row, Sheet, unusable_file
from storage.organizations import organizations_by_reference

MOST_ROWS = 5_000
_LONGEST_REFERENCE = 200

IdIn = Callable[[str], int | None]
"""The number of an organisation in a global id of the API; None for what is none."""


@dataclass(frozen=True, slots=True)
class AccountImport:
    """What came of a file: nothing was saved when there are errors, or when it was only to be checked."""

    rows: int
    saved: int
    errors: Sequence[RowError]


@dataclass(frozen=True, slots=True)
class _AccountRow:
    """`reference` says which organisation, which the draft does not know yet."""

    number: int
    draft: AccountDraft
    reference: str | None
    problems: Sequence[Problem]

    def with_problems(self, *problems: Problem) -> "_AccountRow":
        """Those of a field that has one already are left out: it is the cause of them."""
        already = {problem.path for problem in self.problems if problem.path}
        return replace(self, problems=[*self.problems, *(p for p in problems if p.path not in already)])


async def _saved(_: Officer, outcome: Outcome) -> AccountImport:
    saved = int(outcome["saved"])
    return AccountImport(rows=saved, saved=saved, errors=())


@repeatable(_saved)
async def import_accounts(
    officer: Officer, opened: AbstractContextManager[Sheet], id_in: IdIn, *, dry_run: bool
) -> AccountImport:
    """CallerError when the file as a whole cannot be used."""
    placed, rows = await to_thread(_read, opened)
    checked = await _checked(officer, rows, id_in)
    if dry_run:
        return _outcome(placed, checked, saved=0)
    drafts = [row.draft for row in checked]
    if not _is_faulty(checked) and await open_all(officer, "importAccounts", drafts):
        return _outcome(placed, checked, saved=len(checked))
    await require_first(officer)  # or those who are in the way were opened by the same call, sent twice
    return _outcome(placed, await _checked(officer, rows, id_in), saved=0)


def _read(opened: AbstractContextManager[Sheet]) -> tuple[Sequence[PlacedColumn], Sequence[_AccountRow]]:
    with opened as sheet:
        placed = place_columns(sheet.rows, ACCOUNT_COLUMNS)
        rows = list(_rows(sheet, placed))
    if not rows:
        raise unusable_file("FILE_EMPTY", "表头下没有数据行。", "There are no rows below the header.")
    return placed, rows


def _rows(sheet: Sheet, placed: Sequence[PlacedColumn]) -> Iterator[_AccountRow]:
    for count, row in enumerate((row for row in sheet.rows if not row.is_empty()), start=1):
        if count > MOST_ROWS:
            raise unusable_file(
                "FILE_TOO_LARGE",
                f"文件超过 {MOST_ROWS} 行，请分成几个文件。",
                f"The file has more than {MOST_ROWS} rows: split it.",
            )
        yield _row(row, placed)


def _row(row: Row, placed: Sequence[PlacedColumn]) -> _AccountRow:
    values: dict[str, Any] = {}
    problems = list(stray_cells(row, placed))
    for found, cell in cells_by_column(row, placed):
        field = found.column.field
        try:
            values[field] = found.column.read(cell)
        except UnreadableCellError as error:
            problems.append(Problem(error.code, error.message, (camel_case(field),)))
    draft = account_draft(
        values.get("name"), values.get("identity_number"), values.get("phone"), values.get("role"), None
    )
    return _AccountRow(row.number, draft, values.get("organization_id"), problems)


async def _checked(officer: Officer, rows: Sequence[_AccountRow], id_in: IdIn) -> Sequence[_AccountRow]:
    """With the organisations that they refer to, and everything that is wrong."""
    placed = await _with_organizations(officer, rows, id_in)
    problems = await problems_of_all(officer, [row.draft for row in placed])
    repeated = _repeated(placed)
    return [
        row.with_problems(*found, *repeated.get(row.number, ())) for row, found in zip(placed, problems, strict=True)
    ]


async def _with_organizations(officer: Officer, rows: Sequence[_AccountRow], id_in: IdIn) -> Sequence[_AccountRow]:
    """By division code, id (of the database or of the API) or name, within the officer's subtree."""
    references = {row.reference for row in rows if row.reference and _can_be_looked_up(row.reference)}
    found = await organizations_by_reference(officer.database, officer.scope, references)
    return [_with_organization(row, found, id_in) for row in rows]


def _can_be_looked_up(reference: str) -> bool:
    return len(reference) <= _LONGEST_REFERENCE and "\0" not in reference


def _with_organization(row: _AccountRow, found: Mapping[str, Sequence[int]], id_in: IdIn) -> _AccountRow:
    ids = found.get(row.reference or "", ())
    if len(ids) > 1:
        return row.with_problems(_AMBIGUOUS)
    organization_id = ids[0] if ids else id_in(row.reference or "")
    return replace(row, draft=replace(row.draft, organization_id=organization_id))


def _repeated(rows: Sequence[_AccountRow]) -> Mapping[int, Sequence[Problem]]:
    """Row → what an earlier row has already."""
    first: dict[tuple[str, str], int] = {}
    found: dict[int, list[Problem]] = {}
    for row in rows:
        for field, value in (("identityNumber", row.draft.identity_number), ("phone", row.draft.phone)):
            first_row = first.setdefault((field, value or ""), row.number)
            if value and first_row != row.number:
                found.setdefault(row.number, []).append(_repeats(field, first_row))
    return found


def _is_faulty(rows: Sequence[_AccountRow]) -> bool:
    return any(row.problems for row in rows)


def _outcome(placed: Sequence[PlacedColumn], rows: Sequence[_AccountRow], saved: int) -> AccountImport:
    headers = {camel_case(found.column.field): found.header for found in placed}
    errors = [
        RowError(row.number, headers[str(problem.path[0])] if problem.path else "", problem)
        for row in rows
        for problem in row.problems
    ]
    return AccountImport(len(rows), saved, errors)


def _repeats(field: str, first_row: int) -> Problem:
    chinese, english = _REPEATED[field]
    message = Message(
        f"{chinese}与第{first_row}行相同：请核对这两行。", f"Row {first_row} has the same {english}: check both rows."
    )
    return Problem("REPEATED_IN_FILE", message, (field,))


_REPEATED: Mapping[str, tuple[str, str]] = {
    "identityNumber": ("公民身份证号", "identity number"),
    "phone": ("手机号", "phone"),
}
_AMBIGUOUS = Problem(
    "ORGANIZATION_AMBIGUOUS",
    Message(
        "有多个组织同名：请改填该组织的行政区划代码或编号。",
        "Several organisations have this name: write the division code or id of the one that is meant.",
    ),
    ("organizationId",),
)
