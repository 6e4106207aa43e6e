"""表格: a file of rows and cells, whichever of the accepted kinds it is."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

from domain.errors import CallerError, Message, Problem

Cell = str | int | float | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row, and the number that a spreadsheet shows beside it."""

    number: int
    cells: list[Cell]

    def is_empty(self) -> bool:
        return all(is_empty(cell) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows that can be read once, and how much of them has been read (0 to 1)."""

    rows: Iterator[Row]
    fraction_read: Callable[[], float]


Source = Path | BytesIO
"""A file on a disk, or the content of one."""

SheetReader = Callable[[Source, str | None], AbstractContextManager[Sheet]]
"""Opens a file, or the named one of its sheets."""


def is_empty(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def unusable_file(code: str, chinese: str, english: str) -> CallerError:
    return CallerError(Problem(code, Message(chinese, english)))
