"""Files of accounts over GraphQL: all of their rows, or none and everything that is wrong."""

import asyncio
import io
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from sqlalchemy import func, select, update

from auth.actor import Role
from domain.codes import OrganizationKind
from domain.records import OrganizationRecord
from storage.engine import Database, connect
from storage.models import Account, ActivationCode, AuditEntry, Message, Organization
from tests.accounts import OPEN, SecurityOffice, global_id, somebody
from tests.asking import AUDIT_KEY, Api
from tests.oracle import Register
from tests.server.importing.tables import csv_bytes, write_xlsx

IMPORT = """mutation ($input: ImportAccountsInput!) { importAccounts(input: $input) {
  rows saved rowErrorCount rowErrors { row column code message } errors { code path message } } }"""
HEADER = ["姓名", "公民身份证号", "手机号", "所管理组织", "角色"]

Table = Sequence[Sequence[str]]


@pytest.fixture(scope="module")
async def own_api(clone: Callable[[str], str], province_template: str) -> AsyncIterator[Api]:
    database = connect(clone(province_template), connections=20, audit_key=AUDIT_KEY)
    application = Api(database)
    yield application
    await application.http.aclose()
    await database.close()


@pytest.fixture
def office(own_api: Api, county: OrganizationRecord) -> SecurityOffice:
    return SecurityOffice(own_api, county)


def row_for(organization: OrganizationRecord, **changes: str) -> list[str]:
    person = somebody()
    row = {
        "姓名": person["name"],
        "公民身份证号": person["identityNumber"],
        "手机号": person["phone"],
        "所管理组织": organization.division_code or str(organization.id),
        "角色": "管理员",
    }
    return list((row | changes).values())


async def imported(office: SecurityOffice, content: bytes, *, dry_run: bool = False) -> dict[str, Any]:
    file = {"name": "accounts", "content": b64encode(content).decode()}
    answer = await office.officer.ask(IMPORT, {"input": {"file": file, "dryRun": dry_run}})
    payload: dict[str, Any] = answer["importAccounts"]
    return payload


def errors_of(payload: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(error["row"], error["column"], error["code"]) for error in payload["rowErrors"]]


async def count_of(database: Database, table: Any) -> int:
    return await database.number(select(func.count()).select_from(table))


async def test_a_file_opens_all_its_accounts(
    office: SecurityOffice, register: Register, county: OrganizationRecord
) -> None:
    branches = [o for o in register.of_kind(OrganizationKind.BRANCH) if o.path.startswith(county.path)]
    rows = [
        row_for(county),
        row_for(county, 角色="安全员"),
        row_for(branches[0], 角色="AUDITOR"),
        row_for(branches[1], 所管理组织=global_id(branches[1])),
    ]
    payload = await imported(office, csv_bytes([HEADER, *rows]))
    assert payload == {"rows": 4, "saved": 4, "rowErrorCount": 0, "rowErrors": [], "errors": []}
    for row, role, managed in zip(
        rows,
        ("ADMINISTRATOR", "SECURITY_OFFICER", "AUDITOR", "ADMINISTRATOR"),
        (county, county, branches[0], branches[1]),
        strict=True,
    ):
        found = await office.officer.ask(
            "query ($p: String!) { accounts(where: {phone: {exact: $p}}) { nodes { id role state organization { id } } } }",
            {"p": row[2]},
        )
        [node] = found["accounts"]["nodes"]
        assert (node["role"], node["state"]) == (role, "INVITED")
        assert node["organization"]["id"] == global_id(managed)
        assert [operation for operation, _ in await office.entries(node["id"])] == ["importAccounts"]
        assert len(await office.messages_to(row[2])) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_csv_is_read_in_the_encodings_of_spreadsheets(
    office: SecurityOffice, county: OrganizationRecord, encoding: str
) -> None:
    payload = await imported(office, csv_bytes([HEADER, row_for(county)], encoding))
    assert (payload["saved"], payload["rowErrors"], payload["errors"]) == (1, [], [])


