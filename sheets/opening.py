from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path

from sheets.csv_sheet import open_csv
from sheets.rows import Sheet, SheetReader, Source, unusable_file
from sheets.workbook_sheet import open_small_workbook, open_workbook

# A file is what its first bytes say, whatever its name: ZIP (XLSX, ODS) or OLE (XLS).
_WORKBOOK_SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def open_sheet(path: Path, sheet_name: str | None = None) -> AbstractContextManager[Sheet]:
    """The sheet of that name, or the first visible one; CallerError when the file holds none that can be read."""
    if not path.is_file():
        raise unusable_file(
            "FILE_UNREADABLE",
            "不是普通文件：请先保存到磁盘再导入。",
            "This is no regular file: save it to a disk first.",
        )
    with path.open("rb") as file:
        beginning = file.read(4)
    return _opened(path, beginning, sheet_name, open_workbook)


def open_content(content: bytes) -> AbstractContextManager[Sheet]:
    """As `open_sheet`, of a file that somebody sent. A workbook that would unpack to too much is refused."""
    return _opened(BytesIO(content), content[:4], None, open_small_workbook)


def _opened(
    source: Source, beginning: bytes, sheet_name: str | None, workbook: SheetReader
) -> AbstractContextManager[Sheet]:
    if not beginning:
        raise unusable_file("FILE_EMPTY", "文件是空的。", "The file is empty.")
    opener = workbook if beginning in _WORKBOOK_SIGNATURES else open_csv
    return opener(source, sheet_name)
