"""导入校验: what is wrong with imported members, and with others because of them, is known once they are there."""

import asyncio
import csv
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text

from domain.clock import system_clock, today
from domain.codes import OrganizationKind
from domain.synthetic.member import SyntheticMember
from domain.synthetic.province import Province
from domain.validation import Facts, broken_rules
from server.checking import Checking
from server.importing.member_import import MemberImport
from sheets.opening import open_sheet
from sheets.row_errors import RowErrors
from storage.engine import Database, connect
from storage.member_changing import change_member
from storage.member_writing import MemberWriting, member_writing
from storage.models import Member, Organization
from storage.statements import Statement
from tests.asking import AUDIT_KEY
from tests.domain.synthetic.test_province import made
from tests.server.importing.tables import GOOD, csv_bytes, good_row, run
from tests.waiting import superuser_of, until_blocked

COLUMNS = [name for name in Facts._fields if name not in ("is_in_branch", "number_holders", "phone_holders")]
Results = set[tuple[int, str]]


@dataclass
class Imports:
    """A province of 2,000 members that was checked whole, and a folder for files."""

    url: str
    folder: Path

    def execute(self, statement: str) -> list[Any]:
        engine = create_engine(self.url)
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            rows = list(result) if result.returns_rows else []
        engine.dispose()
        return rows

    def file(self, rows: list[list[str]]) -> Path:
        path = self.folder / "members.csv"
        path.write_bytes(csv_bytes([list(GOOD), *rows]))
        return path

    def import_what_can_be(self, rows: list[list[str]]) -> int:
        """Without the rows that the saving rules refuse; how many there were."""
        errors = self.folder / "errors.csv"
        if run(self.file(rows), "--errors", errors).exit_code:
            with errors.open(encoding="utf-8-sig") as file:
                refused = {int(row[0]) for row in list(csv.reader(file))[1:]}
            rows = [row for number, row in enumerate(rows, 2) if number not in refused]
            assert run(self.file(rows)).exit_code == 0
        return len(rows)

    def found(self) -> Results:
        return {(row[0], row[1]) for row in self.execute("SELECT member_id, rule FROM validation_results")}

    def broken(self, day: date) -> Results:
        """By every member of the register, counted in plain Python."""
        engine = create_engine(self.url)
        with engine.connect() as connection:
            columns = [getattr(Member, name) for name in COLUMNS]
            of_branch = Organization.kind == OrganizationKind.BRANCH.value
            joined = select(*columns, of_branch).join(Organization, Organization.id == Member.branch_id)
            rows = [dict(zip([*COLUMNS, "is_in_branch"], row, strict=True)) for row in connection.execute(joined)]
        engine.dispose()
        numbers, phones = (Counter(row[name] for row in rows) for name in ("identity_number", "phone"))
        members = [
            Facts(**row, number_holders=numbers[row["identity_number"]], phone_holders=phones[row["phone"]])
            for row in rows
        ]
        return {(member.id, rule.code) for member in members for rule in broken_rules(member, day)}


async def check_whole(url: str) -> None:
    async with connect(url, connections=4, audit_key=AUDIT_KEY) as database:
        checking = Checking(database, system_clock)
        await checking.start_of_all()
        await checking.run(await database.number(Statement("SELECT max(id) FROM checks", {})))


