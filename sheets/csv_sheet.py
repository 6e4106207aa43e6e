import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

from sheets.rows import Row, Sheet, Source, unusable_file

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ENCODINGS_WITHOUT_MARK = ("utf-8", "gb18030")
_DELIMITERS = ",;\t"
_LONGEST_CELL = 8 * 1024 * 1024
"""Characters; a quotation mark that is never closed would else read the rest of the file into one cell."""
_PIECE = 1024 * 1024
_FIRST_LINES = 100


@contextmanager
def open_csv(source: Source, sheet_name: str | None) -> Iterator[Sheet]:
    """A text file with a row a line, read as it is asked for: UTF-8, UTF-16 or GB18030; comma, semicolon or tab."""
    if sheet_name is not None:
        raise unusable_file(
            "SHEET_NOT_FOUND",
            "CSV 文件没有工作表：请去掉 --sheet。",
            "A CSV file has no worksheets: leave --sheet out.",
        )
    csv.field_size_limit(_LONGEST_CELL)
    with source.open("rb") if isinstance(source, Path) else source as file:
        encoding = _encoding(file)
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        text = io.TextIOWrapper(file, encoding, newline="")
        yield Sheet(_rows(text, _delimiter(text)), lambda: file.tell() / size)


def _encoding(file: BinaryIO) -> str:
    """What the whole file can be read as; the file is read through, so that it is known before anything else."""
    beginning = file.read(4)
    candidates = [name for mark, name in _BYTE_ORDER_MARKS if beginning.startswith(mark)] or _ENCODINGS_WITHOUT_MARK
    for encoding in candidates:
        file.seek(0)
        if _is_readable_as(encoding, file):
            return encoding
    raise unusable_file(
        "FILE_UNREADABLE",
        "既不是工作簿，也不是 UTF-8 或 GB18030 编码的文本：请用表格软件另存为 XLSX 或 CSV。",
        "This is neither a workbook nor text in UTF-8 or GB18030: save it as XLSX or CSV in a spreadsheet program.",
    )


def _is_readable_as(encoding: str, file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while piece := file.read(_PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(text: TextIO) -> str:
    """The one of the accepted delimiters that the first line with any text holds most of; names hold none."""
    lines = (line for line in islice(_lines(text), _FIRST_LINES) if line.strip())
    first_line = next(lines, "")
    text.seek(0)
    return max(_DELIMITERS, key=first_line.count)


def _lines(text: TextIO) -> Iterator[str]:
    while line := text.readline(_PIECE):
        yield line


def _rows(text: TextIO, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield Row(number, list(cells))
    except csv.Error:
        raise unusable_file(
            "FILE_UNREADABLE",
            f"第{number + 1}行的引号不成对，或单元格过长：请用表格软件打开并重新保存。",
            f"Row {number + 1} has a quotation mark without its pair, or too long a cell: "
            "open the file in a spreadsheet program and save it again.",
        ) from None
