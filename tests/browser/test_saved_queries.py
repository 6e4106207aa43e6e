"""常用查询 in the query builder: saved, found again, opened, shared, overwritten and removed."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from auth.actor import Role, Tier
from auth.permissions import Entry, PermissionMatrix, Place
from auth.visibility import Visibility
from domain.records import OrganizationRecord
from schema.build import build_schema, governed_fields
from server.app import DEFAULT_PERMISSIONS
from storage.engine import Database, connect
from tests.asking import AUDIT_KEY, Api, Caller
from tests.at_the_console import begin_query, condition, open_builder, opened, results, run, show_codes, shown_rows
from tests.exported import asked
from tests.serving import served

LIST = "{ savedQueries { nodes { name isShared where orderBy columns version id } } }"
SAVE = "mutation ($input: SaveQueryInput!) { saveQuery(input: $input) { savedQuery { id version } errors { code } } }"
CHANGE = """mutation ($input: ChangeSavedQueryInput!) {
  changeSavedQuery(input: $input) { savedQuery { version } errors { code message } } }"""
WOMEN = {"where": {"gender": {"exact": "FEMALE"}}, "columns": ["NAME", "EDUCATION", "BRANCH"]}
HIDING = {Place(Role.ADMINISTRATOR, tier, "Member.education"): Entry(Visibility.HIDDEN) for tier in Tier}


@pytest.fixture
async def own(own_province_url: str) -> AsyncIterator[Database]:
    async with connect(own_province_url, connections=4, audit_key=AUDIT_KEY) as database:
        yield database


@pytest.fixture
def matrix() -> PermissionMatrix:
    return DEFAULT_PERMISSIONS


@pytest.fixture
def own_api(own: Database, api: Api, matrix: PermissionMatrix) -> Api:
    return Api(own, matrix, api.clock, api.key)


@pytest.fixture
async def address(own_province_url: str, own_api: Api) -> AsyncIterator[str]:
    async with served(own_api, own_province_url) as place:
        yield f"http://{place}"


@pytest.fixture
def caller(own_api: Api, province_committee: OrganizationRecord) -> Caller:
    return own_api.as_(province_committee)


async def unfold(builder: Locator) -> Locator:
    """The choice among those that are saved."""
    await builder.get_by_text("Saved queries", exact=True).click()
    choice = builder.get_by_role("combobox", name="Saved query")
    await expect(choice).to_be_visible()
    return choice


async def ask_for_women(page: Page) -> Locator:
    builder = await begin_query(page)
    await condition(builder, "Gender").get_by_label("Value").select_option("Female")
    return builder


async def test_what_was_saved_is_there_after_a_reload_and_finds_the_same(
    page: Page, address: str, caller: Caller
) -> None:
    await opened(page, address, caller.token)
    builder = await ask_for_women(page)
    await builder.get_by_role("button", name="+ Order").click()
    await builder.get_by_role("combobox", name="Order 1").select_option("Identity number")
    await run(page, builder)
    await show_codes(page)
    rows = await shown_rows(page)
    assert len(rows) == 50
    await unfold(builder)
    await builder.get_by_label("Save as").fill("女党员")
    await builder.get_by_role("button", name="Save as new").click()
    await expect(builder.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    [kept] = (await caller.ask(LIST))["savedQueries"]["nodes"]
    assert (kept["name"], kept["isShared"]) == ("女党员", False)
    assert kept["where"] == WOMEN["where"]
    assert kept["orderBy"] == [{"field": "IDENTITY_NUMBER", "direction": "ASC"}]
    assert kept["columns"] == ["NAME", "GENDER", "AGE", "EDUCATION", "JOINED_ON", "BRANCH"]

    await page.evaluate("localStorage.clear()")
    await page.reload()
    builder = await open_builder(page)
    await (await unfold(builder)).select_option("女党员")
    await builder.get_by_role("button", name="Open").click()
    await expect(condition(builder, "Gender").get_by_label("Value")).to_have_value("FEMALE")
    await run(page, builder)
    await show_codes(page)
    assert await shown_rows(page) == rows


async def test_one_that_was_changed_meanwhile_is_not_overwritten(page: Page, address: str, caller: Caller) -> None:
    saved = (await asked(caller, SAVE, name="女党员", members=WOMEN))["savedQuery"]
    await opened(page, address, caller.token)
    builder = await begin_query(page)
    await (await unfold(builder)).select_option("女党员")
    await asked(caller, CHANGE, **saved, shared=True)
    stale = await asked(caller, CHANGE, **saved, shared=True)
    await builder.get_by_role("button", name="Overwrite").click()
    await expect(builder.get_by_role("alert")).to_have_text(stale["errors"][0]["message"])
    [kept] = (await caller.ask(LIST))["savedQueries"]["nodes"]
    assert (kept["where"], kept["isShared"]) == (WOMEN["where"], True)

    await builder.get_by_role("button", name="Overwrite").click()
    await expect(builder.get_by_role("status").filter(has_text="Overwritten.")).to_be_visible()
    [kept] = (await caller.ask(LIST))["savedQueries"]["nodes"]
    assert (kept["where"], kept["name"]) == (None, "女党员")


async def test_one_is_removed_and_the_focus_is_not_lost(page: Page, address: str, caller: Caller) -> None:
    await asked(caller, SAVE, name="女党员", members=WOMEN)
    await opened(page, address, caller.token)
    builder = await begin_query(page)
    choice = await unfold(builder)
    await choice.select_option("女党员")
    await builder.get_by_role("button", name="Remove", exact=True).press("Enter")
    await expect(builder.get_by_label("Save as")).to_be_focused()
    await expect(choice.locator("option")).to_have_text(["None yet"])
    assert (await caller.ask(LIST))["savedQueries"]["nodes"] == []


async def test_one_that_is_shared_is_run_and_not_changed_by_those_below(
    page: Page, address: str, caller: Caller, own_api: Api, county: OrganizationRecord
) -> None:
    await asked(caller, SAVE, name="女党员", shared=True, members=WOMEN)
    token = own_api.authority.issue("another", Role.ADMINISTRATOR, county, timedelta(hours=1))
    await opened(page, address, token)
    builder = await begin_query(page)
    await (await unfold(builder)).select_option("女党员")
    await expect(builder.get_by_role("button", name="Overwrite")).to_have_count(0)
    await expect(builder.get_by_role("button", name="Remove", exact=True)).to_have_count(0)
    await builder.get_by_role("button", name="Open").click()
    await expect(condition(builder, "Gender").get_by_label("Value")).to_have_value("FEMALE")
    await run(page, builder)
    await expect(results(page).get_by_role("columnheader")).to_have_text(["Name", "Education", "Branch · Name"])


@pytest.mark.parametrize("matrix", [PermissionMatrix(governed_fields(build_schema()), HIDING)])
async def test_one_that_shows_a_hidden_column_says_so_and_is_not_opened(
    page: Page, address: str, caller: Caller, own: Database, api: Api
) -> None:
    """It was saved before the column was hidden."""
    before = Caller(Api(own, clock=api.clock, key=api.key), caller.token)
    await asked(before, SAVE, name="女党员", members=WOMEN)
    await opened(page, address, caller.token)
    builder = await begin_query(page)
    await (await unfold(builder)).select_option("女党员")
    problems = builder.get_by_role("list", name="Problems")
    await expect(problems).to_contain_text("education", ignore_case=True)
    await expect(builder.get_by_role("button", name="Open")).to_be_disabled()
