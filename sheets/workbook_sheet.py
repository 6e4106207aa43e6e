from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from zipfile import BadZipFile, ZipFile, is_zipfile

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from sheets.rows import Row, Sheet, Source, unusable_file

_LARGEST_UNPACKED = 64 * 1024 * 1024


@contextmanager
def open_workbook(source: Source, sheet_name: str | None) -> Iterator[Sheet]:
    """A worksheet of an Excel or OpenDocument workbook, which is held in memory; formulas are their last values."""
    try:
        with load_workbook(source) as workbook:
            worksheet = workbook.get_sheet_by_name(_chosen_name(workbook, sheet_name))
            yield _sheet(worksheet)
    except PasswordError:
        raise unusable_file(
            "FILE_UNREADABLE",
            "工作簿有密码保护：请取消密码后再导入。",
            "The workbook is protected by a password: save it without one.",
        ) from None
    except CalamineError:
        raise unusable_file(
            "FILE_UNREADABLE",
            "无法读取此工作簿：请用表格软件打开并另存为 XLSX 或 CSV。",
            "The workbook cannot be read: open it in a spreadsheet program and save it as XLSX or CSV.",
        ) from None


@contextmanager
def open_small_workbook(source: Source, sheet_name: str | None) -> Iterator[Sheet]:
    """The same, unless it says that it unpacks to more than 64 MiB."""
    if _unpacked_size(source) > _LARGEST_UNPACKED:
        raise unusable_file(
            "FILE_TOO_LARGE",
            "工作簿解压后过大：请另存为 CSV，或分成几个文件。",
            "The workbook is too large once it is unpacked: save it as CSV, or split it.",
        )
    with open_workbook(source, sheet_name) as sheet:
        yield sheet


def _unpacked_size(source: Source) -> int:
    """0 for what is no ZIP, or no good one."""
    try:
        if not is_zipfile(source):
            return 0
        with ZipFile(source) as parts:
            return sum(part.file_size for part in parts.infolist())
    except BadZipFile:
        return 0
    finally:
        if isinstance(source, BytesIO):
            source.seek(0)


def _chosen_name(workbook: CalamineWorkbook, sheet_name: str | None) -> str:
    worksheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet]
    if sheet_name is None:
        worksheets.sort(key=lambda sheet: sheet.visible is not SheetVisibleEnum.Visible)
        if worksheets:
            return worksheets[0].name
        raise unusable_file("FILE_EMPTY", "工作簿中没有工作表。", "The workbook has no worksheet.")
    names = [sheet.name for sheet in worksheets]
    if sheet_name in names:
        return sheet_name
    raise unusable_file(
        "SHEET_NOT_FOUND",
        f"工作簿中没有名为“{sheet_name}”的工作表；有：{'、'.join(names)}。",
        f"The workbook has no worksheet “{sheet_name}”; it has: {', '.join(names)}.",
    )


def _sheet(worksheet: CalamineSheet) -> Sheet:
    rows_read = 0

    def rows() -> Iterator[Row]:
        nonlocal rows_read
        # Empty rows above the first are given too, so that the count is the number a spreadsheet shows.
        for rows_read, cells in enumerate(worksheet.iter_rows(), start=1):
            yield Row(rows_read, list(cells))

    return Sheet(rows(), lambda: rows_read / (worksheet.total_height or 1))
