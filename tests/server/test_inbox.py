"""The demo inbox as a client without a browser sees it."""

from collections.abc import AsyncIterator
from html.parser import HTMLParser

import httpx
import pytest

from domain.clock import system_clock
from server.delivery import MessageDelivery
from server.gateways import Gateways
from server.gateways.inbox import Inbox
from storage.engine import Database
from storage.messages import OutgoingMessage, queue_message
from storage.statements import Statement
from tests.asking import Api


@pytest.fixture
async def inbox(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with Api(database, gateways=Gateways(messages=Inbox())).http as http:
        yield http


async def receive(database: Database, phone: str, text: str) -> None:
    async with database.writing() as session:
        await queue_message(session, OutgoingMessage(text.encode().hex(), phone, "sign_in_code", text))
    [(number,)] = await database.rows(Statement("SELECT max(id) FROM messages", {}))
    await MessageDelivery(database, Inbox(), system_clock).deliver(number)


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._within = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag == "p" and ("class", "text") in attrs

    def handle_data(self, data: str) -> None:
        if self._within:
            self.texts.append(data)
            self._within = False


def texts(page: httpx.Response) -> list[str]:
    assert page.status_code == 200
    parser = _Texts()
    parser.feed(page.text)
    return parser.texts


async def test_the_newest_come_first_and_only_the_last_digits_are_shown(
    database: Database, inbox: httpx.AsyncClient
) -> None:
    await receive(database, "13800001234", "first")
    await receive(database, "13900005678", "second")
    page = await inbox.get("/inbox")
    assert texts(page) == ["second", "first"]
    assert "…1234" in page.text
    assert "1380000" not in page.text


async def test_messages_for_one_telephone(database: Database, inbox: httpx.AsyncClient) -> None:
    await receive(database, "13800001234", "for one")
    await receive(database, "13900005678", "for another")
    assert texts(await inbox.get("/inbox", params={"ending": "1234"})) == ["for one"]
    assert texts(await inbox.get("/inbox", params={"ending": "0000"})) == []


@pytest.mark.parametrize("ending", ["%", "____", "13800001234", "12a", "'; --", "１２３４"])
async def test_anything_but_last_digits_is_no_condition(
    database: Database, inbox: httpx.AsyncClient, ending: str
) -> None:
    await receive(database, "13800001234", "for one")
    assert texts(await inbox.get("/inbox", params={"ending": ending})) == ["for one"]


async def test_markup_in_a_message_is_text(database: Database, inbox: httpx.AsyncClient) -> None:
    await receive(database, "13800001234", "<script>alert(1)</script> & <b>")
    page = await inbox.get("/inbox")
    assert "<script" not in page.text
    assert texts(page) == ["<script>alert(1)</script> & <b>"]


async def test_a_message_shows_before_its_delivery_that_it_waits(database: Database, inbox: httpx.AsyncClient) -> None:
    async with database.writing() as session:
        await queue_message(session, OutgoingMessage("1", "13800001234", "sign_in_code", "428190"))
    assert "待发送" in (await inbox.get("/inbox")).text


@pytest.mark.parametrize(
    ("query", "header", "language", "title"),
    [
        ("", "en-GB,en", "en", "Demo inbox"),
        ("", "zh-CN", "zh", "演示收件箱"),
        ("?lang=en", "zh-CN", "en", "Demo inbox"),
        ("?lang=zh", "en", "zh", "演示收件箱"),
        ("?lang=fr", "en", "en", "Demo inbox"),
    ],
)
async def test_both_languages(inbox: httpx.AsyncClient, query: str, header: str, language: str, title: str) -> None:
    page = await inbox.get(f"/inbox{query}", headers={"Accept-Language": header})
    assert page.headers["content-language"] == language
    assert f"<h1>{title}</h1>" in page.text


async def test_it_refreshes_by_itself_unless_told_not_to(inbox: httpx.AsyncClient) -> None:
    refreshing = '<meta http-equiv="refresh" content="3">'
    assert refreshing in (await inbox.get("/inbox")).text
    assert refreshing not in (await inbox.get("/inbox?refresh=off")).text


async def test_nothing_may_run_on_the_page_nor_keep_it(inbox: httpx.AsyncClient) -> None:
    page = await inbox.get("/inbox")
    assert page.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    assert (page.headers["cache-control"], page.headers["x-frame-options"]) == ("no-store", "DENY")
    assert (await inbox.get("/inbox/inbox.css")).headers["content-type"] == "text/css; charset=utf-8"


@pytest.mark.parametrize("path", ["/inbox", "/inbox/inbox.css"])
async def test_there_is_no_inbox_unless_it_is_the_gateway(database: Database, path: str) -> None:
    async with Api(database).http as http:
        assert (await http.get(path)).status_code == 404


async def test_a_text_is_kept_only_in_the_inbox(database: Database) -> None:
    await receive(database, "13800001234", "428190")
    kept = await database.rows(Statement("SELECT state::text, body FROM messages", {}))
    assert kept == [("SENT", "428190")]
