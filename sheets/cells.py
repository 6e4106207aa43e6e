"""单元格: what the text, number or date of a cell means. An empty cell means None; what cannot be meant is said why.

Messages never hold the cell's content: a shifted column puts personal values where a code is expected.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import cache

from domain.codes import CodeList
from domain.errors import Message
from sheets.code_spellings import codes_by_spelling, example_spellings
from sheets.rows import Cell, is_empty

CellReader = Callable[[Cell], object]
"""The value that a cell means, or UnreadableCellError."""

_LONGEST_CODE_OR_DATE = 64
_DATE_FORMS = tuple(
    re.compile(form + r"(?:[ T]0?0:00(?::00)?)?")
    for form in (
        r"(\d{4})-(\d{1,2})-(\d{1,2})",
        r"(\d{4})/(\d{1,2})/(\d{1,2})",
        r"(\d{4})\.(\d{1,2})\.(\d{1,2})",
        r"(\d{4})年(\d{1,2})月(\d{1,2})日",
        r"(\d{4})(\d{2})(\d{2})",
    )
)
_TRUTH = {"是": True, "true": True, "yes": True, "1": True, "否": False, "false": False, "no": False, "0": False}
_EXACT_IN_A_SPREADSHEET = 10**15
"""Spreadsheets keep 15 digits of a number."""
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+")


class UnreadableCellError(Exception):
    """The cell's content has no meaning in its column."""

    def __init__(self, code: str, chinese: str, english: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = Message(chinese, english)


def read_text(cell: Cell) -> str | None:
    """The cell as it looks, without spaces around it; a whole number has no decimal point."""
    if is_empty(cell):
        return None
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def read_plain_text(cell: Cell) -> str | None:
    """Text of digits, letters and signs, which Chinese keyboards also write in full width (１３８ → 138)."""
    looks = read_text(cell)
    return None if looks is None else unicodedata.normalize("NFKC", looks)


def read_identity_number(cell: Cell) -> str | None:
    """Upper case. A number cell, or what a number cell was saved as in CSV, has lost its last three digits."""
    is_large_number = isinstance(cell, int | float) and abs(cell) >= _EXACT_IN_A_SPREADSHEET
    looks = read_plain_text(cell)
    if is_large_number or (looks and _SCIENTIFIC.fullmatch(looks)):
        raise UnreadableCellError(
            "IDENTITY_NUMBER_AS_NUMBER",
            "身份证号被存成了数字，末几位已丢失：请将该列设为文本格式后重新录入。",
            "The identity number was kept as a number, which loses its last digits: format the column as text and "
            "enter it anew.",
        )
    return None if looks is None else looks.upper()


def read_date(cell: Cell) -> date | None:
    """A date cell without a time of day, or text in one of the accepted forms."""
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date()
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return cell
    looks = read_plain_text(cell)
    if looks is None:
        return None
    day = _date_written(looks[: _LONGEST_CODE_OR_DATE + 1])
    if day is None:
        raise UnreadableCellError(
            "DATE_INVALID",
            "不是有效日期：请写成 1990-01-02、1990/1/2、19900102 或 1990年1月2日。",
            "This is no date: write it as 1990-01-02, 1990/1/2, 19900102 or 1990年1月2日.",
        )
    return day


def _date_written(looks: str) -> date | None:
    for form in _DATE_FORMS:
        if match := form.fullmatch(looks):
            try:
                return date(*(int(part) for part in match.groups()))
            except ValueError:
                return None
    return None


def read_truth(cell: Cell) -> bool | None:
    looks = read_plain_text(cell)
    if looks is None:
        return None
    try:
        return _TRUTH[looks.lower()]
    except KeyError:
        raise UnreadableCellError(
            "BOOLEAN_INVALID", "只能填“是”或“否”。", "Write 是 or 否 (or true, false, 1, 0)."
        ) from None


@cache
def code_reader(codes: type[CodeList]) -> CellReader:
    """Reads the codes of a list by any of their spellings."""
    spellings: Mapping[str, CodeList] = codes_by_spelling(codes)
    examples = example_spellings(codes)

    def read_code(cell: Cell) -> CodeList | None:
        looks = read_plain_text(cell)
        if looks is None:
            return None
        code = spellings.get(looks.casefold())
        if code is None:
            raise UnreadableCellError(
                "CODE_UNKNOWN", f"不在代码表内：可填{examples}。", f"This is not on the code list: write {examples}."
            )
        return code

    return read_code
