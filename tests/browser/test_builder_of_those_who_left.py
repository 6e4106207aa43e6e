"""历史党员 in the query builder: asked of by clicks, saved, and found again."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from domain.codes import HistoryKind
from domain.records import OrganizationRecord
from storage.engine import Database, connect
from storage.history_members import Departure, archive_member
from tests.asking import AUDIT_KEY, Api, Caller
from tests.at_the_console import (
    as_text,
    begin_query,
    condition,
    exported,
    look,
    open_builder,
    opened,
    run,
    show_codes,
    shown_rows,
)
from tests.exported import opened_csv
from tests.oracle import Register
from tests.serving import served
from tests.storage.test_files import ask

COLUMNS = ("name", "kind", "archivedAt", "workPosition", "branch.name")
LEFT = """query ($where: HistoryMemberFilter) { historyMembers(where: $where, first: 50) {
  totalCount nodes { name kind archivedAt workPosition branch { name } } } }"""
SAVED = "{ savedQueries { nodes { name subject where columns } } }"
DEAD = {"kind": {"exact": "DECEASED"}}


@pytest.fixture
async def own(own_province_url: str, register: Register, api: Api) -> AsyncIterator[Database]:
    """Six have left, in two ways."""
    async with connect(own_province_url, connections=4, audit_key=AUDIT_KEY) as database:
        request = await ask(database, register.members[0])
        for number, member in enumerate(register.members[1:7]):
            kind = (HistoryKind.DECEASED, HistoryKind.EXPELLED)[number % 2]
            async with database.writing() as session:
                await archive_member(session, member.id, Departure(kind, api.clock(), "-", request))
        yield database


@pytest.fixture
def own_api(own: Database, api: Api) -> Api:
    return Api(own, clock=api.clock, key=api.key)


@pytest.fixture
async def address(own_province_url: str, own_api: Api) -> AsyncIterator[str]:
    async with served(own_api, own_province_url) as place:
        yield f"http://{place}"


@pytest.fixture
def caller(own_api: Api, province_committee: OrganizationRecord) -> Caller:
    return own_api.as_(province_committee)


async def test_they_are_asked_of_saved_and_opened_again(page: Page, address: str, caller: Caller) -> None:
    await opened(page, address, caller.token)
    builder = await begin_query(page)
    await builder.get_by_label("Of whom").select_option("Members who have left")
    await expect(builder.get_by_role("button", name="+ Order"), "they come in one order").to_have_count(0)
    await condition(builder, "Why the member left").get_by_label("Value").select_option("Deceased")
    answer = await run(page, builder)
    await show_codes(page)
    await look(page, "builder-of-those-who-left")

    told = (await caller.ask(LEFT, {"where": DEAD}))["historyMembers"]
    rows = as_text(told["nodes"], *COLUMNS)
    assert await shown_rows(page) == rows
    assert answer["data"]["historyMembers"]["totalCount"] == told["totalCount"] == 3
    assert len(opened_csv(await exported(page, "CSV")).rows) == 3

    await builder.get_by_text("Saved queries", exact=True).click()
    await builder.get_by_label("Save as").fill("去世党员")
    await builder.get_by_role("button", name="Save as new").click()
    await expect(builder.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    [saved] = (await caller.ask(SAVED))["savedQueries"]["nodes"]
    columns = ["NAME", "KIND", "ARCHIVED_AT", "WORK_POSITION", "BRANCH"]
    assert saved == {"name": "去世党员", "subject": "HISTORY_MEMBERS", "where": DEAD, "columns": columns}

    await page.evaluate("localStorage.clear()")
    await page.reload()
    builder = await open_builder(page)
    await builder.get_by_text("Saved queries", exact=True).click()
    await builder.get_by_role("combobox", name="Saved query").select_option("去世党员 · who have left")
    await builder.get_by_role("button", name="Open").click()
    await expect(builder.get_by_label("Of whom")).to_have_value("historyMembers")
    await run(page, builder)
    await show_codes(page)
    assert await shown_rows(page) == rows


async def test_turning_to_others_begins_anew_in_the_same_tab(page: Page, address: str, caller: Caller) -> None:
    await opened(page, address, caller.token)
    builder = await begin_query(page)
    tabs = page.locator(".graphiql-tab")
    count = await tabs.count()
    await condition(builder, "Gender").get_by_label("Value").select_option("Female")
    await builder.get_by_label("Of whom").select_option("Members who have left")
    answer = await run(page, builder)
    assert answer["data"]["historyMembers"]["totalCount"] == 6
    await builder.get_by_label("Of whom").select_option("Members")
    await expect(condition(builder, "Gender").get_by_label("Value")).to_have_value("")
    answer = await run(page, builder)
    assert (
        answer["data"]["members"]["totalCount"]
        == (await caller.ask("{ members { totalCount } }"))["members"]["totalCount"]
    )
    await expect(tabs).to_have_count(count)
