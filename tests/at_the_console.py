"""What people do at the console in a browser."""

import os
import re
from pathlib import Path
from typing import Any

from playwright.async_api import Locator, Page, expect

SCREENSHOTS = os.environ.get("DENGTA_TEST_CONSOLE_SCREENSHOTS")
"""A folder for pictures of the console, as docs/images shows them."""

EXECUTE = re.compile("execute query", re.IGNORECASE)
CELLS = "body => [...body.rows].map(row => [...row.cells].map(cell => cell.textContent))"


async def opened(page: Page, address: str, token: str) -> None:
    await page.goto(f"{address}/#token={token}")
    await expect(page.locator(".graphiql-query-editor .view-line").first).to_be_visible()


async def look(page: Page, name: str) -> None:
    """A picture, in Chinese as analysts see it."""
    if SCREENSHOTS:
        await page.get_by_role("button", name="中文").click()
        await page.locator("h1").click()  # takes the pointer and the focus out of the picture
        await page.wait_for_load_state("networkidle")
        await page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")
        await page.get_by_role("button", name="English").click()


async def open_builder(page: Page) -> Locator:
    await page.get_by_role("button", name="Query builder").click()
    builder = page.get_by_role("region", name="Query builder")
    await expect(builder.get_by_role("heading")).to_be_visible()
    return builder


async def begin_query(page: Page) -> Locator:
    """The builder with a new query in a tab of its own."""
    builder = await open_builder(page)
    await builder.get_by_role("button", name="New query").click()
    await expect(builder.get_by_role("group", name="Condition 1 · Name")).to_be_visible()
    return builder


def condition(builder: Locator, name: str) -> Locator:
    """The row of that field, whichever number it has."""
    return builder.get_by_role("group", name=re.compile(rf"^Condition \d+ · {name}$"))


async def run(page: Page, builder: Locator) -> Any:
    """The answer that came."""
    async with page.expect_response(lambda response: response.url.endswith("/graphql")) as answered:
        await builder.get_by_role("button", name="Run").click()
    return await (await answered.value).json()


async def execute(page: Page, tab: str) -> Any:
    """The answer to the query of an example's tab."""
    await page.get_by_role("tab", name=tab, exact=True).click()
    async with page.expect_response(lambda response: response.url.endswith("/graphql")) as answered:
        await page.get_by_role("button", name=EXECUTE).click()
    return await (await answered.value).json()


def results(page: Page) -> Locator:
    return page.get_by_role("region", name="Results")


async def shown_rows(page: Page) -> list[list[str]]:
    rows: list[list[str]] = await results(page).locator("tbody").evaluate(CELLS)
    return rows


async def show_codes(page: Page) -> None:
    await results(page).get_by_role("checkbox", name="Codes").check()


def as_text(records: list[dict[str, Any]], *columns: str) -> list[list[str]]:
    """Records of an answer as a table of them reads, codes as codes."""
    return [[_text(_at(record, column)) for column in columns] for record in records]


def _at(record: dict[str, Any], path: str) -> Any:
    value: Any = record
    for step in path.split("."):
        value = value and value[step]
    return value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
