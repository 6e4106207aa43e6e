"""行错误: what is wrong with which cell of a file. Neither columns nor messages hold the content of a cell."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from domain.errors import Problem

SHOWN_AT_MOST = 100

_FILE_HEADER = ("row", "column", "field", "code", "message_zh", "message_en")


class RowError(NamedTuple):
    """`row` as a spreadsheet numbers it; `column` as the file's header names it; the problem's path names the field."""

    row: int
    column: str
    problem: Problem

    @property
    def field(self) -> str:
        return ".".join(map(str, self.problem.path))


@dataclass
class RowErrors:
    """Counts all errors and passes each on; only the first are kept, so that memory does not grow with a bad file."""

    pass_on: Callable[[RowError], object] | None = None
    count: int = 0
    first: list[RowError] = field(default_factory=list)

    def add(self, error: RowError) -> None:
        self.count += 1
        if len(self.first) < SHOWN_AT_MOST:
            self.first.append(error)
        if self.pass_on is not None:
            self.pass_on(error)


@contextmanager
def row_errors(path: Path | None) -> Iterator[RowErrors]:
    """No errors yet; they also go to a CSV file (if one is named), which Excel opens. An older file is overwritten."""
    if path is None:
        yield RowErrors()
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_FILE_HEADER)
        yield RowErrors(lambda error: writer.writerow(_cells(error)))


def _cells(error: RowError) -> tuple[object, ...]:
    problem = error.problem
    return (error.row, error.column, error.field, problem.code, problem.message.chinese, problem.message.english)
