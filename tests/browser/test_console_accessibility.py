"""What axe-core finds in the console's own parts: nothing serious. Run by `make test-console`, which brings axe-core."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from auth.actor import Role
from domain.records import OrganizationRecord
from tests.asking import Api
from tests.at_the_console import begin_query, condition, execute, opened, results, run

APP = Path(__file__).parents[2] / "server/console/app"
AXE = APP / "node_modules/axe-core/axe.min.js"
OWN_PARTS = [".top-bar", ".schema-notice", ".builder", ".results"]
THEMES = ["light", "dark"]
RUN = """
([parts]) => axe.run({include: parts.filter(part => document.querySelector(part))}).then(({violations}) =>
  violations.filter(({impact}) => impact === "serious" || impact === "critical")
    .map(({id, nodes}) => `${id}: ${nodes.map(({html, any}) => html + " " + any.map(({message}) => message)).join("; ")}`))
"""

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="no axe-core; `make test-console` installs it")


async def assert_accessible(page: Page) -> None:
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    assert await page.evaluate(RUN, [OWN_PARTS]) == []


async def choose_theme(page: Page, theme: str) -> None:
    await page.evaluate("theme => localStorage.setItem('graphiql:theme', theme)", theme)
    await page.reload()
    await expect(page.locator(f"body.graphiql-{theme}")).to_be_attached()


async def test_without_a_token(page: Page, address: str) -> None:
    await page.goto(address)
    await expect(page.locator(".schema-notice")).to_be_visible()
    await assert_accessible(page)


@pytest.mark.parametrize("theme", THEMES)
async def test_a_builder_with_every_kind_of_input(
    page: Page, address: str, api: Api, province_committee: OrganizationRecord, theme: str
) -> None:
    await opened(page, address, api.token(Role.ADMINISTRATOR, province_committee))
    await choose_theme(page, theme)
    builder = await begin_query(page)
    await builder.get_by_role("button", name="+ Group").click()
    await condition(builder, "Name").first.get_by_label("Method").select_option("is one of")
    await condition(builder, "Identity number").get_by_label("Field").select_option("Date of birth")
    await condition(builder, "Date of birth").get_by_label("Method").select_option("is between")
    await condition(builder, "Ethnicity").get_by_label("Method").select_option("is one of")
    await condition(builder, "Ethnicity").get_by_role("button", name="Value").click()
    await builder.get_by_role("button", name="+ Order").click()
    await builder.get_by_role("button", name="Columns").click()
    await assert_accessible(page)

    await condition(builder, "Gender").get_by_label("Field").select_option("Within the organisation")
    await condition(builder, "Within the organisation").first.get_by_label("Value").focus()
    await expect(builder.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    await assert_accessible(page)


@pytest.mark.parametrize("theme", THEMES)
async def test_answers_as_tables_and_charts(
    page: Page, address: str, api: Api, province_committee: OrganizationRecord, theme: str
) -> None:
    await opened(page, address, api.token(Role.ADMINISTRATOR, province_committee))
    await choose_theme(page, theme)
    builder = await begin_query(page)
    await builder.get_by_label("Rows a page").select_option("1000")
    await run(page, builder)
    await expect(results(page)).to_contain_text("Rows 1–200")
    await assert_accessible(page)

    await execute(page, "Statistics")
    await results(page).get_by_role("button", name="Chart").click()
    await results(page).get_by_text("The numbers as a table").click()
    await expect(results(page).get_by_role("img")).to_be_visible()
    await assert_accessible(page)
