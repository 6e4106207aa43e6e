"""The query builder of the console in a real browser."""

import re

import pytest
from playwright.async_api import Page, expect

from auth.actor import Role
from domain.records import OrganizationRecord
from schema.identifiers import encoded
from tests.asking import Api, Caller
from tests.at_the_console import (
    as_text,
    begin_query,
    condition,
    look,
    open_builder,
    opened,
    results,
    run,
    show_codes,
    shown_rows,
)

COLUMNS = ("name", "gender", "age", "education", "joinedOn", "branch.name")
MEMBERS = """
query ($where: MemberFilter, $orderBy: [MemberOrder!], $first: Int, $after: String) {
  members(where: $where, orderBy: $orderBy, first: $first, after: $after) {
    totalCount pageInfo { endCursor } nodes { name gender age education joinedOn branch { name } }
  }
}"""


@pytest.fixture
def caller(api: Api, province_committee: OrganizationRecord) -> Caller:
    return api.as_(province_committee)


async def test_what_is_built_by_clicks_shows_the_rows_of_the_same_question(
    page: Page, address: str, caller: Caller
) -> None:
    await opened(page, address, caller.token)
    builder = await begin_query(page)
    await condition(builder, "Gender").get_by_label("Value").select_option("Female")
    await builder.get_by_role("button", name="+ Condition").click()
    added = builder.get_by_role("group", name="Condition 6")
    await added.get_by_label("Field").select_option("Age")
    await added.get_by_label("Method").select_option("is between")
    await added.get_by_label("From").fill("30")
    await added.get_by_label("To").fill("40")
    await builder.get_by_role("button", name="+ Order").click()
    await builder.get_by_role("combobox", name="Order 1").select_option("Identity number")
    await builder.get_by_role("combobox", name="Direction 1").select_option("Descending")
    answer = await run(page, builder)
    await show_codes(page)

    where = {"gender": {"exact": "FEMALE"}, "age": {"range": {"from": 30, "to": 40}}}
    order = [{"field": "IDENTITY_NUMBER", "direction": "DESC"}]
    told = (await caller.ask(MEMBERS, {"where": where, "orderBy": order, "first": 50}))["members"]
    assert len(told["nodes"]) == 50
    assert await shown_rows(page) == as_text(told["nodes"], *COLUMNS)
    assert answer["data"]["members"]["totalCount"] == told["totalCount"]
    await expect(results(page)).to_contain_text(f"50 rows of {told['totalCount']}")


async def test_a_group_asks_for_any_of_its_conditions(page: Page, address: str, caller: Caller) -> None:
    await opened(page, address, caller.token)
    builder = await begin_query(page)
    await builder.get_by_role("button", name="+ Group").click()
    group = builder.get_by_role("group", name="Group", exact=True)
    await group.get_by_label("Field").select_option("Education")
    await group.get_by_label("Method").select_option("is one of")
    await group.get_by_role("button", name="Value").click()
    await group.get_by_role("checkbox", name="Doctorate").check()
    await group.get_by_role("checkbox", name="Master's degree").check()
    await group.get_by_role("button", name="+ Condition").click()
    await group.get_by_label("Field").last.select_option("Lost contact")
    await group.get_by_label("Value").last.select_option("Yes")
    await group.get_by_role("checkbox", name="Not", exact=True).check()
    answer = await run(page, builder)

    where = {"not": {"or": [{"education": {"multi": ["DOCTORATE", "MASTER"]}}, {"lostContact": {"exact": True}}]}}
    told = (await caller.ask(MEMBERS, {"where": where, "first": 1}))["members"]
    assert answer["data"]["members"]["totalCount"] == told["totalCount"] < 2_000


