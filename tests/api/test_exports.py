"""导出: the file holds what the screen shows, cell by cell."""

from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

import pytest
from sqlalchemy import create_engine, text

from domain.codes import HistoryKind
from domain.records import OrganizationRecord
from resolvers import export_rows
from schema.identifiers import number_of
from server import exporting as exporting_module
from storage.engine import connect
from storage.history_members import Departure, archive_member
from tests.api.random_queries import MEMBER_FILTERS
from tests.api.test_masked_answers import ask_for
from tests.asking import AUDIT_KEY, Api
from tests.exported import (
    BOM,
    HISTORY,
    MEMBERS,
    READ,
    asked,
    columns_of,
    downloaded,
    exporting_of,
    fetched,
    opened_workbook,
    started,
    wanted,
)
from tests.exporting import ALL, FORMATS, LARGE, TIERS, Places, answers, somebody, written
from tests.oracle import Register
from tests.set_clock import SetClock


@pytest.mark.parametrize("written_as", FORMATS)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("place", TIERS)
@pytest.mark.parametrize("size", ["small", "large"])
async def test_each_cell_is_what_the_screen_shows(
    small: Api, large: Api, places: Places, size: str, place: str, language: str, written_as: str
) -> None:
    """Below county tier personal values are masked."""
    caller = somebody({"small": small, "large": large}[size], places[place], language)
    nodes = await answers(caller, ALL)
    assert len(nodes) > 1
    export = await written(caller, format=written_as, columns=ALL)
    assert (export["isJob"], export["rowsTotal"], export["percent"]) == (size == "large", len(nodes), 100)
    file = await downloaded(caller, export)
    as_text = written_as == "CSV"
    assert file.rows == [wanted("Member", ALL, node, language, as_text=as_text) for node in nodes]


async def test_the_header_is_in_the_language_of_who_asked(small: Api, county: OrganizationRecord) -> None:
    columns = ["NAME", "IDENTITY_NUMBER", "BRANCH", "JOINED_ON", "LOST_CONTACT"]
    for language, header in (
        ("zh", ["姓名", "公民身份证号", "所在党支部", "加入党组织日期", "是否为失联党员"]),
        ("en", ["Name", "Identity number", "Branch", "Joined on", "Lost contact"]),
    ):
        for written_as in FORMATS:
            caller = somebody(small, county, language)
            assert (
                await downloaded(caller, await started(caller, format=written_as, columns=columns))
            ).header == header


@pytest.mark.parametrize("order", ["[]", "[{field: BIRTH_DATE, direction: DESC}, {field: NAME}]", "[{field: PHONE}]"])
@pytest.mark.parametrize("where", MEMBER_FILTERS)
async def test_the_rows_are_those_of_the_list_in_its_order(
    large: Api, county: OrganizationRecord, where: str, order: str
) -> None:
    caller = somebody(large, county)
    nodes = await answers(caller, ["ID"], arguments=f", where: {where}, orderBy: {order}")
    query = f"mutation {{ exportMembers(input: {{where: {where}, orderBy: {order}, columns: [ID], format: CSV}}) {{ export {{ id isJob }} }} }}"
    export = (await caller.ask(query))["exportMembers"]["export"]
    if export["isJob"]:
        await exporting_of(large).run(number_of("Export", export["id"]))
    found = (await caller.ask(READ, {"id": export["id"]}))["export"]
    assert [row[0] for row in (await downloaded(caller, found)).rows] == [node["id"] for node in nodes]


@pytest.mark.parametrize("written_as", FORMATS)
async def test_who_has_left_is_exported_too(
    own_province_url: str, county: OrganizationRecord, register: Register, clock: SetClock, written_as: str
) -> None:
    columns = columns_of("HistoryMember")
    async with connect(own_province_url, connections=8, audit_key=AUDIT_KEY) as database:
        api = Api(database, clock=clock, exports=LARGE)
        for member in register.members_in(county)[:7]:
            request = await ask_for(api, member)
            async with database.writing() as session:
                await archive_member(session, member.id, Departure(HistoryKind.OTHER, clock(), "=1+1", request))
            clock.pass_(minutes=1)
        caller = somebody(api, county, "zh")
        where = {"name": {"fuzzy": register.members_in(county)[0].name[0]}}
        for given, arguments in (
            ({}, ""),
            ({"where": where}, f', where: {{name: {{fuzzy: "{where["name"]["fuzzy"]}"}}}}'),
        ):
            nodes = await answers(caller, columns, "historyMembers", arguments)
            assert nodes
            export = await written(caller, HISTORY, format=written_as, columns=columns, **given)
            rows = (await downloaded(caller, export)).rows
            as_text = written_as == "CSV"
            assert rows == [wanted("HistoryMember", columns, node, "zh", as_text=as_text) for node in nodes]