async def test_xlsx_is_read(office: SecurityOffice, county: OrganizationRecord, tmp_path: Path) -> None:
    write_xlsx(tmp_path / "accounts.xlsx", [HEADER, row_for(county), row_for(county)])
    payload = await imported(office, (tmp_path / "accounts.xlsx").read_bytes())
    assert (payload["saved"], payload["rowErrors"], payload["errors"]) == (2, [], [])


async def test_english_columns_in_any_order_will_do(office: SecurityOffice, county: OrganizationRecord) -> None:
    name, identity_number, phone, managed, _ = row_for(county)
    table = [
        ["role", "organization", "Identity Number", "phone", "name"],
        ["auditor", managed, identity_number, phone, name],
    ]
    assert (await imported(office, csv_bytes(table)))["saved"] == 1


async def test_a_dry_run_saves_nothing(office: SecurityOffice, county: OrganizationRecord) -> None:
    before = await count_of(office.database, Account)
    payload = await imported(office, csv_bytes([HEADER, row_for(county)]), dry_run=True)
    assert payload == {"rows": 1, "saved": 0, "rowErrorCount": 0, "rowErrors": [], "errors": []}
    assert await count_of(office.database, Account) == before


async def test_every_error_is_said_with_row_and_column_and_nothing_is_saved(
    office: SecurityOffice, register: Register, county: OrganizationRecord
) -> None:
    elsewhere = next(o for o in register.of_kind(OrganizationKind.COUNTY) if o.id != county.id)
    held = await office.opens()
    first = row_for(county)
    table = table_of_bad_rows(county, elsewhere, held, first)
    before = [await count_of(office.database, kind) for kind in (Account, Message, ActivationCode, AuditEntry)]
    payload = await imported(office, csv_bytes(table))
    assert payload["saved"] == 0
    assert payload["rows"] == 10
    assert errors_of(payload) == [
        (3, "姓名", "NAME_INVALID"),
        (4, "公民身份证号", "IDENTITY_NUMBER_INVALID"),
        (4, "手机号", "PHONE_INVALID"),
        (5, "角色", "CODE_UNKNOWN"),
        (6, "角色", "ROLE_INVALID"),
        (7, "所管理组织", "ORGANIZATION_NOT_FOUND"),
        (8, "公民身份证号", "PERSON_HOLDS_ACCOUNT"),
        (8, "手机号", "PHONE_IN_USE"),
        (9, "公民身份证号", "REPEATED_IN_FILE"),
        (9, "手机号", "REPEATED_IN_FILE"),
        (10, "公民身份证号", "IDENTITY_NUMBER_AS_NUMBER"),
        (11, "", "CELL_WITHOUT_COLUMN"),
    ]
    assert payload["rowErrorCount"] == 12
    assert held["identityNumber"] not in str(payload)
    after = [await count_of(office.database, kind) for kind in (Account, Message, ActivationCode, AuditEntry)]
    assert after == before


def table_of_bad_rows(
    county: OrganizationRecord, elsewhere: OrganizationRecord, held: dict[str, Any], first: list[str]
) -> list[list[str]]:
    return [
        HEADER,
        first,
        row_for(county, 姓名=""),
        row_for(county, 公民身份证号="1", 手机号="1"),
        row_for(county, 角色="书记"),
        row_for(county, 角色="合作系统"),
        row_for(county, 所管理组织=str(elsewhere.id)),
        row_for(county, 公民身份证号=held["identityNumber"], 手机号=held["phone"]),
        row_for(county, 公民身份证号=first[1], 手机号=first[2]),
        row_for(county, 公民身份证号="3.70102E+17"),
        [*row_for(county), "错位"],
    ]


