"""One Chromium for all tests in a browser. Where none is installed they are skipped."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.asking import Api
from tests.serving import served

expect.set_options(timeout=20_000)
"""Long enough for a machine that has much else to do."""

CHROMIUM = os.environ.get("DENGTA_TEST_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium; install one or set DENGTA_TEST_BROWSER")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield browser
        await browser.close()


@pytest.fixture
async def address(province_url: str, api: Api) -> AsyncIterator[str]:
    """A server over the province that no test changes."""
    async with served(api, province_url) as place:
        yield f"http://{place}"


@pytest.fixture
def scripts() -> bool:
    """Whether the browser runs JavaScript."""
    return True


@pytest.fixture
async def page(browser: Browser, address: str, scripts: bool) -> AsyncIterator[Page]:
    """A page that fails the test on any error of its own or of the server, and on any request to elsewhere."""
    context = await browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-GB", java_script_enabled=scripts
    )
    page = await context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if "Security Policy" in said.text else None)
    page.on("request", lambda asked: problems.append(asked.url) if _is_elsewhere(asked.url, address) else None)
    page.on("response", lambda got: problems.append(f"{got.status} {got.url}") if got.status >= 500 else None)
    yield page
    await context.close()
    assert problems == []


def _is_elsewhere(url: str, address: str) -> bool:
    return not url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))
