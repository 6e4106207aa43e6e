"""From an activation code to an answer in the console and out again, in a real browser, at a real `dengta demo`."""

import asyncio
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from auth.captchas import _answer
from auth.desk import Desk
from auth.secret_files import code_key, secret_at
from domain.synthetic.staff import DEMO_PASSWORD
from tests.commands import TOKEN, free_port, running, said_until

SCREENSHOTS = os.environ.get("DENGTA_TEST_SIGN_IN_SCREENSHOTS")
TO_BE_ACTIVATED = re.compile(r"^(\d{11}) .*/activate, as (\S+), (\S+)$", re.MULTILINE)
ADMINISTRATOR = re.compile(r"^(\d{11})  管理员", re.MULTILINE)
EXECUTE = re.compile("execute query", re.IGNORECASE)
PASSWORD = "Lighthouse8"  # noqa: S105 # of nobody


@dataclass(frozen=True)
class Demo:
    address: str
    said: str
    code_key: bytes


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder, port = tmp_path_factory.mktemp("demo"), free_port()
    environment = {"DENGTA_DATA_DIRECTORY": str(folder), "DENGTA_PORT": str(port)}
    with running("demo", "--members", "300", environment=environment) as process:
        said = said_until(process, TOKEN)
        secret = secret_at(folder / "secret", "DENGTA_SECRET_FILE")
        yield Demo(f"http://127.0.0.1:{port}", said, code_key(secret))
        process.terminate()
        process.wait(60)


@pytest.fixture
def address(demo: Demo) -> str:
    return demo.address


async def look(page: Page, name: str) -> None:
    if SCREENSHOTS:
        await page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")


async def type_captcha(page: Page, demo: Demo) -> None:
    """The digits as this server's secret gives them: no test reads pictures."""
    captcha_id = await page.locator("input[name=captchaId]").input_value()
    desk = Desk(None, None, None, demo.code_key, None)  # type: ignore[arg-type] # the answer follows from the key alone
    await page.get_by_label("Digits in the picture").fill(_answer(desk, captcha_id))


async def newest_message(page: Page, demo: Demo, pattern: str) -> str:
    """What the pattern finds in the newest message of the demo inbox, which is waited for."""
    inbox = await page.context.new_page()
    await inbox.goto(f"{demo.address}/inbox")
    wanted = re.compile(pattern)
    async with asyncio.timeout(60):
        while (found := wanted.search(await inbox.locator("body").inner_text())) is None:
            await inbox.reload()
    await inbox.close()
    return found[1]


async def sign_in(page: Page, demo: Demo, phone: str, password: str) -> None:
    """From the console, at the pages of the server, and back."""
    await page.goto(demo.address)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    await give_both_factors(page, demo, phone, password)
    await expect(page.locator(".graphiql-query-editor .view-line").first).to_be_visible()


async def give_both_factors(page: Page, demo: Demo, phone: str, password: str) -> None:
    await page.get_by_label("User name").fill(phone)
    await page.get_by_label("Password", exact=True).fill(password)
    await type_captcha(page, demo)
    await look(page, "sign-in")
    await page.get_by_role("button", name="Continue").click()
    await expect(page).to_have_url(re.compile(r"/sign-in/code"))
    await look(page, "second-factor")
    await page.get_by_label("Code").fill(await newest_message(page, demo, r"Code (\d{6}) to sign in"))
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def test_an_administrator_activates_signs_in_asks_and_signs_out(page: Page, demo: Demo) -> None:
    found = TO_BE_ACTIVATED.search(demo.said)
    assert found is not None
    phone, name, identity_number = found.groups()

    await page.goto(f"{demo.address}/activate")
    await page.get_by_label("Phone").fill(phone)
    await type_captcha(page, demo)
    await page.get_by_role("button", name="Send").click()
    await page.get_by_label("Code").fill(await newest_message(page, demo, r"Code (\d{6}) to activate"))
    await page.get_by_role("button", name="Verify").click()
    code = await newest_message(page, demo, r"Activate it with code ([A-Z0-9-]{14})")
    await page.get_by_label("Activation code").fill(code)
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_label("Identity number").fill(identity_number)
    await page.get_by_label("New password").fill(PASSWORD)
    await look(page, "activate")
    await page.get_by_role("button", name="Activate").click()
    await expect(page.get_by_role("status")).to_contain_text("activated")

    await sign_in(page, demo, phone, PASSWORD)
    await expect(page.locator("#token-status")).to_contain_text(name)
    assert "code=" not in page.url, "the code leaves the address, and with it the history"

    await page.get_by_role("button", name=EXECUTE).click()
    await expect(page.locator(".result-window")).to_contain_text("OTHER_GRASSROOTS")
    await look(page, "console")

    async with page.expect_navigation(url=f"{demo.address}/"):  # by way of the server, which ends its session too
        await page.get_by_role("button", name="Sign out").click()
    await expect(page.locator("#token-status")).to_contain_text("Not signed in")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_label("User name")).to_be_visible()


async def test_who_is_signed_in_at_the_pages_needs_no_password_again(page: Page, demo: Demo) -> None:
    phones = ADMINISTRATOR.findall(demo.said)
    await sign_in(page, demo, phones[0], DEMO_PASSWORD)
    other = await page.context.new_page()
    await other.goto(demo.address)
    await other.get_by_role("button", name="Sign in").click()
    await expect(other.locator("#token-status")).to_contain_text("演示管理员")
    await other.get_by_role("button", name=EXECUTE).click()
    await expect(other.locator(".result-window")).to_contain_text("COUNTY_OR_ABOVE")


@pytest.mark.parametrize("scripts", [False])
async def test_without_javascript_one_signs_in_with_both_factors_and_out(page: Page, demo: Demo) -> None:
    phones = ADMINISTRATOR.findall(demo.said)
    await page.goto(f"{demo.address}/sign-in")
    await give_both_factors(page, demo, phones[1], DEMO_PASSWORD)
    await expect(page.get_by_role("heading", name="You are signed in")).to_be_visible()
    await expect(page.get_by_text("As administrator")).to_be_visible()

    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("status")).to_have_text("You are signed out.")
    await page.goto(f"{demo.address}/password")
    await expect(page.get_by_label("User name")).to_be_visible()
