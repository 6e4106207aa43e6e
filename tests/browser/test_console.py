"""The console in a real browser. Where no Chromium is installed these tests are skipped."""

import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from auth.actor import Role
from domain.records import OrganizationRecord
from server.examples import example_queries
from tests.asking import Api
from tests.serving import served

CHROMIUM = os.environ.get("DENGTA_TEST_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
SCREENSHOT = os.environ.get("DENGTA_TEST_SCREENSHOT")
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
EXECUTE = re.compile("execute query", re.IGNORECASE)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium; install one or set DENGTA_TEST_BROWSER")


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield browser
        await browser.close()


@pytest.fixture
async def address(province_url: str, api: Api) -> AsyncIterator[str]:
    async with served(api, province_url) as place:
        yield f"http://{place}"


@pytest.fixture
async def page(browser: Browser, address: str) -> AsyncIterator[Page]:
    """A page that fails the test on any error of its own, and on any request to elsewhere."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = await context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("request", lambda asked: problems.append(asked.url) if _is_elsewhere(asked.url, address) else None)
    yield page
    await context.close()
    assert problems == []


def _is_elsewhere(url: str, address: str) -> bool:
    return not url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))


async def opened(page: Page, address: str, token: str) -> None:
    await page.goto(f"{address}/#token={token}")
    await expect(page.locator(".graphiql-query-editor .view-line").first).to_be_visible()


async def test_an_administrator_runs_the_first_example(
    page: Page, address: str, api: Api, county: OrganizationRecord
) -> None:
    await opened(page, address, api.token(Role.ADMINISTRATOR, county))
    await expect(page.locator("#token-status")).to_contain_text("ADMINISTRATOR")
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
    if SCREENSHOT:
        await page.get_by_role("tab").nth(2).click()
        await page.get_by_role("button", name=EXECUTE).click()
        await expect(page.locator(".result-window")).to_contain_text('"data"')
        await page.wait_for_load_state("networkidle")
        await page.screenshot(path=Path(SCREENSHOT))


async def test_without_a_token_it_says_how_to_get_one(page: Page, address: str) -> None:
    await page.goto(address)
    await expect(page.locator(".schema-notice")).to_contain_text("dengta token --role")
    await expect(page.locator("#token-status")).to_contain_text("Not signed in")


async def test_a_refused_token_is_said_to_be_refused(page: Page, address: str) -> None:
    await page.goto(f"{address}/#token=a.b.c")
    await expect(page.locator(".schema-notice")).to_contain_text("could not be fetched")


async def test_the_docs_show_descriptions_in_chinese(
    page: Page, address: str, api: Api, county: OrganizationRecord
) -> None:
    await opened(page, address, api.token(Role.ADMINISTRATOR, county))
    await page.get_by_role("button", name=re.compile("documentation explorer", re.IGNORECASE)).click()
    await page.get_by_role("link", name="Query", exact=True).first.click()
    await expect(page.locator(".graphiql-doc-explorer")).to_contain_text("党员")
