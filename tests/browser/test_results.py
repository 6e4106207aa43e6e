"""Answers as tables and charts, and what is carried off to a spreadsheet."""

import csv
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from auth.actor import Role
from domain.records import OrganizationRecord
from tests.asking import Api, Caller
from tests.at_the_console import as_text, begin_query, execute, look, opened, results, run, show_codes, shown_rows

HEADS = ["Name", "Education", "Date of birth", "Joined on", "Work position"]
COLUMNS = ("name", "education", "birthDate", "joinedOn", "workPosition")


@pytest.fixture
def caller(api: Api, province_committee: OrganizationRecord) -> Caller:
    return api.as_(province_committee)


async def test_what_is_copied_is_what_is_shown(page: Page, address: str, caller: Caller) -> None:
    await page.context.grant_permissions(["clipboard-read"])
    await opened(page, address, caller.token)
    nodes = (await execute(page, "Combined"))["data"]["members"]["nodes"]
    await results(page).get_by_role("button", name="Table").click()
    await show_codes(page)
    await results(page).get_by_role("button", name="Copy").click()
    await expect(results(page)).to_contain_text("10 rows copied")

    copied = await page.evaluate("navigator.clipboard.readText()")
    lines = [line.split("\t") for line in copied.splitlines()]
    assert lines == [HEADS, *as_text(nodes, *COLUMNS)]


async def test_a_file_holds_all_rows_in_the_order_shown_and_codes_in_words(
    page: Page, address: str, caller: Caller, tmp_path: Path
) -> None:
    await opened(page, address, caller.token)
    await execute(page, "Combined")
    await results(page).get_by_role("button", name="Table").click()
    await results(page).get_by_role("button", name="Sort by Date of birth").click()
    shown = await shown_rows(page)
    async with page.expect_download() as downloading:
        await results(page).get_by_role("button", name="Download CSV").click()
    saved = tmp_path / "saved.csv"
    await (await downloading.value).save_as(saved)

    with saved.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [HEADS, *shown]
    assert [row[2] for row in shown] == sorted(row[2] for row in shown)
    assert {row[1] for row in shown} <= {"Doctorate", "Master's degree", "Bachelor's degree"}


async def test_rows_are_sorted_by_the_column_whose_head_is_pressed(page: Page, address: str, caller: Caller) -> None:
    await opened(page, address, caller.token)
    await execute(page, "Members")
    await results(page).get_by_role("button", name="Table").click()
    await results(page).get_by_role("button", name="Sort by Age").click()
    age = results(page).get_by_role("columnheader", name="Age")
    await expect(age).to_have_attribute("aria-sort", "ascending")
    ages = [int(row[3]) for row in await shown_rows(page)]
    assert ages == sorted(ages)
    await results(page).get_by_role("button", name="Sort by Age").click()
    await expect(age).to_have_attribute("aria-sort", "descending")
    assert [int(row[3]) for row in await shown_rows(page)] == sorted(ages, reverse=True)


async def test_every_list_of_an_answer_is_a_table(page: Page, address: str, caller: Caller) -> None:
    await opened(page, address, caller.token)
    answer = (await execute(page, "Statistics"))["data"]["memberStatistics"]
    await results(page).get_by_role("button", name="Table").click()
    assert await shown_rows(page) == as_text(answer["buckets"], "key", "label", "count")
    await results(page).get_by_label("List").select_option("memberStatistics.rows")
    assert [row[1:3] for row in await shown_rows(page)] == as_text(answer["rows"], "organization.name", "total")


async def test_statistics_are_drawn_with_their_numbers_beside(page: Page, address: str, caller: Caller) -> None:
    await opened(page, address, caller.token)
    buckets = (await execute(page, "Statistics"))["data"]["memberStatistics"]["buckets"]
    await results(page).get_by_role("button", name="Chart").click()
    chart = results(page).get_by_role("img", name="Number of members by Chinese label")
    await expect(chart.locator("rect")).to_have_count(len(buckets))
    widths = [float(await bar.get_attribute("width") or 0) for bar in await chart.locator("rect").all()]
    counts = [bucket["count"] for bucket in buckets]
    assert widths == pytest.approx([count * max(widths) / max(counts) for count in counts])
    await look(page, "console-chart")
    await results(page).get_by_text("The numbers as a table").click()
    assert await shown_rows(page) == as_text(buckets, "label", "count")


async def test_a_long_answer_is_shown_by_parts(page: Page, address: str, caller: Caller) -> None:
    await opened(page, address, caller.token)
    builder = await begin_query(page)
    await builder.get_by_label("Rows a page").select_option("1000")
    await run(page, builder)
    await expect(results(page)).to_contain_text("Rows 1–200")
    await results(page).get_by_role("button", name="Next 200").click()
    await expect(results(page)).to_contain_text("Rows 201–400")
    assert len(await shown_rows(page)) == 200
    await results(page).get_by_role("button", name="Previous 200").click()
    await expect(results(page).get_by_role("button", name="Previous 200")).to_be_disabled()


async def test_what_the_server_refuses_is_said_in_every_view(
    page: Page, address: str, api: Api, province_committee: OrganizationRecord
) -> None:
    await opened(page, address, api.token(Role.SECURITY_OFFICER, province_committee))
    answer = await execute(page, "Members")
    await results(page).get_by_role("button", name="Table").click()
    await expect(results(page).get_by_role("alert")).to_have_text(answer["errors"][0]["message"])


async def test_the_view_is_kept_and_the_answer_is_still_there_as_it_came(
    page: Page, address: str, caller: Caller
) -> None:
    await opened(page, address, caller.token)
    answer = await execute(page, "Members")
    await results(page).get_by_role("button", name="Table").click()
    await expect(page.locator(".result-window")).to_be_hidden()
    await results(page).get_by_role("button", name="JSON").click()
    await expect(page.locator(".result-window")).to_contain_text(
        f'"totalCount": {answer["data"]["members"]["totalCount"]}'
    )
    await results(page).get_by_role("button", name="Table").click()
    await page.reload()
    await expect(results(page).get_by_role("button", name="Table")).to_have_attribute("aria-pressed", "true")
