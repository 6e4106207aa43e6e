"""The console in a real browser."""

import re

from playwright.async_api import Page, expect

from auth.actor import Role
from domain.records import OrganizationRecord
from server.examples import example_queries
from tests.asking import Api
from tests.at_the_console import EXECUTE, look, opened


async def test_an_administrator_runs_the_first_example(
    page: Page, address: str, api: Api, county: OrganizationRecord
) -> None:
    await opened(page, address, api.token(Role.ADMINISTRATOR, county))
    await expect(page.locator("#token-status")).to_contain_text(f"Administrator · {county.name}")
    await expect(page.get_by_role("tab")).to_have_count(len(example_queries()))
    assert "token" not in page.url, "the token leaves the address, and with it the history"

    await page.get_by_role("button", name=EXECUTE).click()

    await expect(page.locator(".result-window")).to_contain_text(county.name)


async def test_every_example_has_an_answer_and_no_error(
    page: Page, address: str, api: Api, province_committee: OrganizationRecord
) -> None:
    await opened(page, address, api.token(Role.ADMINISTRATOR, province_committee))
    for tab in await page.get_by_role("tab").all():
        await tab.click()
        async with page.expect_response(lambda response: response.url.endswith("/graphql")) as answered:
            await page.get_by_role("button", name=EXECUTE).click()
        answer = await (await answered.value).json()
        assert "errors" not in answer
        await expect(page.locator(".result-window")).to_contain_text('"data"')


async def test_without_a_token_it_says_how_to_get_one(page: Page, address: str) -> None:
    await page.goto(address)
    await expect(page.locator(".schema-notice")).to_contain_text("dengta token --role")
    await expect(page.locator("#token-status")).to_contain_text("Not signed in")


async def test_a_refused_token_is_said_to_be_refused(page: Page, address: str) -> None:
    await page.goto(f"{address}/#token=a.b.c")
    await expect(page.locator(".schema-notice")).to_contain_text("could not be fetched")


async def test_the_docs_show_the_chinese_term_before_the_english(
    page: Page, address: str, api: Api, county: OrganizationRecord
) -> None:
    await opened(page, address, api.token(Role.ADMINISTRATOR, county))
    await page.get_by_role("button", name=re.compile("documentation explorer", re.IGNORECASE)).click()
    await page.get_by_role("link", name="Query", exact=True).first.click()
    await expect(page.locator(".graphiql-doc-explorer strong:lang(zh)").first).to_have_text("查询")
    await expect(page.locator(".graphiql-doc-explorer p:lang(en)").first).to_have_text(
        "查询 What can be read; everything lies within the caller's scope."
    )
    await page.get_by_role("link", name="MemberConnection", exact=True).first.click()
    await page.get_by_role("link", name="Member", exact=True).first.click()
    await look(page, "console-docs")


async def test_the_console_speaks_the_language_that_is_chosen(
    page: Page, address: str, api: Api, county: OrganizationRecord
) -> None:
    await opened(page, address, api.token(Role.ADMINISTRATOR, county))
    await page.get_by_role("button", name="中文").click()
    await expect(page.get_by_role("button", name="示例")).to_be_visible()
    await expect(page.locator("#token-status")).to_contain_text(f"管理员 · {county.name}")
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("button", name="Examples")).to_be_visible()


async def test_a_subscription_is_followed(page: Page, address: str, api: Api, county: OrganizationRecord) -> None:
    await opened(page, address, api.token(Role.ADMINISTRATOR, county))
    await page.locator(".graphiql-query-editor .view-line").first.click()
    await page.keyboard.press("ControlOrMeta+A")
    await page.keyboard.insert_text("subscription { permissionsChanged { version } }")
    async with page.expect_websocket() as opening:
        await page.get_by_role("button", name=EXECUTE).click()
    assert (await opening.value).url == f"{address}/graphql".replace("http", "ws")
    await expect(page.locator(".result-window")).to_contain_text('"permissionsChanged"')
