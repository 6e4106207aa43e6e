"""What a good file becomes in the register."""

from datetime import date, datetime
from pathlib import Path

import pytest

from domain.codes import CodeList
from schema.identifiers import encoded
from sheets.code_spellings import codes_by_spelling
from tests.server.importing.tables import (
    ENGLISH,
    FIRST_BRANCH,
    GOOD,
    SECOND_BRANCH,
    Register,
    Write,
    csv_bytes,
    good_row,
    good_table,
    identity_number,
    run,
    write_xlsx,
)


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
