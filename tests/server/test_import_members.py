import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
import xlsxwriter  # type: ignore[import-untyped]  # it has no stubs
from sqlalchemy import Engine, RowMapping, create_engine, text
from sqlalchemy.exc import OperationalError
from typer.testing import CliRunner

from domain.codes import CodeList
from domain.identity_numbers import check_character
from domain.members import SAVING_RULES
from schema.identifiers import encoded
from server.cli.import_members import import_members
from server.importing.code_spellings import codes_by_spelling
from server.importing.member_columns import MEMBER_COLUMNS
from server.importing.member_import import MemberImport
from server.importing.opening import open_sheet
from server.importing.row_errors import RowErrors
from storage.member_writing import MemberWriting, member_writing


@pytest.fixture(scope="module")
def database_url(clone: Callable[[str], str], empty_template: str) -> str:
    return clone(empty_template)


@pytest.fixture
def empty_database_url(database_url: str) -> str:
    """One database for the whole file, emptied before each test, which takes a tenth of the time of a new one."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE organizations, members CASCADE"))
        connection.execute(text("ALTER TABLE members DROP CONSTRAINT IF EXISTS refuse"))
    engine.dispose()
    return database_url


PROVINCE, COMMITTEE, FIRST_BRANCH, SECOND_BRANCH = 1, 2, 3, 4
ORGANIZATIONS = [
    (PROVINCE, None, "1/", "某省委", "PROVINCE"),
    (COMMITTEE, PROVINCE, "1/2/", "某镇党委", "GRASSROOTS_COMMITTEE"),
    (FIRST_BRANCH, COMMITTEE, "1/2/3/", "某村党支部", "BRANCH"),
    (SECOND_BRANCH, COMMITTEE, "1/2/4/", "某厂党支部", "BRANCH"),
    (5, COMMITTEE, "1/2/5/", "第一党支部", "BRANCH"),
    (6, COMMITTEE, "1/2/6/", "第一党支部", "BRANCH"),
]


class Register:
    """The database that the command works on."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine: Engine = create_engine(url)

    def execute(self, statement: str, **values: object) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)

    def members(self) -> list[RowMapping]:
        with self.engine.begin() as connection:
            return list(connection.execute(text("SELECT * FROM members ORDER BY id")).mappings())

    def latest_id(self) -> int:
        """The latest that was ever given, be it in a transaction that was rolled back."""
        with self.engine.begin() as connection:
            return int(connection.scalar(text("SELECT last_value FROM members_id_seq")) or 0)

    def count(self) -> int:
        return len(self.members())


@pytest.fixture
def register(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    register = Register(empty_database_url)
    for id_, parent_id, path, name, kind in ORGANIZATIONS:
        register.execute(
            "INSERT INTO organizations (id, parent_id, path, name, kind, can_approve_membership) "
            "VALUES (:id, :parent_id, :path, :name, :kind, false)",
            id=id_,
            parent_id=parent_id,
            path=path,
            name=name,
            kind=kind,
        )
    yield register
    register.engine.dispose()


class Outcome:
    def __init__(self, exit_code: int, stdout: str, stderr: str) -> None:
        self.exit_code, self.stdout, self.stderr = exit_code, stdout, stderr

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.stdout)
        return document

    @property
    def errors(self) -> list[tuple[int, str, str]]:
        return [(error["row"], error["column"], error["code"]) for error in self.document["errors"]]

    @property
    def failure(self) -> str:
        return str(self.document["failure"]["code"])


def run(*arguments: str | Path) -> Outcome:
    app = typer.Typer()
    app.command()(import_members)
    result = CliRunner(env={"LANG": "en_US.UTF-8", "LC_ALL": ""}).invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Outcome(result.exit_code, result.stdout, result.stderr)


Table = Sequence[Sequence[str]]

GOOD = {
    "姓名": "张建国",
    "公民身份证号": "",
    "性别": "男",
    "民族": "汉族",
    "出生日期": "1990-01-01",
    "学历": "大学本科",
    "人员类别": "正式党员",
    "所在党支部": str(FIRST_BRANCH),
    "加入党组织日期": "2012-07-01",
    "转正日期": "2013-07-01",
    "工作岗位": "农牧渔民",
    "联系电话": "13800138000",
    "家庭住址": "某镇某村1号",
    "党籍状态": "正常",
    "是否为失联党员": "否",
    "失联日期": "",
    "是否流动党员": "否",
    "流动方向": "",
}
ENGLISH = [
    *("name", "identityNumber", "gender", "ethnicity", "birth_date", "education", "category", "branch", "joinedOn"),
    *("formal_on", "work_position", "Phone", "homeAddress", "status", "lostContact", "lost_contact_since", "floating"),
    "floatingDirection",
]


