from collections.abc import Callable
from urllib.parse import quote

import pytest
from starlette.types import ASGIApp

from auth.desk import Desk
from storage.browser_sessions import signed_in_account
from tests.at_the_desk import (
    ACTIVATION_CODE,
    ANOTHER_PASSWORD,
    PASSWORD,
    active_person,
    codes_sent_to,
    invited_person,
    last_code,
)
from tests.at_the_pages import Read, password_sent, phone_sent, signed_in
from tests.paged import Browser
from tests.set_clock import SetClock

AUTHORIZE = "/oauth/authorize?client_id=console&redirect_uri=https%3A%2F%2Fapp.example%2F&state=a%26b"


@pytest.mark.parametrize(
    ("language", "asked_for", "greeting", "role"),
    [
        ("en", "Second step: the code sent to your phone", "You are signed in", "As administrator"),
        ("zh-CN", "短信验证", "您已登录", "角色：管理员"),
    ],
)
async def test_password_and_code_lead_to_a_page_that_says_who_is_signed_in(
    browser: Browser, desk: Desk, read_captcha: Read, asked_for: str, greeting: str, role: str
) -> None:
    person = await active_person(desk)
    page = await password_sent(browser, read_captcha, person.phone)
    assert (page.path, page.heading) == ("/sign-in/code", asked_for)
    page = await browser.send(page, code=await last_code(desk.database, person.phone))
    assert (page.status, page.path, page.heading) == (200, "/signed-in", greeting)
    assert role in page.html
    found = await signed_in_account(desk.database, browser.http.cookies["dengta_session"], desk.clock())
    assert found is not None
    assert found.account_id == person.account_id


async def test_after_signing_in_one_returns_to_the_application(
    browser: Browser, desk: Desk, read_captcha: Read
) -> None:
    """By a page that goes on by itself: a redirect of the form would be held to form-action."""
    person = await active_person(desk)
    path = "/sign-in?next=" + AUTHORIZE.replace("%", "%25").replace("&", "%26").replace("?", "%3F")
    page = await signed_in(browser, desk, read_captcha, person, path)
    assert page.path == "/signed-in"
    assert page.refresh == AUTHORIZE


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/oauth/authorize?",
        "//evil.example/oauth/authorize?a",
        "/oauth/authorize",
        "/oauth/token?a=b",
        "/\\evil.example",
        "/oauth/authorize?a b",
        "/oauth/authorize?a\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
    ],
)
async def test_one_is_led_nowhere_else(browser: Browser, desk: Desk, read_captcha: Read, elsewhere: str) -> None:
    person = await active_person(desk)
    page = await signed_in(browser, desk, read_captcha, person, f"/sign-in?next={quote(elsewhere, safe='')}")
    assert page.path == "/signed-in"
    assert page.refresh is None
    assert "evil" not in page.html


@pytest.mark.parametrize(
    ("language", "headings", "too_short", "activated"),
    [
        (
            "en",
            ["Activate your account: your phone", "Activate your account: who you are, and a password"],
            "A password must have 8 to 18 characters.",
            "Your account is activated. Sign in.",
        ),
        (
            "zh-CN",
            ["激活账号：验证手机", "激活账号：核对身份并设置密码"],
            "密码须为 8 至 18 个字符。",
            "账号已激活，请登录。",
        ),
    ],
)
async def test_an_account_is_activated_in_three_steps(
    browser: Browser, desk: Desk, read_captcha: Read, headings: list[str], too_short: str, activated: str
) -> None:
    person = await invited_person(desk)
    named = await phone_sent(browser, read_captcha, "/activate", person.phone)
    page = await browser.send(named, code=await last_code(desk.database, person.phone))
    assert page.path == "/activate/account"
    assert [named.heading, page.heading] == headings
    entered = {"activationCode": ACTIVATION_CODE, "name": person.name, "identityNumber": person.identity_number}
    page = await browser.send(page, **entered, password="short")  # noqa: S106 # of nobody
    assert page.status == 422
    assert too_short in page.html
    assert page.forms[0].fields["name"] == person.name, "what was entered is kept"
    assert page.forms[0].fields["password"] == "", "but for the password"
    page = await browser.send(page, **entered, password=PASSWORD)
    assert page.path == "/sign-in"
    assert activated in page.html
    assert (await signed_in(browser, desk, read_captcha, person)).path == "/signed-in"


