"""What is wrong is reported whole, and nothing of it is saved."""

import csv
import re
from pathlib import Path

import pytest

from domain.members import SAVING_RULES
from schema.identifiers import encoded
from server.importing.member_columns import MEMBER_COLUMNS
from tests.server.importing.tables import (
    FIRST_BRANCH,
    GOOD,
    PROVINCE,
    Register,
    Write,
    csv_bytes,
    good_row,
    good_table,
    identity_number,
    run,
    write_xlsx,
)

BAD_CELLS = [
    ("姓名", "", "REQUIRED"),
    ("姓名", "张" * 51, "TEXT_TOO_LONG"),
    ("姓名", "张\0三", "CHARACTERS_INVALID"),
    ("家庭住址", "某村\n1号", "CHARACTERS_INVALID"),
    ("家庭住址", "路" * 1_000_000, "TEXT_TOO_LONG"),
    ("公民身份证号", "", "REQUIRED"),
    ("公民身份证号", "370102900101123", "IDENTITY_NUMBER_LENGTH"),
    ("公民身份证号", "37010219900101123A", "IDENTITY_NUMBER_CHARACTERS"),
    ("公民身份证号", "3.70102E+17", "IDENTITY_NUMBER_AS_NUMBER"),
    ("性别", "男性", "CODE_UNKNOWN"),
    ("民族", "火星族", "CODE_UNKNOWN"),
    ("学历", "13800138000", "CODE_UNKNOWN"),
    ("出生日期", "1990-02-29", "DATE_INVALID"),
    ("出生日期", "01/02/1990", "DATE_INVALID"),
    ("出生日期", "32874", "DATE_INVALID"),
    ("出生日期", "1990-01-01 16:00:00", "DATE_INVALID"),
    ("出生日期", "2020-01-01", "AGE_UNDER_18"),
    ("加入党组织日期", "2999-01-01", "DATE_IN_FUTURE"),
    ("加入党组织日期", "2005-12-31", "JOINED_UNDER_16"),
    ("转正日期", "", "FORMAL_DATE_REQUIRED"),
    ("转正日期", "2013-06-30", "PROBATION_UNDER_1_YEAR"),
    ("联系电话", "12345", "PHONE_INVALID"),
    ("是否为失联党员", "maybe", "BOOLEAN_INVALID"),
    ("是否为失联党员", "", "REQUIRED"),
    ("是否流动党员", "2", "BOOLEAN_INVALID"),
    ("所在党支部", "999", "BRANCH_NOT_FOUND"),
    ("所在党支部", "9" * 5000, "BRANCH_NOT_FOUND"),
    ("所在党支部", "没有党支部", "BRANCH_NOT_FOUND"),
    ("所在党支部", encoded("Member", FIRST_BRANCH), "BRANCH_NOT_FOUND"),
    ("所在党支部", "某\0支部", "BRANCH_NOT_FOUND"),
    ("所在党支部", "第一党支部", "BRANCH_AMBIGUOUS"),
    ("所在党支部", "某镇党委", "NOT_A_BRANCH"),
    ("所在党支部", str(PROVINCE), "NOT_A_BRANCH"),
]


def test_every_bad_cell_is_reported_with_its_row_and_column(register: Register, file: Write) -> None:
    rows = [good_row(order, **{column: written}) for order, (column, written, _) in enumerate(BAD_CELLS)]

    outcome = run(file(csv_bytes([list(GOOD), *rows])), "--json")

    for row, (column, _, code) in enumerate(BAD_CELLS, start=2):
        assert (row, column, code) in outcome.errors
    assert {row for row, _, _ in outcome.errors} == set(range(2, len(BAD_CELLS) + 2))
    assert (outcome.exit_code, outcome.document["saved"], register.count()) == (1, 0, 0)


def test_rules_about_two_fields_name_the_column_that_is_wrong(register: Register, file: Write) -> None:
    rows = [
        good_row(0, 出生日期="1950-01-01", 加入党组织日期="1970-01-01", 转正日期="1971-01-01"),
        good_row(1, 是否为失联党员="是", 是否流动党员="是"),
    ]

    assert run(file(csv_bytes([list(GOOD), *rows])), "--json").errors == [
        (2, "转正日期", "NO_PROBATION_1969_1977"),
        (3, "失联日期", "LOST_CONTACT_DATE_REQUIRED"),
        (3, "流动方向", "FLOATING_DIRECTION_REQUIRED"),
    ]
    assert register.count() == 0