def identity_number(order: int) -> str:
    """A valid number of somebody born on 1990-01-01 or a day soon after."""
    digits = f"370102{date(1990, 1, 1) + timedelta(days=order // 400):%Y%m%d}{order % 400 * 2 + 1:03d}"
    return digits + check_character(digits)


def good_row(order: int, **changes: str) -> list[str]:
    return list((GOOD | {"公民身份证号": identity_number(order)} | changes).values())


def good_table(size: int) -> list[list[str]]:
    return [list(GOOD), *(good_row(order) for order in range(size))]


def csv_bytes(table: Table, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows(table)
    return written.getvalue().encode(encoding)


def write_xlsx(path: Path, table: Sequence[Sequence[object]], first_row: int = 0, sheet: str = "Sheet1") -> None:
    workbook = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False})
    workbook.add_worksheet("封面") if sheet != "Sheet1" else None
    worksheet = workbook.add_worksheet(sheet)
    for number, row in enumerate(table, start=first_row):
        worksheet.write_row(number, 0, row)
    workbook.close()


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(content: bytes) -> Path:
        path = tmp_path / "members.csv"
        path.write_bytes(content)
        return path

    return write


Write = Callable[[bytes], Path]

# -- what is saved


def test_a_csv_file_becomes_members_below_the_paths_of_their_branches(register: Register, file: Write) -> None:
    table = [list(GOOD), good_row(0), good_row(1, 姓名="李红", 所在党支部="某厂党支部")]

    outcome = run(file(csv_bytes(table)))

    assert (outcome.exit_code, outcome.stdout) == (0, "Members imported: 2.\n")
    first, second = register.members()
    assert first["identity_number"] == identity_number(0)
    assert (first["branch_id"], first["org_path"]) == (FIRST_BRANCH, "1/2/3/")
    assert (second["branch_id"], second["org_path"]) == (SECOND_BRANCH, "1/2/4/")
    assert (first["name_pinyin"], first["name_initials"]) == ("zhangjianguo", "zjg")
    assert (first["birth_date"], first["formal_on"]) == (date(1990, 1, 1), date(2013, 7, 1))
    assert (first["gender"], first["ethnicity"], first["education"]) == ("MALE", "HAN", "BACHELOR")
    assert (first["category"], first["work_position"], first["status"]) == ("FORMAL", "FARMER", "NORMAL")
    assert (first["lost_contact"], first["floating"], first["transfer_in_progress"]) == (False, False, False)
    assert (first["real_name_status"], first["version"], first["photo_key"]) == ("UNVERIFIED", 1, None)


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ";"), ("utf-8-sig", ","), ("utf-8-sig", "\t"), ("gb18030", ","), ("utf-16", "\t")],
)
def test_encoding_and_delimiter_are_found_out(register: Register, file: Write, encoding: str, delimiter: str) -> None:
    assert run(file(csv_bytes(good_table(2), encoding, delimiter))).exit_code == 0

    assert [member["name"] for member in register.members()] == ["张建国", "张建国"]


def test_columns_have_english_names_too_in_any_order(register: Register, file: Write) -> None:
    table = [row[::-1] for row in ([name.replace("_", " ") for name in ENGLISH], good_row(0))]
    table[0][3] = " Lost_Contact * "

    assert run(file(csv_bytes(table))).exit_code == 0
    assert register.members()[0]["home_address"] == "某镇某村1号"


def test_gender_and_birth_date_come_from_the_identity_number_when_absent(register: Register, file: Write) -> None:
    without = [index for index, name in enumerate(GOOD) if name not in ("性别", "出生日期")]
    table = [[row[index] for index in without] for row in good_table(1)]

    assert run(file(csv_bytes(table))).exit_code == 0
    assert (register.members()[0]["gender"], register.members()[0]["birth_date"]) == ("MALE", date(1990, 1, 1))


