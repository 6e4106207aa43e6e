"""XLSX files, written row by row; each row is on the disk once the next one comes."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sheets.safe_text import begins_a_formula
from sheets.writing import WrittenCell

MOST_ROWS = 1_048_576
"""Of one sheet, its header included: what is more goes on the next."""
_LONGEST_TEXT = 32_767
_FIRST_DATE = date(1900, 3, 1)
"""Before it, programs disagree on the day, or know none."""
_WIDTH = 16


class WorkbookWriter:
    """Texts are text whatever they look like, dates and moments are dates, ages are numbers."""

    def __init__(self, place: Path, title: str, header: Sequence[str], most_rows: int = MOST_ROWS) -> None:
        import xlsxwriter  # type: ignore[import-untyped] # noqa: PLC0415 # it has no stubs, and most processes write none

        options = {"constant_memory": True, "tmpdir": str(place.parent)}
        self._book: Any = xlsxwriter.Workbook(str(place), options)
        self._title, self._header, self._most_rows = title, header, most_rows
        self._bold = self._book.add_format({"bold": True})
        self._plain = self._book.add_format({"num_format": "@"})
        self._quoted = self._book.add_format({"num_format": "@", "quote_prefix": True})
        self._date = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._sheets = 0
        self._begin_sheet()

    def _begin_sheet(self) -> None:
        self._sheets += 1
        name = self._title if self._sheets == 1 else f"{self._title} {self._sheets}"
        self._sheet: Any = self._book.add_worksheet(name)
        self._sheet.set_column(0, len(self._header) - 1, _WIDTH)
        self._sheet.freeze_panes(1, 0)
        for column, label in enumerate(self._header):
            self._sheet.write_string(0, column, label, self._bold)
        self._next = 1

    def add(self, rows: Sequence[Sequence[WrittenCell]]) -> None:
        for row in rows:
            if self._next == self._most_rows:
                self._begin_sheet()
            for column, cell in enumerate(row):
                if cell is not None:
                    self._write(column, cell)
            self._next += 1

    def _write(self, column: int, cell: str | int | date) -> None:
        if isinstance(cell, str):
            form = self._quoted if begins_a_formula(cell) else self._plain
            self._sheet.write_string(self._next, column, cell[:_LONGEST_TEXT], form)
        elif not isinstance(cell, date):
            self._sheet.write_number(self._next, column, cell)
        elif (cell.date() if isinstance(cell, datetime) else cell) < _FIRST_DATE:
            self._sheet.write_string(self._next, column, str(cell), self._plain)
        else:
            form = self._moment if isinstance(cell, datetime) else self._date
            self._sheet.write_datetime(self._next, column, cell, form)

    def close(self) -> None:
        self._book.close()
