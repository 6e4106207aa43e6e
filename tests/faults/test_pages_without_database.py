"""The database is away from where people sign in: every page says so, gives nothing away, and goes on afterwards."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from auth.captchas import captcha_to_draw
from auth.desk import Desk
from server.metrics import SIGN_INS_NOW
from server.operations.places import SIGNING_IN, Places
from server.signing_in.routes import signing_in_routes
from server.signing_in.words import WORDS
from storage.engine import connect
from tests.asking import AUDIT_KEY, Api
from tests.at_the_desk import active_person, desk_of
from tests.at_the_pages import signed_in
from tests.fuzzing.answers import INTERNALS
from tests.losing import let_everybody_in, shut_everybody_out
from tests.opened_accounts import Person
from tests.paged import Browser, Page

ENTERED = {
    "userName": "13800001234",
    "phone": "13800001234",
    "password": "Lighthouse8",
    "oldPassword": "Lighthouse8",
    "newPassword": "Lighthouse9",
    "code": "123456",
    "activationCode": "K7PW-3XQA-9MTD",
    "name": "王建国",
    "identityNumber": "370102199001011234",
    "captcha": "12345",
}
OF_FILES = {"/sign-in/pages.css", "/sign-in/lighthouse.svg"}
AUTHORIZE = {"client_id": "some", "response_type": "code", "redirect_uri": "https://web.example/callback"}
CLIENT = {"client_id": "some", "client_secret": "some", "token": "some", "grant_type": "client_credentials"}

Answers = dict[tuple[str, str], httpx.Response]


@pytest.fixture
async def own_api(empty_database_url: str) -> AsyncIterator[Api]:
    async with connect(empty_database_url, connections=4, patience=0.5, audit_key=AUDIT_KEY) as database:
        api = Api(database)
        yield api
        await api.http.aclose()


@pytest.fixture
def desk(own_api: Api) -> Desk:
    return desk_of(own_api)


@pytest.fixture
async def person(desk: Desk) -> Person:
    return await active_person(desk)


@pytest.fixture
async def browser(own_api: Api, desk: Desk, person: Person) -> Browser:
    """At which the person is signed in."""
    browser = Browser(own_api.app, own_api.authority.issuer)

    async def read(page: Page) -> str:
        return await captcha_to_draw(desk, page.captcha) or ""

    assert (await signed_in(browser, desk, read, person)).path == "/signed-in"
    return browser


def addresses(desk: Desk) -> list[tuple[str, str]]:
    """Of all pages, by method and path."""
    routes: list[Route] = signing_in_routes(desk, "", Places(SIGNING_IN, SIGN_INS_NOW))
    pages = [route for route in routes if route.path not in OF_FILES]
    return [("POST" if "POST" in (route.methods or ()) else "GET", route.path.format(id="some")) for route in pages]


async def answers(browser: Browser, desk: Desk, form_token: str) -> Answers:
    """Of each page, as the browser is answered by it, with everything filled in that any form has."""
    sent: dict[str, Any] = {"data": {**ENTERED, "formToken": form_token}, "follow_redirects": False}
    return {
        (method, path): await browser.http.request(method, path, **(sent if method == "POST" else {}))
        for method, path in addresses(desk)
    }


def tells_nothing(response: httpx.Response) -> None:
    assert "set-cookie" not in response.headers, "nobody is signed out by it"
    assert INTERNALS.findall(response.text) == []
    assert [value for value in ENTERED.values() if value in response.text] == []


async def shut_out(url: str) -> None:
    await asyncio.to_thread(shut_everybody_out, url)


async def let_in(url: str, api: Api) -> None:
    await asyncio.to_thread(let_everybody_in, url)
    async with asyncio.timeout(60):
        while (await api.http.get("/readyz")).status_code != 200:
            pass


async def test_every_page_says_so_and_whoever_was_signed_in_still_is(
    own_api: Api, empty_database_url: str, desk: Desk, browser: Browser
) -> None:
    form_token = (await browser.open("/password")).forms[0].fields["formToken"]
    await shut_out(empty_database_url)
    away = await answers(browser, desk, form_token)
    assert {asked: response.status_code for asked, response in away.items()} == dict.fromkeys(away, 503)
    for (_, path), response in away.items():
        assert response.headers["retry-after"] == "1"
        assert ("captcha" in path) != (WORDS["en"]["unavailable"] in response.text)
        tells_nothing(response)
    await let_in(empty_database_url, own_api)
    page = await browser.open("/password")
    assert (page.path, page.status) == ("/password", 200)
    back = await answers(browser, desk, form_token)
    assert max(response.status_code for response in back.values()) < 500


async def test_who_comes_for_the_first_time_is_told_so_where_anything_must_be_asked(
    own_api: Api, empty_database_url: str
) -> None:
    await shut_out(empty_database_url)
    for path in ("/sign-in", "/sign-in/code", "/activate", "/activate/code", "/recover", "/recover/password"):
        page = await Browser(own_api.app).open(path)
        assert (page.status, page.heading) == (503, WORDS["en"]["unavailable"])
        assert page.path == path
    await let_in(empty_database_url, own_api)
    assert (await Browser(own_api.app).open("/sign-in")).status == 200


async def test_what_was_begun_is_ended_afterwards(
    own_api: Api, empty_database_url: str, desk: Desk, person: Person
) -> None:
    """The form that could not be sent is sent again as it is."""
    browser = Browser(own_api.app, own_api.authority.issuer)
    page = await browser.open("/sign-in")
    digits = await captcha_to_draw(desk, page.captcha) or ""
    await shut_out(empty_database_url)
    given = {"userName": person.phone, "password": "Lighthouse8", "captcha": digits}
    assert (await browser.send(page, **given)).status == 503
    await let_in(empty_database_url, own_api)
    assert (await browser.send(page, **given)).path == "/sign-in/code"


async def test_addresses_of_applications_say_so_in_the_words_of_oauth(
    own_api: Api, empty_database_url: str, browser: Browser
) -> None:
    await shut_out(empty_database_url)
    http = browser.http
    away = [
        await http.get("/oauth/authorize", params=AUTHORIZE),
        await http.get("/oauth/end-session", params={"client_id": "some"}),
        *[await http.post(f"/oauth/{path}", data=CLIENT) for path in ("token", "revoke", "introspect")],
    ]
    for response in away:
        assert (response.status_code, response.json()["error"]) == (503, "temporarily_unavailable")
        assert response.headers["retry-after"] == "1"
        tells_nothing(response)
    await let_in(empty_database_url, own_api)
    assert (await http.get("/oauth/authorize", params=AUTHORIZE)).status_code == 400
    assert (await browser.open("/signed-in")).path == "/signed-in"
