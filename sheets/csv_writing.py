"""CSV files as Excel and WPS open them: UTF-8 with a byte order mark, and RFC 4180."""

import csv
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from sheets.safe_text import safe_in_csv
from sheets.writing import WrittenCell


class CsvWriter:
    """Dates are written `2024-02-29`, moments `2024-02-29 08:00:00`."""

    def __init__(self, place: Path, title: str, header: Sequence[str]) -> None:  # noqa: ARG002 # a workbook has one
        self._file = place.open("w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._file, dialect="excel")
        self._rows.writerow(header)

    def add(self, rows: Sequence[Sequence[WrittenCell]]) -> None:
        self._rows.writerows([[_written(cell) for cell in row] for row in rows])

    def close(self) -> None:
        self._file.close()


def _written(cell: WrittenCell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return safe_in_csv(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return cell.isoformat() if isinstance(cell, date) else cell
