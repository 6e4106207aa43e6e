"""The console without a mouse."""

from playwright.async_api import Locator, Page, expect

from auth.actor import Role
from domain.records import OrganizationRecord
from tests.asking import Api
from tests.at_the_console import condition, opened, results

MOST_STOPS = 80


async def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Presses Tab until the focus is there, as whoever looks for it would."""
    for _ in range(MOST_STOPS):
        await page.keyboard.press(key)
        if await wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"no way to {wanted} by {key}")


async def test_a_query_is_built_run_and_copied_by_keys_alone(
    page: Page, address: str, api: Api, province_committee: OrganizationRecord
) -> None:
    await opened(page, address, api.token(Role.ADMINISTRATOR, province_committee))
    builder = page.get_by_role("region", name="Query builder")
    await tab_to(page, page.get_by_role("button", name="Query builder"))
    await page.keyboard.press("Enter")
    await tab_to(page, builder.get_by_role("button", name="New query"))
    await page.keyboard.press("Enter")
    await expect(builder.get_by_role("combobox", name="Of whom")).to_be_focused()

    await tab_to(page, condition(builder, "Name").get_by_label("Method"))
    await page.keyboard.type("starts")
    await tab_to(page, condition(builder, "Name").get_by_label("Value"))
    await page.keyboard.insert_text("王")
    await page.keyboard.press("Enter")
    await expect(results(page).locator("tbody tr").first).to_contain_text("王")

    await tab_to(page, results(page).get_by_role("button", name="Copy"))
    await page.keyboard.press("Enter")
    await expect(results(page)).to_contain_text("rows copied")


async def test_focus_follows_what_is_added_and_is_not_lost_with_what_is_removed(
    page: Page, address: str, api: Api, province_committee: OrganizationRecord
) -> None:
    await opened(page, address, api.token(Role.ADMINISTRATOR, province_committee))
    builder = page.get_by_role("region", name="Query builder")
    await page.get_by_role("button", name="Query builder").click()
    await builder.get_by_role("button", name="New query").click()
    await builder.get_by_role("button", name="+ Condition").press("Enter")
    await expect(builder.get_by_role("group", name="Condition 6").get_by_label("Field")).to_be_focused()
    await builder.get_by_role("button", name="Remove Condition 6").press("Enter")
    await expect(builder.get_by_role("button", name="+ Condition")).to_be_focused()


async def test_escape_closes_lists_and_gives_the_focus_back(
    page: Page, address: str, api: Api, province_committee: OrganizationRecord
) -> None:
    await opened(page, address, api.token(Role.ADMINISTRATOR, province_committee))
    builder = page.get_by_role("region", name="Query builder")
    await page.get_by_role("button", name="Query builder").click()
    await builder.get_by_role("button", name="New query").click()
    columns = builder.get_by_role("button", name="Columns")
    await columns.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Escape")
    await expect(columns).to_be_focused()
    await expect(columns).to_have_attribute("aria-expanded", "false")

    await condition(builder, "Name").get_by_label("Field").select_option("Within the organisation")
    sought = builder.get_by_role("combobox", name="Value").first
    await sought.focus()
    await expect(builder.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(builder.get_by_role("listbox")).to_have_count(0)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(sought).not_to_have_value("")
    await expect(sought).to_have_attribute("aria-expanded", "false")
