from collections.abc import Callable

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.desk import Desk
from tests.at_the_desk import PASSWORD, active_person, codes_sent_to
from tests.at_the_pages import Read
from tests.paged import Browser, Page


async def sent(browser: Browser, page: Page, changed: dict[str, str | None], **headers: str) -> Page:
    fields = {**page.forms[0].fields, **changed}
    data = {name: value for name, value in fields.items() if value is not None}
    return Page(await browser.http.post(page.forms[0].action, data=data, headers=headers))


@pytest.fixture
async def filled_in(browser: Browser, desk: Desk, read_captcha: Read) -> tuple[Page, dict[str, str | None], str]:
    """The page, what was entered, and the phone to which a code goes if the form is taken."""
    person = await active_person(desk)
    page = await browser.open("/sign-in")
    entered = {"userName": person.phone, "password": PASSWORD, "captcha": await read_captcha(page)}
    return page, dict(entered), person.phone


@pytest.mark.parametrize("token", [None, "", "0" * 64, "灯塔"])
async def test_a_form_without_the_token_of_this_browser_is_refused(
    browser: Browser, desk: Desk, filled_in: tuple[Page, dict[str, str | None], str], token: str | None
) -> None:
    page, entered, phone = filled_in
    assert (await sent(browser, page, {**entered, "formToken": token})).status == 403
    assert await codes_sent_to(desk.database, phone) == []


async def test_the_token_of_another_browser_is_refused(
    browser: Browser,
    desk: Desk,
    app_of: Callable[[str], ASGIApp],
    filled_in: tuple[Page, dict[str, str | None], str],
) -> None:
    page, entered, phone = filled_in
    other = await Browser(app_of("http://dengta.test")).open("/sign-in")
    token = other.forms[0].fields["formToken"]
    assert (await sent(browser, page, {**entered, "formToken": token})).status == 403
    assert await codes_sent_to(desk.database, phone) == []


async def test_a_form_without_the_cookie_is_refused(
    browser: Browser, filled_in: tuple[Page, dict[str, str | None], str]
) -> None:
    page, entered, _ = filled_in
    browser.http.cookies.clear()
    assert (await sent(browser, page, entered)).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://dengta.test.evil.example"},
        {"Origin": "https://dengta.test"},
        {"Origin": "http://dengta.test:8000"},
        {"Origin": "dengta.test"},
        {"Origin": ""},
    ],
)
async def test_a_form_sent_from_elsewhere_is_refused_even_with_the_token(
    browser: Browser, desk: Desk, filled_in: tuple[Page, dict[str, str | None], str], headers: dict[str, str]
) -> None:
    page, entered, phone = filled_in
    assert (await sent(browser, page, entered, **headers)).status == 403
    assert await codes_sent_to(desk.database, phone) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://dengta.test"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Origin": "http://dengta.test"},
        {"Origin": "null"},
        {},
    ],
)
async def test_our_own_pages_are_believed(
    browser: Browser, filled_in: tuple[Page, dict[str, str | None], str], headers: dict[str, str]
) -> None:
    page, entered, _ = filled_in
    assert (await sent(browser, page, entered, **headers)).path == "/sign-in/code"


async def test_our_pages_are_believed_under_another_name_of_this_server(app_of: Callable[[str], ASGIApp]) -> None:
    browser = Browser(app_of("http://127.0.0.1:8000"), "http://localhost:8000")
    assert await status_by_origin(browser, "http://localhost:8000") == 422
    assert await status_by_origin(browser, "https://localhost:8000") == 403
    assert await status_by_origin(browser, "http://localhost") == 403


@pytest.mark.parametrize("host", ["register.example", "10.0.0.7:8000"])
async def test_behind_a_proxy_our_pages_are_known_by_the_public_address(
    app_of: Callable[[str], ASGIApp], host: str
) -> None:
    browser = Browser(behind_proxy(app_of("https://register.example"), host), "https://register.example")
    assert await status_by_origin(browser, "https://register.example") == 422
    assert await status_by_origin(browser, "http://register.example") == 403
    assert await status_by_origin(browser, f"http://{host}") == 403
    assert await status_by_origin(browser, "https://register.example:8443") == 403


def behind_proxy(app: ASGIApp, host: str) -> ASGIApp:
    """A proxy that ends TLS and says nothing of it."""

    async def proxied(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [
            (b"host", host.encode()) if name == b"host" else (name, content) for name, content in scope["headers"]
        ]
        await app({**scope, "scheme": "http", "headers": headers}, receive, send)

    return proxied


async def status_by_origin(browser: Browser, origin: str) -> int:
    """Of a form in which the captcha is wrong: 422 when it was believed."""
    page = await browser.open("/sign-in")
    return (await sent(browser, page, {"captcha": "x"}, Origin=origin)).status


async def test_a_body_that_is_too_long_or_no_form_is_refused(browser: Browser) -> None:
    await browser.open("/sign-in")
    long = await browser.http.post("/sign-in", data={"userName": "x" * 20_000})
    assert long.status_code == 413
    json = await browser.http.post("/sign-in", json={})
    assert json.status_code == 415
    many = await browser.http.post("/sign-in", data={f"field{n}": "" for n in range(30)})
    assert many.status_code == 415


@pytest.mark.parametrize("path", ["/sign-out", "/password", "/sign-in/code", "/activate/account", "/recover/password"])
async def test_no_door_is_without_the_lock(browser: Browser, path: str) -> None:
    await browser.open("/sign-in")
    assert (await browser.http.post(path, data={"code": "123456"})).status_code == 403
