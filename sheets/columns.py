"""列: which column of a sheet holds which field, as its header row says."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.errors import CallerError, Message, Problem
from sheets.cells import CellReader, read_text
from sheets.rows import Cell, Row, is_empty, unusable_file

_LONGEST_NAME_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Column:
    """A field, the names its column may have (the first is the usual one), and how its cells are read."""

    field: str
    names: tuple[str, ...]
    is_required: bool
    read: CellReader


@dataclass(frozen=True, slots=True)
class PlacedColumn:
    """A column where it was found, under the name that the file gives it."""

    place: int
    header: str
    column: Column


def place_columns(rows: Iterator[Row], columns: Sequence[Column]) -> list[PlacedColumn]:
    """Read the header row, the first that is not empty; CallerError lists what is unknown, repeated or missing."""
    header = next((row for row in rows if not row.is_empty()), None)
    if header is None:
        raise unusable_file("FILE_EMPTY", "表格中没有内容。", "The sheet has no content.")
    by_name = {_plain(name): column for column in columns for name in column.names}
    texts = [(place, read_text(cell)) for place, cell in enumerate(header.cells)]
    named = [(place, text) for place, text in texts if text is not None]
    placed = [PlacedColumn(place, text, by_name[_plain(text)]) for place, text in named if _plain(text) in by_name]
    if not placed:
        raise _no_header(header.number)
    unknown = [_shown(text) for _, text in named if _plain(text) not in by_name]
    _require_clear_columns(unknown, placed, columns)
    return placed


def cells_by_column(row: Row, placed: Iterable[PlacedColumn]) -> Iterator[tuple[PlacedColumn, Cell]]:
    """The cells of a row; a short row has empty cells at its end."""
    for found in placed:
        yield found, row.cells[found.place] if found.place < len(row.cells) else None


def stray_cells(row: Row, placed: Iterable[PlacedColumn]) -> Iterator[Problem]:
    """Content where the header has no column, which is how a shifted row shows."""
    places = {found.place for found in placed}
    if any(place not in places and not is_empty(cell) for place, cell in enumerate(row.cells)):
        yield Problem(
            "CELL_WITHOUT_COLUMN",
            Message(
                "此行在没有表头的列中有内容：请检查单元格是否错位。",
                "This row has content where the header has no column: check whether its cells are shifted.",
            ),
        )


def _plain(name: str) -> str:
    """`Identity_Number *` and `identityNumber` are the same name."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


def _shown(name: str) -> str:
    return "".join(filter(str.isprintable, name))[:_LONGEST_NAME_SHOWN]


def _require_clear_columns(unknown: list[str], placed: list[PlacedColumn], columns: Sequence[Column]) -> None:
    """One error for the three ways to be unclear, so that the header is mended in one go."""
    times = Counter(found.column.field for found in placed)
    lists: Mapping[tuple[str, str], list[str]] = {
        ("不认识的列", "unknown columns"): unknown,
        ("重复的列", "columns that occur twice"): [column.names[0] for column in columns if times[column.field] > 1],
        ("缺少的列", "missing columns"): [
            column.names[0] for column in columns if column.is_required and not times[column.field]
        ],
    }
    if any(lists.values()):
        chinese = "；".join(f"{title}：{'、'.join(names)}" for (title, _), names in lists.items() if names)
        english = "; ".join(f"{title}: {', '.join(names)}" for (_, title), names in lists.items() if names)
        raise unusable_file(
            "COLUMNS_UNCLEAR", f"表头有误。{chinese}。", f"The header row is not as it should be: {english}."
        )


def _no_header(row_number: int) -> CallerError:
    # What stands there may be somebody's data, so it is not repeated.
    return unusable_file(
        "HEADER_MISSING",
        f"第{row_number}行应为表头，但其中没有任何已知列名（如“姓名”）：请检查文件类型和首行。",
        f"Row {row_number} should be the header, but holds no known column name (such as 姓名 or name): "
        "check the kind of file and its first row.",
    )