SPELLINGS = [
    ("性别", "1", "gender", "MALE"),
    ("性别", "male", "gender", "MALE"),
    ("民族", "汉", "ethnicity", "HAN"),
    ("民族", "HAN", "ethnicity", "HAN"),
    ("民族", "01", "ethnicity", "HAN"),
    ("民族", "1", "ethnicity", "HAN"),
    ("民族", "其他", "ethnicity", "OTHER"),
    ("学历", "大专", "education", "JUNIOR_COLLEGE"),
    ("学历", "21", "education", "BACHELOR"),
    ("人员类别", "正式", "category", "FORMAL"),
    ("出生日期", "1990/1/1", "birth_date", date(1990, 1, 1)),
    ("出生日期", "19900101", "birth_date", date(1990, 1, 1)),
    ("出生日期", "1990年1月1日", "birth_date", date(1990, 1, 1)),
    ("出生日期", "1990.01.01", "birth_date", date(1990, 1, 1)),
    ("出生日期", "1990-01-01 00:00:00", "birth_date", date(1990, 1, 1)),
    ("出生日期", "", "birth_date", date(1990, 1, 1)),
    ("是否流动党员", "FALSE", "floating", False),
    ("是否流动党员", "0", "floating", False),
    ("联系电话", "１３８００１３８０００", "phone", "13800138000"),
    ("联系电话", "0531-86912345\t", "phone", "0531-86912345"),
    ("姓名", "\u3000张三 ", "name", "张三"),
    ("家庭住址", '=HYPERLINK("x")', "home_address", '=HYPERLINK("x")'),
    ("家庭住址", "+86", "home_address", "+86"),
    ("所在党支部", "某厂党支部", "branch_id", SECOND_BRANCH),
    ("所在党支部", encoded("Organization", SECOND_BRANCH), "branch_id", SECOND_BRANCH),
]


def test_every_accepted_spelling_means_its_value(register: Register, file: Write) -> None:
    rows = [good_row(order, **{column: written}) for order, (column, written, _, _) in enumerate(SPELLINGS)]

    assert run(file(csv_bytes([list(GOOD), *rows]))).exit_code == 0
    saved = [member[field] for member, (_, _, field, _) in zip(register.members(), SPELLINGS, strict=True)]
    assert saved == [meant for *_, meant in SPELLINGS]


@pytest.mark.parametrize("codes", CodeList.__subclasses__(), ids=lambda codes: str(codes.__name__))
def test_no_spelling_stands_for_two_codes(codes: type[CodeList]) -> None:
    spellings = codes_by_spelling(codes)

    for code in codes:
        for spelling in filter(None, (code.chinese, code.value, code.standard_code)):
            assert spellings[spelling.casefold()] is code


def test_a_lower_case_x_is_saved_as_a_capital(register: Register, file: Write) -> None:
    order = next(order for order in range(400) if identity_number(order).endswith("X"))

    assert run(file(csv_bytes([list(GOOD), good_row(0, 公民身份证号=identity_number(order).lower())]))).exit_code == 0
    assert register.members()[0]["identity_number"] == identity_number(order)


def test_a_workbook_may_hold_real_dates_numbers_and_truths(register: Register, tmp_path: Path) -> None:
    cells: dict[str, object] = {
        "出生日期": date(1990, 1, 1),
        "加入党组织日期": datetime(2012, 7, 1),  # noqa: DTZ001 - a cell has no time zone
        "转正日期": 20130701,
        "所在党支部": FIRST_BRANCH,
        "联系电话": 13800138000,
        "民族": 1,
        "是否流动党员": False,
        "家庭住址": "=1+1",
    }
    row: dict[str, object] = {**dict(zip(GOOD, good_row(0), strict=True)), **cells}
    write_xlsx(tmp_path / "members.xlsx", [list(row), list(row.values())])

    assert run(tmp_path / "members.xlsx").exit_code == 0
    (saved,) = register.members()
    assert (saved["joined_on"], saved["formal_on"]) == (date(2012, 7, 1), date(2013, 7, 1))
    assert (saved["phone"], saved["home_address"], saved["branch_id"]) == ("13800138000", "=1+1", FIRST_BRANCH)


def test_a_worksheet_is_chosen_by_name(register: Register, tmp_path: Path) -> None:
    path = tmp_path / "members.xlsx"
    write_xlsx(path, good_table(1), sheet="党员")

    assert run(path, "--json").failure == "FILE_EMPTY"
    assert run(path, "--sheet", "没有", "--json").failure == "SHEET_NOT_FOUND"
    assert run(path, "--sheet", "党员").exit_code == 0
    assert register.count() == 1


