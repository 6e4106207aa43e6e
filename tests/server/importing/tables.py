"""Tables of members to import, a register to import them into, and the command as a user runs it."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import typer
import xlsxwriter  # type: ignore[import-untyped]  # it has no stubs
from sqlalchemy import Engine, RowMapping, create_engine, text
from typer.testing import CliRunner

from domain.identity_numbers import check_character
from server.cli.import_members import import_members

Write = Callable[[bytes], Path]
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
