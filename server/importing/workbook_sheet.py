from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from server.importing.sheets import Row, Sheet, unusable_file


@contextmanager
def open_workbook(path: Path, sheet_name: str | None) -> Iterator[Sheet]:
    """A worksheet of an Excel or OpenDocument workbook, which is held in memory; formulas are their last values."""
    try:
        with load_workbook(path) as workbook:
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
