"""The demo inbox in a real browser, of a server that is put together as `dengta demo` does it."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Page, expect

from server.serving import application
from server.settings import Settings
from storage.engine import Database
from storage.messages import OutgoingMessage, queue_message

SCREENSHOT = os.environ.get("DENGTA_TEST_INBOX_SCREENSHOT")


@pytest.fixture
async def address(empty_database_url: str, tmp_path: Path) -> AsyncIterator[str]:
    settings = Settings(messages="inbox", data_directory=tmp_path)
    server = uvicorn.Server(uvicorn.Config(application(settings, empty_database_url), log_config=None, ws="none"))
    listening = socket.create_server(("127.0.0.1", 0))
    running = asyncio.create_task(server.serve([listening]))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await running


@pytest.fixture
def scripts() -> bool:
    return False


@pytest.fixture
async def inbox(page: Page, address: str) -> Page:
    await page.set_viewport_size({"width": 900, "height": 700})
    await page.goto(f"{address}/inbox")
    return page


async def text_to(database: Database, phone: str, text: str) -> None:
    async with database.writing() as session:
        await queue_message(session, OutgoingMessage(f"{phone[-4:]}-{len(text)}", phone, "sign_in_code", text))


async def test_a_code_appears_by_itself(inbox: Page, database: Database) -> None:
    await expect(inbox.get_by_text("There is no message yet.")).to_be_visible()
    await text_to(database, "13800001234", "【灯塔】您的登录验证码是 428190，五分钟内有效。请勿转告他人。")
    await expect(inbox.get_by_text("428190")).to_be_visible(timeout=15_000)
    await expect(inbox.get_by_text("delivered", exact=True)).to_be_visible(timeout=15_000)


async def test_a_telephone_is_found_by_its_last_digits(inbox: Page, database: Database) -> None:
    await text_to(database, "13800001234", "Your activation code is K7PW-3XQA-9MTD.")
    await text_to(database, "13900005678", "【灯塔】您的登录验证码是 428190，五分钟内有效。请勿转告他人。")
    await inbox.get_by_role("link", name="Stop refreshing").click()
    await expect(inbox.get_by_role("listitem")).to_have_count(2)
    await inbox.get_by_label("Last four digits of the telephone").fill("5678")
    await inbox.keyboard.press("Enter")
    await expect(inbox.get_by_role("listitem")).to_have_count(1)
    await expect(inbox.get_by_text("428190")).to_be_visible()
    await inbox.get_by_role("link", name="中文").click()
    await expect(inbox.get_by_role("heading", name="演示收件箱")).to_be_visible()
    await expect(inbox.get_by_role("listitem")).to_have_count(1)
    await inbox.get_by_role("link", name="全部").click()
    await expect(inbox.get_by_role("listitem")).to_have_count(2)
    if SCREENSHOT:
        await inbox.screenshot(path=SCREENSHOT)