async def test_a_csv_file_opens_in_excel_and_wps(small: Api, county: OrganizationRecord) -> None:
    caller = somebody(small, county, "zh")
    response = await fetched(caller, (await started(caller, format="CSV", columns=["NAME", "IDENTITY_NUMBER"]))["url"])
    assert response.content.startswith(BOM + "姓名,公民身份证号\r\n".encode())
    lines = response.content.decode("utf-8-sig").split("\r\n")
    assert lines[-1] == ""
    numbers = [line.partition(",")[2] for line in lines[1:-1]]
    assert {len(number.removesuffix("\t")) for number in numbers} == {18}
    assert all(number.endswith("\t") is not number.endswith("X") for number in numbers)
    wanted_headers = {
        "content-type": "text/csv; charset=utf-8",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, no-store",
        "content-length": str(len(response.content)),
    }
    assert {name: response.headers[name] for name in wanted_headers} == wanted_headers
    assert unquote(response.headers["content-disposition"].partition("UTF-8''")[2]) == "党员 2026-11-23 1200.csv"


DANGEROUS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠a",
    " =1+1",
    "\u200b=1+1",
    "\n=1",
]
HARMLESS = [
    "张=建国",
    "a-b",
    "0531",
    "2024-02-29",
    "1e5",
    "12.5%",
    "１２３",
    '引"号,逗号',
    "两\n行",
    "'a",
    "a\t",
    "·张",
]


async def test_no_cell_is_a_formula_and_each_is_read_back_as_it_was(
    own_province_url: str, branch: OrganizationRecord, register: Register, clock: SetClock
) -> None:
    texts = [*DANGEROUS, *HARMLESS]
    members = [m for m in register.members if m.org_path.startswith(branch.path[: branch.path.index("/", 4) + 1])]
    members = sorted(register.members, key=lambda member: member.id)[: len(texts)]
    engine = create_engine(own_province_url)
    with engine.begin() as connection:
        for member, address in zip(members, texts, strict=True):
            given = {"address": address, "id": member.id}
            connection.execute(text("UPDATE members SET home_address = :address WHERE id = :id"), given)
    engine.dispose()
    top = next(o for o in register.organizations.values() if o.parent_id is None)
    async with connect(own_province_url, connections=8, audit_key=AUDIT_KEY) as database:
        caller = somebody(Api(database, clock=clock), top)
        for written_as in FORMATS:
            where = {"or": [{"homeAddress": {"exact": each}} for each in texts]}
            export = await started(caller, format=written_as, columns=["HOME_ADDRESS"], where=where)
            assert sorted(row[0] for row in (await downloaded(caller, export)).rows) == sorted(texts)
            content = (await fetched(caller, export["url"])).content
            if written_as == "CSV":
                for cell in (each.strip('"') for each in content.decode("utf-8-sig").split("\r\n")):
                    assert not cell.lstrip(" \u200b").startswith(tuple("=+-@＝＋－＠\t\r\n")), cell
            else:
                assert b"<f>" not in ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml")


async def test_dates_in_a_workbook_are_dates_and_numbers_of_people_are_texts(
    small: Api, county: OrganizationRecord
) -> None:
    caller = somebody(small, county)
    columns = ["IDENTITY_NUMBER", "PHONE", "BIRTH_DATE", "AGE", "UPDATED_AT"]
    export = await started(caller, format="XLSX", columns=columns)
    rows = opened_workbook((await fetched(caller, export["url"])).content).rows
    kinds = [{type(cell).__name__ for cell in column} - {"NoneType"} for column in zip(*rows, strict=True)]
    assert kinds == [{"str"}, {"str"}, {"date"}, {"float"}, {"datetime"}]


async def test_columns_come_in_the_order_that_was_asked_for_and_once(small: Api, county: OrganizationRecord) -> None:
    caller = somebody(small, county)
    export = await started(caller, format="CSV", columns=["PHONE", "NAME", "PHONE"])
    assert (await downloaded(caller, export)).header == ["Phone", "Name"]
    assert [e["code"] for e in (await asked(caller, MEMBERS, format="CSV", columns=[]))["errors"]] == ["NO_COLUMNS"]


async def test_all_rows_are_of_one_moment(
    own_province_url: str, province_committee: OrganizationRecord, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody is renamed once the first of them have been read."""
    async with connect(own_province_url, connections=8, audit_key=AUDIT_KEY) as database:
        api = Api(database, clock=clock, exports=LARGE)
        caller = somebody(api, province_committee)
        renamed: list[int] = []
        rows_of = export_rows.rows_of

        async def meanwhile(*given: Any) -> AsyncIterator[Any]:
            async for part in rows_of(*given):
                if not renamed:
                    engine = create_engine(own_province_url)
                    with engine.begin() as connection:
                        renamed.append(connection.execute(text("UPDATE members SET name = '改名'")).rowcount)
                    engine.dispose()
                yield part

        monkeypatch.setattr(exporting_module, "rows_of", meanwhile)
        export = await written(caller, format="CSV", columns=["NAME"])
        rows = (await downloaded(caller, export)).rows
    assert renamed == [len(rows)] == [2_000]
    assert ["改名"] not in rows