@pytest.mark.parametrize(
    ("language", "headings", "recovered"),
    [
        (
            "en",
            ["Forgotten password: your phone", "Forgotten password: a new one"],
            "The new password is set. Sign in.",
        ),
        ("zh-CN", ["找回密码：验证手机", "找回密码：设置新密码"], "密码已重新设置，请登录。"),
    ],
)
async def test_a_forgotten_password_is_set_anew_in_three_steps(
    browser: Browser, desk: Desk, read_captcha: Read, headings: list[str], recovered: str
) -> None:
    person = await active_person(desk)
    named = await phone_sent(browser, read_captcha, "/recover", person.phone)
    page = await browser.send(named, code=await last_code(desk.database, person.phone))
    assert [named.heading, page.heading] == headings
    page = await browser.send(page, identityNumber=person.identity_number, password=ANOTHER_PASSWORD)
    assert page.path == "/sign-in"
    assert recovered in page.html
    page = await password_sent(browser, read_captcha, person.phone, ANOTHER_PASSWORD)
    assert page.path == "/sign-in/code"


async def test_steps_cannot_be_skipped(browser: Browser) -> None:
    for path, first in (
        ("/sign-in/code", "/sign-in"),
        ("/signed-in", "/sign-in"),
        ("/password", "/sign-in"),
        ("/activate/code", "/activate"),
        ("/activate/account", "/activate"),
        ("/recover/code", "/recover"),
        ("/recover/password", "/recover"),
    ):
        assert (await browser.open(path)).path == first


@pytest.mark.parametrize(("language", "again"), [("en", "Start again."), ("zh-CN", "请重新开始。")])
async def test_a_step_that_comes_too_late_starts_again(
    browser: Browser, desk: Desk, read_captcha: Read, clock: SetClock, again: str
) -> None:
    person = await active_person(desk)
    page = await phone_sent(browser, read_captcha, "/recover", person.phone)
    page = await browser.send(page, code=await last_code(desk.database, person.phone))
    clock.pass_(minutes=11)
    page = await browser.send(page, identityNumber=person.identity_number, password=ANOTHER_PASSWORD)
    assert page.path == "/recover"
    assert again in page.html


async def test_another_code_can_be_asked_for(browser: Browser, desk: Desk, read_captcha: Read) -> None:
    person = await active_person(desk)
    page = await password_sent(browser, read_captcha, person.phone)
    page = await browser.press(page, 1)
    assert page.path == "/sign-in/code"
    assert len(await codes_sent_to(desk.database, person.phone)) == 2
    page = await browser.send(page, code=await last_code(desk.database, person.phone))
    assert page.path == "/signed-in"


@pytest.mark.parametrize(("language", "signed_out"), [("en", "You are signed out."), ("zh-CN", "您已退出登录。")])
async def test_signing_out_ends_the_session_and_the_cookie(
    browser: Browser, desk: Desk, read_captcha: Read, signed_out: str
) -> None:
    await signed_in(browser, desk, read_captcha, await active_person(desk))
    token = browser.http.cookies["dengta_session"]
    page = await browser.send(await browser.open("/sign-out"))
    assert (page.path, signed_out in page.html) == ("/sign-in", True)
    assert browser.http.cookies["dengta_session"] != token
    assert await signed_in_account(desk.database, token, desk.clock()) is None


async def test_signing_in_works_over_https(app_of: Callable[[str], ASGIApp], desk: Desk, read_captcha: Read) -> None:
    browser = Browser(app_of("https://dengta.test"), "https://dengta.test")
    assert (await signed_in(browser, desk, read_captcha, await active_person(desk))).path == "/signed-in"