def test_an_unreadable_cell_is_not_reported_as_missing_too(register: Register, file: Write) -> None:
    row = good_row(0, 加入党组织日期="?", 学历="?", 所在党支部="?")

    assert run(file(csv_bytes([list(GOOD), row])), "--json").errors == [
        (2, "学历", "CODE_UNKNOWN"),
        (2, "所在党支部", "BRANCH_NOT_FOUND"),
        (2, "加入党组织日期", "DATE_INVALID"),
    ]
    assert register.count() == 0


def test_rows_are_numbered_as_a_spreadsheet_shows_them(register: Register, file: Write) -> None:
    header, good, bad = ",".join(GOOD), good_row(0, 家庭住址="甲\n乙"), good_row(1, 姓名="")
    blank = "," * (len(GOOD) - 1)
    lines = ["", header, "", *csv_bytes([good]).decode().splitlines(), blank, *csv_bytes([bad]).decode().splitlines()]

    outcome = run(file("\r\n".join(lines).encode()), "--json")

    assert outcome.errors == [(4, "家庭住址", "CHARACTERS_INVALID"), (6, "姓名", "REQUIRED")]
    assert outcome.document["rows"] == 2
    assert register.count() == 0


def test_rows_of_a_workbook_are_numbered_from_its_top(register: Register, tmp_path: Path) -> None:
    write_xlsx(tmp_path / "members.xlsx", [list(GOOD), [], good_row(0, 姓名="")], first_row=3)

    assert run(tmp_path / "members.xlsx", "--json").errors == [(6, "姓名", "REQUIRED")]
    assert register.count() == 0


def test_an_identity_number_kept_as_a_number_has_lost_digits(register: Register, tmp_path: Path) -> None:
    order = next(order for order in range(100) if identity_number(order).isdigit())
    good = good_row(order)
    row: list[object] = [int(cell) if name == "公民身份证号" else cell for name, cell in zip(GOOD, good, strict=True)]
    write_xlsx(tmp_path / "members.xlsx", [list(GOOD), row])

    assert run(tmp_path / "members.xlsx", "--json").errors == [(2, "公民身份证号", "IDENTITY_NUMBER_AS_NUMBER")]
    assert register.count() == 0


def test_a_shifted_row_is_noticed(register: Register, file: Write) -> None:
    outcome = run(file(csv_bytes([list(GOOD), ["", *good_row(0, 流动方向="境外流动")]])), "--json")

    assert (2, "", "CELL_WITHOUT_COLUMN") in outcome.errors
    assert register.count() == 0


def test_one_bad_row_of_a_thousand_keeps_all_out(register: Register, file: Write) -> None:
    assert run(file(csv_bytes([list(GOOD), good_row(5_000)]))).exit_code == 0
    table = good_table(1_000)
    table[700][list(GOOD).index("联系电话")] = "1"

    outcome = run(file(csv_bytes(table)))

    assert outcome.exit_code == 1
    assert "row 701  联系电话  PHONE_INVALID" in outcome.stderr
    assert "Errors: 1; rows: 1000. Nothing was saved." in outcome.stderr
    assert register.count() == 1


def test_messages_repeat_no_personal_value(register: Register, file: Write, tmp_path: Path) -> None:
    private = good_row(0, 联系电话="1380013800", 家庭住址="秘密路\n1号", 学历="13912345678", 姓名="")
    table = [list(GOOD), private, good_row(0), good_row(0)]

    outcomes = [run(file(csv_bytes(table)), *options) for options in ([], ["--json"], ["--errors", tmp_path / "e.csv"])]

    said = "".join(outcome.stdout + outcome.stderr for outcome in outcomes) + (tmp_path / "e.csv").read_text()
    for value in ("1380013800", "秘密路", "13912345678", identity_number(0)):
        assert value not in said
    assert register.count() == 0


def test_duplicates_in_the_file_and_in_the_register_are_errors(register: Register, file: Write) -> None:
    assert run(file(csv_bytes([list(GOOD), good_row(0)]))).exit_code == 0
    rows = [good_row(1), good_row(0), good_row(2), good_row(1), good_row(1, 联系电话="1")]

    outcome = run(file(csv_bytes([list(GOOD), *rows])), "--json")

    assert outcome.errors == [
        (3, "公民身份证号", "DUPLICATE_IDENTITY_NUMBER"),
        (5, "公民身份证号", "DUPLICATE_IDENTITY_NUMBER"),
        (6, "联系电话", "PHONE_INVALID"),
        (6, "公民身份证号", "DUPLICATE_IDENTITY_NUMBER"),
    ]
    messages = {error["row"]: error["message"]["en"] for error in outcome.document["errors"]}
    assert messages[3].startswith("A member of the register has this identity number")
    assert messages[5].startswith("Row 2 has the same identity number")
    assert register.count() == 1