async def test_a_name_that_several_organisations_have_is_refused(
    office: SecurityOffice, register: Register, county: OrganizationRecord
) -> None:
    below = [o for o in register.organizations.values() if o.path.startswith(county.path)]
    names = Counter(o.name for o in below)
    once, one, other = [o for o in below if names[o.name] == 1 and o.kind == "BRANCH"][:3]
    payload = await imported(office, csv_bytes([HEADER, row_for(once, 所管理组织=once.name)]))
    assert payload["saved"] == 1
    async with office.database.writing() as session:
        namesakes = update(Organization).where(Organization.id == one.id).values(name=other.name)
        assert await session.execute(namesakes) == 1
    payload = await imported(office, csv_bytes([HEADER, row_for(county, 所管理组织=other.name)]))
    assert errors_of(payload) == [(2, "所管理组织", "ORGANIZATION_AMBIGUOUS")]
    assert payload["saved"] == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FILE_EMPTY"),
        (csv_bytes([HEADER]), "FILE_EMPTY"),
        (csv_bytes([["姓名", "手机号", "备注"], ["a", "b", "c"]]), "COLUMNS_UNCLEAR"),
        (csv_bytes([["a", "b"], ["c", "d"]]), "HEADER_MISSING"),
        (b"\xff\xff\xff\xff", "FILE_UNREADABLE"),
        (b"PK\x03\x04 but no workbook", "FILE_UNREADABLE"),
        (csv_bytes([HEADER, *([["x"] * 5] * 5_001)]), "FILE_TOO_LARGE"),
    ],
)
async def test_a_file_that_cannot_be_used_is_an_error_of_the_file(
    office: SecurityOffice, content: bytes, code: str
) -> None:
    payload = await imported(office, content)
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [(code, ["file"])]
    assert payload["saved"] == payload["rows"] == 0


async def test_a_workbook_that_unpacks_to_far_more_is_refused(office: SecurityOffice) -> None:
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b" " * (65 * 1024 * 1024))
    payload = await imported(office, packed.getvalue())
    assert [error["code"] for error in payload["errors"]] == ["FILE_TOO_LARGE"]


async def test_what_is_no_base64_is_refused(office: SecurityOffice) -> None:
    answer = await office.officer.ask(IMPORT, {"input": {"file": {"name": "a", "content": "no base64!"}}})
    assert [(e["code"], e["path"]) for e in answer["importAccounts"]["errors"]] == [
        ("FILE_UNREADABLE", ["file", "content"])
    ]


async def test_of_the_same_file_sent_sixteen_times_at_once_one_is_taken(
    office: SecurityOffice, county: OrganizationRecord
) -> None:
    content = csv_bytes([HEADER, *(row_for(county) for _ in range(20))])
    payloads = await asyncio.gather(*(imported(office, content) for _ in range(16)))
    assert sorted(payload["saved"] for payload in payloads) == [*[0] * 15, 20]
    for payload in payloads:
        if not payload["saved"]:
            assert {code for _, _, code in errors_of(payload)} == {"PERSON_HOLDS_ACCOUNT", "PHONE_IN_USE"}


async def test_five_thousand_rows_are_taken_in_one_go(office: SecurityOffice, county: OrganizationRecord) -> None:
    content = csv_bytes([HEADER, *(row_for(county) for _ in range(5_000))])
    payload = await imported(office, content)
    assert (payload["saved"], payload["rowErrors"], payload["errors"]) == (5_000, [], [])


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
async def test_only_security_officers_import(office: SecurityOffice, county: OrganizationRecord, role: Role) -> None:
    file = {"name": "a", "content": ""}
    error = await office.api.as_(county, role).refused(IMPORT, {"input": {"file": file}})
    assert error["extensions"]["fields"] == ["Mutation.importAccounts"]


async def test_opened_singly_or_by_file_an_account_is_the_same(
    office: SecurityOffice, county: OrganizationRecord
) -> None:
    row = row_for(county)
    assert (await imported(office, csv_bytes([HEADER, row])))["saved"] == 1
    draft = office.draft(identityNumber=row[1], phone=row[2])
    payload = (await office.officer.ask(OPEN, {"input": draft}))["openAccount"]
    assert [error["code"] for error in payload["errors"]] == ["PERSON_HOLDS_ACCOUNT", "PHONE_IN_USE"]