@pytest.fixture
def imports(own_province_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Imports:
    monkeypatch.setenv("DATABASE_URL", own_province_url)
    imports = Imports(own_province_url, tmp_path)
    sharing = "UPDATE members SET phone = '{}' WHERE id IN (SELECT id FROM members ORDER BY id OFFSET {} LIMIT {})"
    for phone, (first, members) in {"13911110001": (0, 1), "13911110003": (10, 3), "13911110012": (20, 12)}.items():
        imports.execute(sharing.format(phone, first, members))
    return imports


def row_of(member: SyntheticMember, branch: int, **changes: str) -> list[str]:
    """As a sheet has it: what is missing is an empty cell."""
    values = {
        "姓名": member.name.text,
        "公民身份证号": member.identity_number,
        "性别": member.gender,
        "民族": member.ethnicity,
        "出生日期": member.birth_date,
        "学历": member.education,
        "人员类别": member.category,
        "所在党支部": branch,
        "加入党组织日期": member.joined_on,
        "转正日期": member.formal_on,
        "工作岗位": member.work_position,
        "联系电话": member.phone,
        "家庭住址": member.home_address,
        "党籍状态": member.status,
        "是否为失联党员": "是" if member.lost_contact else "否",
        "失联日期": member.lost_contact_since,
        "是否流动党员": "是" if member.floating else "否",
        "流动方向": member.floating_direction,
    } | changes
    return ["" if value is None else str(getattr(value, "value", value)) for value in values.values()]


def test_an_import_finds_what_is_wrong_with_the_new_and_with_those_who_share_with_them(imports: Imports) -> None:
    day = today(system_clock)
    asyncio.run(check_whole(imports.url))
    before = imports.found()
    assert before == imports.broken(day)
    branches = [row[0] for row in imports.execute("SELECT id FROM organizations WHERE kind = 'BRANCH' ORDER BY id")]
    members = made(Province(1_500, seed=5, day=day)).members
    rows = [row_of(member, branches[number % len(branches)]) for number, member in enumerate(members)]
    shared = {"13911110001": 20, "13911110003": 1, "13911110012": 2, "13911119999": 5, "13911119998": 3}
    phones = [phone for phone, sharers in shared.items() for _ in range(sharers)]
    sound = [row for row, member in zip(rows, members, strict=True) if member.phone and member.joined_on]
    for row, phone in zip(sound[:: len(sound) // len(phones)], phones, strict=False):
        row[list(GOOD).index("联系电话")] = phone

    imported = imports.import_what_can_be(rows)

    assert imported > 1_000
    assert imports.found() == imports.broken(day)
    newest = imports.execute(f"SELECT id FROM members ORDER BY id DESC LIMIT {imported}")
    new = {row[0] for row in newest}
    added = imports.found() - before
    of_old = {(member_id, rule) for member_id, rule in added if member_id not in new}
    sharing = imports.execute("SELECT id FROM members WHERE phone IN ('13911110001', '13911110003')")
    assert of_old >= {(row[0], "PHONE_SHARED") for row in sharing if row[0] not in new}
    assert {rule for _, rule in of_old} == {"PHONE_SHARED"}
    kinds = {rule for member_id, rule in added if member_id in new}
    assert {"PHONE_SHARED", "JOINED_UNDER_18", "ID_INVALID", "NAME_SUSPICIOUS", "GENDER_ID_MISMATCH"} <= kinds


def test_a_rule_that_is_off_finds_nobody(imports: Imports, monkeypatch: pytest.MonkeyPatch) -> None:
    off = ("PHOTO_MISSING", "PHONE_SHARED", "ID_DUPLICATE")
    changes = ", ".join(f'"{rule}": {{"quality": null, "special": null}}' for rule in off)
    monkeypatch.setenv("DENGTA_SEVERITIES", f"{{{changes}}}")
    branch = imports.execute("SELECT id FROM organizations WHERE kind = 'BRANCH' LIMIT 1")[0][0]
    assert run(imports.file([good_row(n, 所在党支部=str(branch)) for n in range(6)])).exit_code == 0
    assert Counter(rule for _, rule in imports.found()) == {"NOT_REAL_NAME_VERIFIED": 6}


def test_a_dry_run_leaves_no_results(imports: Imports) -> None:
    branch = imports.execute("SELECT id FROM organizations WHERE kind = 'BRANCH' LIMIT 1")[0][0]
    assert run(imports.file([good_row(1, 所在党支部=str(branch))]), "--dry-run").exit_code == 0
    assert imports.found() == set()


# -- at the same moment


def prepared(imports: Imports, writing: MemberWriting, phone: str) -> MemberImport:
    """One member with the phone, checked and not saved."""
    branch = imports.execute("SELECT id FROM organizations WHERE kind = 'BRANCH' LIMIT 1")[0][0]
    with open_sheet(imports.file([good_row(1, 所在党支部=str(branch), 联系电话=phone)])) as sheet:
        job = MemberImport(sheet, writing, RowErrors(), today(system_clock), lambda *_: None)
        job.check()
    assert job.errors.count == 0
    return job


async def sharers(database: Database) -> int:
    return await database.number(Statement("SELECT count(*) FROM validation_results WHERE rule = 'PHONE_SHARED'", {}))


async def takes(database: Database, member_id: int, phone: str) -> None:
    async with database.writing() as session:
        await change_member(session, member_id, {"phone": phone}, system_clock())


def two_sound_members(imports: Imports) -> tuple[int, int]:
    first, second = imports.execute("SELECT id FROM members ORDER BY id DESC LIMIT 2")
    return first[0], second[0]


async def test_a_save_waits_for_an_import_and_counts_its_members(imports: Imports) -> None:
    first, second = two_sound_members(imports)
    async with (
        connect(imports.url, connections=8, audit_key=AUDIT_KEY) as database,
        superuser_of(imports.url) as watching,
    ):
        for holder in (first, second):
            await takes(database, holder, "13922220000")
        third = imports.execute("SELECT id FROM members ORDER BY id LIMIT 1")[0][0]
        with member_writing(imports.url) as writing:
            job = prepared(imports, writing, "13922220000")
            job.save()
            saving = asyncio.create_task(takes(database, third, "13922220000"))
            await until_blocked(watching, 1)
            writing.commit()
        await saving
        assert await sharers(database) == 4


async def test_an_import_waits_for_a_save_and_counts_its_member(imports: Imports) -> None:
    first, second = two_sound_members(imports)
    async with (
        connect(imports.url, connections=8, audit_key=AUDIT_KEY) as database,
        superuser_of(imports.url) as watching,
    ):
        for holder in (first, second):
            await takes(database, holder, "13922220000")
        third = imports.execute("SELECT id FROM members ORDER BY id LIMIT 1")[0][0]
        with member_writing(imports.url) as writing:
            job = prepared(imports, writing, "13922220000")
            async with database.writing() as session:
                await change_member(session, third, {"phone": "13922220000"}, system_clock())
                importing = asyncio.create_task(asyncio.to_thread(job.save))
                await until_blocked(watching, 1)
            await importing
            writing.commit()
        assert await sharers(database) == 4
