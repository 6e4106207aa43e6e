"""导出全部: what a query of the console finds, whole, as the file that the server writes."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Locator, Page, expect

from auth.actor import Role, Tier
from auth.permissions import Entry, PermissionMatrix, Place
from auth.visibility import Visibility
from domain.exports import ExportBounds
from domain.records import OrganizationRecord
from schema.build import build_schema, governed_fields
from server.app import DEFAULT_PERMISSIONS
from storage.engine import Database, connect
from tests.asking import AUDIT_KEY, Api, Caller
from tests.at_the_console import begin_query, condition, exported, opened, results, run
from tests.exported import MEMBERS, asked, exporting, opened_csv, opened_workbook, wanted
from tests.exporting import answers
from tests.serving import served

COLUMNS = ["NAME", "GENDER", "AGE", "EDUCATION", "JOINED_ON", "BRANCH"]
FEMALE = ", where: {gender: {exact: FEMALE}}, orderBy: [{field: IDENTITY_NUMBER, direction: DESC}]"
BY_A_JOB = ExportBounds(direct_rows=100)
NONE_AT_ONCE = ExportBounds(direct_rows=100, at_once=0)
HIDING = {Place(Role.ADMINISTRATOR, tier, "Member.education"): Entry(Visibility.HIDDEN) for tier in Tier}


@pytest.fixture
async def own(own_province_url: str) -> AsyncIterator[Database]:
    async with connect(own_province_url, connections=4, audit_key=AUDIT_KEY) as database:
        yield database


@pytest.fixture
def bounds() -> ExportBounds:
    return ExportBounds()


@pytest.fixture
def matrix() -> PermissionMatrix:
    return DEFAULT_PERMISSIONS


@pytest.fixture
def own_api(own: Database, api: Api, matrix: PermissionMatrix, bounds: ExportBounds) -> Api:
    return Api(own, matrix, api.clock, api.key, exports=bounds)


@pytest.fixture
async def address(own_province_url: str, own_api: Api) -> AsyncIterator[str]:
    async with served(own_api, own_province_url) as place:
        yield f"http://{place}"


@pytest.fixture
def caller(own_api: Api, province_committee: OrganizationRecord) -> Caller:
    return own_api.as_(province_committee)


async def ask_for_women(page: Page) -> Locator:
    builder = await begin_query(page)
    await condition(builder, "Gender").get_by_label("Value").select_option("Female")
    await builder.get_by_role("button", name="+ Order").click()
    await builder.get_by_role("combobox", name="Order 1").select_option("Identity number")
    await builder.get_by_role("combobox", name="Direction 1").select_option("Descending")
    await run(page, builder)
    return builder


async def test_the_files_hold_every_row_that_the_query_finds(page: Page, address: str, caller: Caller) -> None:
    nodes = await answers(caller, COLUMNS, arguments=FEMALE)
    await opened(page, address, caller.token)
    await ask_for_women(page)
    await expect(results(page)).to_contain_text(f"50 rows of {len(nodes)}")

    as_csv = opened_csv(await exported(page, "CSV"))
    await expect(results(page)).to_contain_text(f"{len(nodes)} rows exported.")
    as_workbook = opened_workbook(await exported(page, "XLSX"))
    assert as_csv.header == as_workbook.header == ["Name", "Gender", "Age", "Education", "Joined on", "Branch"]
    assert as_csv.rows == [wanted("Member", COLUMNS, node, "en", as_text=True) for node in nodes]
    assert as_workbook.rows == [wanted("Member", COLUMNS, node, "en", as_text=False) for node in nodes]


@pytest.mark.parametrize("bounds", [BY_A_JOB])
async def test_a_large_file_is_waited_for(
    page: Page, address: str, caller: Caller, own_api: Api, own_province_url: str
) -> None:
    nodes = await answers(caller, COLUMNS, arguments=FEMALE)
    await opened(page, address, caller.token)
    await ask_for_women(page)
    async with page.expect_download() as downloading:
        await results(page).get_by_role("button", name="Export all as CSV").press("Enter")
        await expect(results(page).get_by_role("progressbar", name="Exporting…")).to_be_visible()
        await expect(results(page).get_by_role("button", name="Export all as CSV")).to_be_focused()
        async with exporting(own_api, own_province_url) as reported:
            saved = await downloading.value
    assert reported == []
    assert saved.suggested_filename.endswith(".csv")
    assert len(opened_csv((await saved.path()).read_bytes()).rows) == len(nodes)


@pytest.mark.parametrize("bounds", [BY_A_JOB])
async def test_a_large_file_may_be_given_up(page: Page, address: str, caller: Caller) -> None:
    await opened(page, address, caller.token)
    await ask_for_women(page)
    await results(page).get_by_role("button", name="Export all as XLSX").click()
    await results(page).get_by_role("button", name="Cancel the export").click()
    await expect(results(page)).to_contain_text("The export was cancelled.")
    await expect(results(page).get_by_role("progressbar")).to_have_count(0)
    assert await caller.ask("{ exports(first: 1) { nodes { state } } }") == {
        "exports": {"nodes": [{"state": "CANCELLED"}]}
    }


async def test_what_no_file_has_is_told(page: Page, address: str, caller: Caller) -> None:
    await opened(page, address, caller.token)
    builder = await ask_for_women(page)
    await builder.get_by_role("button", name="Columns").click()
    await builder.get_by_role("checkbox", name="Branch · Kind").check()
    await run(page, builder)
    await exported(page, "CSV")
    await expect(results(page)).to_contain_text("Columns that no file has: Branch · Kind.")


@pytest.mark.parametrize("bounds", [NONE_AT_ONCE])
async def test_what_the_server_refuses_is_said(page: Page, address: str, caller: Caller) -> None:
    refused = await asked(caller, MEMBERS, format="CSV", columns=["NAME"])
    await opened(page, address, caller.token)
    await ask_for_women(page)
    await results(page).get_by_role("button", name="Export all as CSV").click()
    await expect(results(page).get_by_role("alert")).to_have_text(f"Not exported: {refused['errors'][0]['message']}")


@pytest.mark.parametrize("matrix", [PermissionMatrix(governed_fields(build_schema()), HIDING)])
async def test_a_hidden_column_is_in_no_file(page: Page, address: str, caller: Caller) -> None:
    await opened(page, address, caller.token)
    await ask_for_women(page)
    file = opened_csv(await exported(page, "CSV"))
    assert file.header == ["Name", "Gender", "Age", "Joined on", "Branch"]
    assert {len(row) for row in file.rows} == {5}