def test_the_errors_file_has_all_and_the_screen_the_first_hundred(
    register: Register, file: Write, tmp_path: Path
) -> None:
    rows = [good_row(order, 联系电话="1") for order in range(150)]

    outcome = run(file(csv_bytes([list(GOOD), *rows])), "--errors", tmp_path / "errors.csv")

    with (tmp_path / "errors.csv").open(encoding="utf-8-sig", newline="") as written:
        found = list(csv.DictReader(written))
    assert [(int(error["row"]), error["field"], error["code"]) for error in found] == [
        (row, "phone", "PHONE_INVALID") for row in range(2, 152)
    ]
    assert len(re.findall(r"^row \d+", outcome.stderr, re.MULTILINE)) == 100
    assert register.count() == 0


def test_the_file_to_import_is_never_overwritten(file: Write) -> None:
    path = file(csv_bytes(good_table(1)))

    assert run(path, "--errors", path).exit_code == 2
    assert path.read_bytes() == csv_bytes(good_table(1))


def test_a_dry_run_checks_everything_and_saves_nothing(register: Register, file: Write) -> None:
    path = file(csv_bytes(good_table(3)))
    latest_id = register.latest_id()

    assert (
        run(path, "--dry-run").stdout == "No errors. Members that can be imported: 3. Nothing was saved (--dry-run).\n"
    )
    assert run(path, "--dry-run", "--json").document == {"rows": 3, "saved": 0, "errorCount": 0, "errors": []}
    assert (register.count(), register.latest_id()) == (0, latest_id)
    assert run(path, "--json").document == {"rows": 3, "saved": 3, "errorCount": 0, "errors": []}
    assert register.count() == 3


UNUSABLE = [
    (b"", "FILE_EMPTY"),
    (b"\r\n\r\n,,\r\n", "FILE_EMPTY"),
    (csv_bytes([list(GOOD)]), "FILE_EMPTY"),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff", "FILE_UNREADABLE"),
    (b"PK\x03\x04 no workbook", "FILE_UNREADABLE"),
    (b"\xd0\xcf\x11\xe0 no workbook", "FILE_UNREADABLE"),
    (csv_bytes(good_table(1)) + b'"never closed', "FILE_UNREADABLE"),
    (csv_bytes(good_table(1)[1:]), "HEADER_MISSING"),
    (bytes(range(1, 128)) * 40, "HEADER_MISSING"),
    (csv_bytes([[*GOOD, "星座"], [*good_row(0), "x"]]), "COLUMNS_UNCLEAR"),
]


@pytest.mark.parametrize(("content", "code"), UNUSABLE)
def test_what_is_no_table_of_members_is_refused(register: Register, file: Write, content: bytes, code: str) -> None:
    outcome = run(file(content), "--json")

    assert (outcome.exit_code, outcome.failure) == (1, code)
    assert register.count() == 0


def test_columns_that_are_unknown_repeated_or_missing_are_listed_together(register: Register, file: Write) -> None:
    names = ["星座" if name == "民族" else name for name in GOOD]

    outcome = run(file(csv_bytes([[*names, "phone"], [*good_row(0), "x"]])))

    assert outcome.stderr == (
        "The header row is not as it should be: unknown columns: 星座; columns that occur twice: 联系电话; "
        "missing columns: 民族.\n"
    )
    assert register.count() == 0


def test_a_file_without_a_header_is_not_repeated(register: Register, file: Write) -> None:
    outcome = run(file(csv_bytes([good_row(0)])))

    assert identity_number(0) not in outcome.stderr + outcome.stdout
    assert register.count() == 0


DOCUMENTATION = Path(__file__).parents[3] / "docs" / "import-members.md"


def test_the_documentation_names_every_column_and_code() -> None:
    page = DOCUMENTATION.read_text()
    codes = {code for _, _, code in BAD_CELLS} | {code for _, code in UNUSABLE} | {rule.code for rule in SAVING_RULES}

    missing = [name for column in MEMBER_COLUMNS for name in column.names if name not in page]
    missing += [code for code in codes | {"DUPLICATE_IDENTITY_NUMBER", "CELL_WITHOUT_COLUMN"} if code not in page]
    assert missing == []


def test_the_example_in_the_documentation_can_be_imported(register: Register, file: Write) -> None:
    example = DOCUMENTATION.read_text().partition("```csv\n")[2].partition("```")[0]

    assert run(file(example.encode())).exit_code == 0
    assert register.count() == 1