# -- what is refused

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
    good = next(row for order in range(100) if (row := good_row(order))[list(GOOD).index("公民身份证号")].isdigit())
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


DOCUMENTATION = Path(__file__).parents[2] / "docs" / "import-members.md"


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


# -- what happens meanwhile


def an_import(path: Path, writing: MemberWriting) -> MemberImport:
    # The file is read through here, so that it can be closed.
    with open_sheet(path) as sheet:
        job = MemberImport(sheet, writing, RowErrors(), date(2026, 3, 1), lambda *_: None)
        job.check()
    return job


def codes_of(job: MemberImport) -> list[str]:
    return [error.problem.code for error in job.errors.first]


def wait_until_somebody_waits_for_a_lock(register: Register) -> None:
    with register.engine.connect() as connection:
        waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        deadline = datetime.now().astimezone() + timedelta(seconds=10)
        while not connection.scalar(waiting):
            assert datetime.now().astimezone() < deadline


def test_of_two_imports_of_one_person_the_second_finds_a_duplicate(register: Register, file: Write) -> None:
    path = file(csv_bytes(good_table(1)))

    def import_second() -> list[str]:
        with member_writing(register.url) as writing:
            return codes_of(an_import(path, writing))

    with ThreadPoolExecutor(1) as other, member_writing(register.url) as writing:
        first = an_import(path, writing)
        second = other.submit(import_second)
        wait_until_somebody_waits_for_a_lock(register)
        first.save()
        writing.commit()
        assert codes_of(first) == []
        assert second.result() == ["DUPLICATE_IDENTITY_NUMBER"]
    assert register.count() == 1


def test_a_branch_cannot_move_from_when_its_path_is_read(register: Register, file: Write) -> None:
    with member_writing(register.url) as writing:
        an_import(file(csv_bytes(good_table(1))), writing)
        writing.hold_branches()
        with pytest.raises(OperationalError, match="lock timeout"):
            register.execute("SET LOCAL lock_timeout = '50ms'; UPDATE organizations SET path = '1/9/3/' WHERE id = 3")


def test_a_branch_that_moved_before_gives_its_new_path(register: Register, file: Write) -> None:
    with member_writing(register.url) as writing:
        job = an_import(file(csv_bytes(good_table(1))), writing)
        register.execute("UPDATE organizations SET path = '1/9/3/' WHERE id = 3")
        job.save()
        writing.commit()
    assert register.members()[0]["org_path"] == "1/9/3/"


def test_a_branch_that_ceased_to_be_one_meanwhile_keeps_all_out(register: Register, file: Write) -> None:
    with member_writing(register.url) as writing:
        job = an_import(file(csv_bytes(good_table(2))), writing)
        register.execute("UPDATE organizations SET kind = 'GENERAL_BRANCH' WHERE id = 3")
        job.save()
        writing.commit()
    assert codes_of(job) == ["BRANCH_NOT_FOUND", "BRANCH_NOT_FOUND"]
    assert register.count() == 0


def test_an_interrupt_while_saving_saves_nothing(
    register: Register, file: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_rows = MemberWriting._insert_rows

    def save_and_interrupt(writing: MemberWriting, after: int, until: int) -> int:
        save_rows(writing, after, until)
        raise KeyboardInterrupt

    monkeypatch.setattr(MemberWriting, "_insert_rows", save_and_interrupt)

    outcome = run(file(csv_bytes(good_table(10))))

    assert (outcome.exit_code, outcome.stderr) == (130, "Interrupted: nothing was saved.\n")
    assert register.count() == 0


def test_a_failing_database_is_one_sentence_without_values(register: Register, file: Write) -> None:
    register.execute("ALTER TABLE members ADD CONSTRAINT refuse CHECK (phone <> '13800138000')")

    outcome = run(file(csv_bytes(good_table(1))))

    assert outcome.exit_code == 1
    assert outcome.stderr == "The database failed (SQLSTATE 23514): nothing was saved. Try again later.\n"
    assert register.count() == 0


def test_rows_are_saved_in_pieces_without_losing_any(register: Register, file: Write) -> None:
    with member_writing(register.url) as writing:
        job = an_import(file(csv_bytes(good_table(7))), writing)
        writing.hold_branches()
        assert list(writing.save_staged(8, rows_at_a_time=3)) == [2, 5, 7]
        writing.commit()
    assert job.rows == 7
    assert [member["identity_number"] for member in register.members()] == [identity_number(n) for n in range(7)]
