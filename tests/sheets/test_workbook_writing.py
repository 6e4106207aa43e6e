"""工作簿: what is written is read back as the same texts, numbers and dates, on as many sheets as it needs."""

from datetime import date, datetime
from pathlib import Path

from python_calamine import CalamineWorkbook

from sheets.workbook_writing import WorkbookWriter
from sheets.writing import WrittenCell


def test_texts_numbers_dates_and_moments_stay_what_they_are(tmp_path: Path) -> None:
    place = tmp_path / "a.xlsx"
    writer = WorkbookWriter(place, "党员", ["甲", "乙", "丙", "丁", "戊"])
    rows: list[list[WrittenCell]] = [["=1+1", 7, date(2024, 2, 29), datetime(2024, 2, 29, 8, 0, 1), None]]  # noqa: DTZ001 # of Beijing
    rows += [
        ["370102199001011234", 0, date(1900, 3, 1), None, "http://a"],
        [None, None, date(1899, 12, 31), None, "a\x01"],
    ]
    writer.add(rows)
    writer.close()
    [header, *read] = CalamineWorkbook.from_path(str(place)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert header == ["甲", "乙", "丙", "丁", "戊"]
    assert read[0] == ["=1+1", 7.0, date(2024, 2, 29), datetime(2024, 2, 29, 8, 0, 1), ""]  # noqa: DTZ001 # of Beijing
    assert read[1] == ["370102199001011234", 0.0, date(1900, 3, 1), "", "http://a"]
    assert read[2][:4] == ["", "", "1899-12-31", ""]


def test_what_one_sheet_cannot_hold_goes_on_the_next(tmp_path: Path) -> None:
    place = tmp_path / "a.xlsx"
    writer = WorkbookWriter(place, "党员", ["甲"], most_rows=4)
    writer.add([[str(number)] for number in range(7)])
    writer.close()
    book = CalamineWorkbook.from_path(str(place))
    assert book.sheet_names == ["党员", "党员 2", "党员 3"]
    read = [row[0] for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
    assert read == ["甲", "0", "1", "2", "甲", "3", "4", "5", "甲", "6"]


def test_nothing_but_the_file_is_left(tmp_path: Path) -> None:
    writer = WorkbookWriter(tmp_path / "a.xlsx", "党员", ["甲"])
    writer.add([["a"]])
    assert len(list(tmp_path.iterdir())) > 0  # what it needs meanwhile lies beside the file
    writer.close()
    assert [each.name for each in tmp_path.iterdir()] == ["a.xlsx"]