async def test_an_organisation_is_found_by_a_part_of_its_name(
    page: Page, address: str, caller: Caller, county: OrganizationRecord
) -> None:
    await opened(page, address, caller.token)
    builder = await begin_query(page)
    row = condition(builder, "Name")
    await row.get_by_label("Field").select_option("Within the organisation")
    sought = builder.get_by_role("combobox", name="Value")
    await sought.first.press_sequentially(county.name[2:])
    await builder.get_by_role("option", name=county.name).first.click()
    answer = await run(page, builder)

    told = (await caller.ask(MEMBERS, {"where": {"within": encoded("Organization", county.id)}}))["members"]
    assert answer["data"]["members"]["totalCount"] == told["totalCount"] > 0

    await page.get_by_role("tab", name="Viewer", exact=True).click()
    await expect(builder).to_contain_text("left as it is")
    await page.get_by_role("tab", name="MemberQuery", exact=True).click()
    await expect(sought, "the variables hold its id alone").to_have_value(county.name)


async def test_columns_are_shown_in_the_order_in_which_they_were_chosen(
    page: Page, address: str, caller: Caller
) -> None:
    await opened(page, address, caller.token)
    builder = await begin_query(page)
    await builder.get_by_role("button", name="Columns").click()
    for column in ("Gender", "Age", "Education", "Joined on", "Branch · Name"):
        await builder.get_by_role("checkbox", name=column, exact=True).uncheck()
    await builder.get_by_role("checkbox", name="Phone", exact=True).check()
    await builder.get_by_role("checkbox", name="Gender", exact=True).check()
    await run(page, builder)
    heads = results(page).get_by_role("columnheader")
    await expect(heads).to_have_text(["Name", "Phone", "Gender"])


async def test_pages_follow_one_another(page: Page, address: str, caller: Caller) -> None:
    await opened(page, address, caller.token)
    builder = await begin_query(page)
    await run(page, builder)
    await show_codes(page)
    first = (await caller.ask(MEMBERS, {"first": 50}))["members"]
    second = (await caller.ask(MEMBERS, {"first": 50, "after": first["pageInfo"]["endCursor"]}))["members"]

    await results(page).get_by_role("button", name="Next page").click()
    await expect(results(page).locator("tbody tr").first).to_contain_text(second["nodes"][0]["name"])
    assert await shown_rows(page) == as_text(second["nodes"], *COLUMNS)
    await results(page).get_by_role("button", name="First page").click()
    await expect(results(page).locator("tbody tr").first).to_contain_text(first["nodes"][0]["name"])
    assert await shown_rows(page) == as_text(first["nodes"], *COLUMNS)


async def test_a_query_by_hand_is_read_back(page: Page, address: str, caller: Caller) -> None:
    await opened(page, address, caller.token)
    builder = await open_builder(page)
    await page.get_by_role("tab", name="Combined", exact=True).click()
    await expect(condition(builder, "Gender").get_by_label("Value")).to_have_value("FEMALE")
    await expect(condition(builder, "Education").get_by_role("button", name="Value")).to_contain_text("Doctorate")
    await expect(condition(builder, "Date of birth").get_by_label("From")).to_have_value("1990-01-01")
    await expect(builder.get_by_role("combobox", name="Order 2")).to_have_value("NAME")
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("query Combined")
    await run(page, builder)
    await look(page, "console")


async def test_what_is_no_list_of_members_is_left_as_it_is(page: Page, address: str, caller: Caller) -> None:
    await opened(page, address, caller.token)
    builder = await open_builder(page)
    await expect(builder).to_contain_text("left as it is")
    await builder.get_by_role("button", name="New query").click()
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("query MemberQuery")
    await page.get_by_role("tab", name="Viewer", exact=True).click()
    await expect(builder).to_contain_text("left as it is")
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("query Viewer")


async def test_who_sees_nothing_of_members_is_told_so(
    page: Page, address: str, api: Api, province_committee: OrganizationRecord
) -> None:
    await opened(page, address, api.token(Role.SECURITY_OFFICER, province_committee))
    builder = await open_builder(page)
    await expect(builder).to_contain_text("Your account sees nothing of members")
    await expect(builder.get_by_role("button")).to_have_count(0)


async def test_who_is_not_signed_in_is_asked_to(page: Page, address: str) -> None:
    await page.goto(address)
    builder = await open_builder(page)
    await expect(builder).to_contain_text(re.compile("Sign in to use it"))
