import re
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import pytest
from sqlalchemy import select
from starlette.types import ASGIApp

from auth.desk import Desk
from domain.codes import AccountState
from server.signing_in.pages import CONTENT_SECURITY_POLICY
from storage.browser_sessions import session_hash, signed_in_account
from storage.models import BrowserSession
from tests.at_the_desk import (
    ACTIVATION_CODE,
    ANOTHER_PASSWORD,
    PASSWORD,
    account_of,
    active_person,
    codes_sent_to,
    invited_person,
    last_code,
)
from tests.opened_accounts import Person
from tests.paged import Browser, Page
from tests.set_clock import SetClock

Read = Callable[[Page], Awaitable[str]]
AUTHORIZE = "/oauth/authorize?client_id=console&redirect_uri=https%3A%2F%2Fapp.example%2F&state=a%26b"


async def password_sent(browser: Browser, read: Read, user_name: str, password: str = PASSWORD, path: str = "") -> Page:
    page = await browser.open(path or "/sign-in")
    return await browser.send(page, userName=user_name, password=password, captcha=await read(page))


async def signed_in(browser: Browser, desk: Desk, read: Read, person: Person, path: str = "") -> Page:
    page = await password_sent(browser, read, person.phone, path=path)
    return await browser.send(page, code=await last_code(desk.database, person.phone))


async def phone_sent(browser: Browser, read: Read, path: str, phone: str) -> Page:
    page = await browser.open(path)
    return await browser.send(page, phone=phone, captcha=await read(page))


def without_tokens(html: str) -> str:
    return re.sub(r'(value="|captcha/)[A-Za-z0-9_-]{22,64}', r"\1-", html)


async def test_password_and_code_lead_to_a_page_that_says_who_is_signed_in(
    browser: Browser, desk: Desk, read_captcha: Read
) -> None:
    person = await active_person(desk)
    page = await signed_in(browser, desk, read_captcha, person)
    assert (page.status, page.path, page.heading) == (200, "/signed-in", "You are signed in")
    assert "As administrator" in page.html
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


async def test_the_cookie_is_a_new_one_after_each_step_that_opens_something(
    browser: Browser, desk: Desk, read_captcha: Read
) -> None:
    person = await active_person(desk)
    await browser.open("/sign-in")
    before = browser.http.cookies["dengta_session"]
    await signed_in(browser, desk, read_captcha, person)
    within = browser.http.cookies["dengta_session"]
    page = await browser.open("/password")
    await browser.send(page, oldPassword=PASSWORD, newPassword=ANOTHER_PASSWORD)
    after = browser.http.cookies["dengta_session"]
    assert len({before, within, after}) == 3
    for old in (before, within):
        assert await signed_in_account(desk.database, old, desk.clock()) is None


async def test_the_answer_to_a_wrong_password_is_the_same_for_everybody_and_nobody(
    browser: Browser, desk: Desk, read_captcha: Read
) -> None:
    people = [await active_person(desk, state) for state in AccountState]
    answers = set()
    for user_name in (*(person.phone for person in people), "13999999999"):
        page = await password_sent(browser, read_captcha, user_name, "Wrong1234")
        assert page.status == 422
        answers.add(without_tokens(page.html).replace(user_name, "-"))
    assert len(answers) == 1


@pytest.mark.parametrize("path", ["/activate", "/recover"])
async def test_the_answer_to_a_phone_is_the_same_for_everybody_and_nobody(
    browser: Browser, desk: Desk, read_captcha: Read, path: str
) -> None:
    people = [await active_person(desk, state) for state in AccountState]
    answers = set()
    for phone in (*(person.phone for person in people), "13999999999"):
        page = await phone_sent(browser, read_captcha, path, phone)
        assert (page.status, page.path) == (200, f"{path}/code")
        wrong = await browser.send(page, code="")
        assert wrong.status == 422
        answers.add((without_tokens(page.html), without_tokens(wrong.html)))
    assert len(answers) == 1


async def test_an_account_is_activated_in_three_steps(browser: Browser, desk: Desk, read_captcha: Read) -> None:
    person = await invited_person(desk)
    page = await phone_sent(browser, read_captcha, "/activate", person.phone)
    page = await browser.send(page, code=await last_code(desk.database, person.phone))
    assert page.path == "/activate/account"
    entered = {"activationCode": ACTIVATION_CODE, "name": person.name, "identityNumber": person.identity_number}
    page = await browser.send(page, **entered, password="short")  # noqa: S106 # of nobody
    assert page.status == 422
    assert page.forms[0].fields["name"] == person.name, "what was entered is kept"
    assert page.forms[0].fields["password"] == "", "but for the password"
    page = await browser.send(page, **entered, password=PASSWORD)
    assert page.path == "/sign-in"
    assert "Your account is activated" in page.html
    assert (await signed_in(browser, desk, read_captcha, person)).path == "/signed-in"


async def test_a_forgotten_password_is_set_anew_in_three_steps(
    browser: Browser, desk: Desk, read_captcha: Read
) -> None:
    person = await active_person(desk)
    page = await phone_sent(browser, read_captcha, "/recover", person.phone)
    page = await browser.send(page, code=await last_code(desk.database, person.phone))
    page = await browser.send(page, identityNumber=person.identity_number, password=ANOTHER_PASSWORD)
    assert page.path == "/sign-in"
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


async def test_a_step_that_comes_too_late_starts_again(
    browser: Browser, desk: Desk, read_captcha: Read, clock: SetClock
) -> None:
    person = await active_person(desk)
    page = await phone_sent(browser, read_captcha, "/recover", person.phone)
    page = await browser.send(page, code=await last_code(desk.database, person.phone))
    clock.pass_(minutes=11)
    page = await browser.send(page, identityNumber=person.identity_number, password=ANOTHER_PASSWORD)
    assert page.path == "/recover"
    assert "Start again" in page.html


async def test_another_code_can_be_asked_for(browser: Browser, desk: Desk, read_captcha: Read) -> None:
    person = await active_person(desk)
    page = await password_sent(browser, read_captcha, person.phone)
    page = await browser.press(page, 1)
    assert page.path == "/sign-in/code"
    assert len(await codes_sent_to(desk.database, person.phone)) == 2
    page = await browser.send(page, code=await last_code(desk.database, person.phone))
    assert page.path == "/signed-in"


async def test_signing_out_ends_the_session_and_the_cookie(browser: Browser, desk: Desk, read_captcha: Read) -> None:
    await signed_in(browser, desk, read_captcha, await active_person(desk))
    token = browser.http.cookies["dengta_session"]
    page = await browser.send(await browser.open("/sign-out"))
    assert (page.path, "You are signed out" in page.html) == ("/sign-in", True)
    assert browser.http.cookies["dengta_session"] != token
    assert await signed_in_account(desk.database, token, desk.clock()) is None


async def test_a_wrong_captcha_is_said_beside_its_field_and_nothing_else_is_looked_at(
    browser: Browser, desk: Desk
) -> None:
    person = await active_person(desk)
    page = await browser.open("/sign-in")
    page = await browser.send(page, userName=person.phone, password=PASSWORD, captcha="x")
    assert page.status == 422
    assert page.forms[0].attributes["captcha"]["aria-invalid"] == "true"
    assert await codes_sent_to(desk.database, person.phone) == []


async def test_too_many_attempts_are_answered_with_the_seconds_to_wait(
    browser: Browser, desk: Desk, read_captcha: Read
) -> None:
    person = await active_person(desk)
    for _ in range(3):
        await password_sent(browser, read_captcha, person.phone, "Wrong1234")
    page = await password_sent(browser, read_captcha, person.phone)
    assert (page.status, page.headers["retry-after"]) == (429, "5")
    assert "Try again in 5 seconds" in page.html


async def test_whoever_draws_too_many_pictures_is_told_so_on_a_page_of_its_own(browser: Browser) -> None:
    for _ in range(40):
        await browser.open("/sign-in")
    page = await browser.open("/sign-in")
    assert (page.status, page.heading, page.forms) == (429, "Too many attempts", [])
    assert page.headers["retry-after"] == "600"


async def test_the_picture_and_the_sound_are_there_until_the_captcha_is_answered(
    browser: Browser, read_captcha: Read
) -> None:
    page = await browser.open("/sign-in")
    for suffix, kind in (("png", "image/png"), ("wav", "audio/wav")):
        response = await browser.http.get(f"/sign-in/captcha/{page.captcha}.{suffix}")
        assert (response.status_code, response.headers["content-type"]) == (200, kind)
        assert response.headers["cache-control"] == "no-store"
    await browser.send(page, userName="-", password="-", captcha=await read_captcha(page))  # noqa: S106 # of nobody
    assert (await browser.http.get(f"/sign-in/captcha/{page.captcha}.png")).status_code == 404


PATHS = ["/sign-in", "/activate", "/recover"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("language", "lang"), [("zh", "zh-CN"), ("en", "en")])
async def test_pages_speak_both_languages_by_header_and_by_link(
    app_of: Callable[[str], ASGIApp], path: str, language: str, lang: str
) -> None:
    browser = Browser(app_of("http://dengta.test"), language=language)
    page = await browser.open(path)
    assert f'<html lang="{lang}">' in page.html
    other = await browser.open(f"{path}?lang={'en' if language == 'zh' else 'zh'}")
    assert f'<html lang="{lang}">' not in other.html
    assert f'<html lang="{lang}">' not in (await browser.open(path)).html, "the choice is remembered"


@pytest.mark.parametrize("path", [*PATHS, "/sign-in/captcha/none.png", "/sign-in/code"])
async def test_every_answer_has_the_headers_that_keep_it_safe(browser: Browser, path: str) -> None:
    page = await browser.open(path)
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    if page.status == 200:
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert "default-src 'none'" in CONTENT_SECURITY_POLICY
        assert "unsafe" not in CONTENT_SECURITY_POLICY
        assert not [tag for tag, given in page.tags if tag in ("script", "style") or "style" in given]
        assert not [name for _, given in page.tags for name in given if name.startswith("on")]


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app_of: Callable[[str], ASGIApp]) -> None:
    plain = await Browser(app_of("http://dengta.test")).open("/sign-in")
    assert re.fullmatch(r"dengta_session=[\w-]{43}; HttpOnly; Path=/; SameSite=lax", plain.headers["set-cookie"]), (
        plain.headers["set-cookie"]
    )
    secure = await Browser(app_of("https://dengta.test"), "https://dengta.test").open("/sign-in")
    assert re.fullmatch(
        r"__Host-dengta_session=[\w-]{43}; HttpOnly; Path=/; SameSite=lax; Secure", secure.headers["set-cookie"]
    ), secure.headers["set-cookie"]


async def test_signing_in_works_over_https(app_of: Callable[[str], ASGIApp], desk: Desk, read_captcha: Read) -> None:
    browser = Browser(app_of("https://dengta.test"), "https://dengta.test")
    assert (await signed_in(browser, desk, read_captcha, await active_person(desk))).path == "/signed-in"


@pytest.mark.parametrize("path", PATHS)
async def test_every_input_has_a_label_and_what_describes_it_is_there(browser: Browser, path: str) -> None:
    page = await browser.open(path)
    wrong = await browser.send(page, captcha="x")
    for shown in (page, wrong):
        for tag, given in shown.tags:
            if tag == "input" and given.get("type") != "hidden":
                assert given["id"] in shown.labels
                assert set((given.get("aria-describedby") or "").split()) <= shown.ids
            if tag == "a" and (given.get("href") or "").startswith("#"):
                assert (given["href"] or "")[1:] in shown.ids
    assert any(given.get("role") == "alert" for _, given in wrong.tags)
    assert "<title>Error: " in wrong.html


async def test_browsers_and_password_stores_know_what_each_field_is(
    browser: Browser, desk: Desk, read_captcha: Read
) -> None:
    page = await browser.open("/sign-in")
    assert page.forms[0].attributes["userName"]["autocomplete"] == "username"
    assert page.forms[0].attributes["password"]["autocomplete"] == "current-password"
    person = await active_person(desk)
    page = await password_sent(browser, read_captcha, person.phone)
    assert page.forms[0].attributes["code"]["autocomplete"] == "one-time-code"
    await browser.send(page, code=await last_code(desk.database, person.phone))
    page = await browser.open("/password")
    assert page.forms[0].attributes["newPassword"]["autocomplete"] == "new-password"


async def test_nothing_that_was_entered_becomes_html(browser: Browser, read_captcha: Read) -> None:
    entered = '"><script>alert(1)</script>'
    page = await password_sent(browser, read_captcha, entered, "-")
    assert "<script" not in page.html
    assert page.forms[0].fields["userName"] == entered


async def test_the_session_of_a_grant_is_the_hash_of_the_cookie(
    browser: Browser, desk: Desk, read_captcha: Read
) -> None:
    """What the authorization server writes into grants, and sign-out revokes them by."""
    await signed_in(browser, desk, read_captcha, await active_person(desk))
    rows = await desk.database.rows(select(BrowserSession.id_hash))
    assert rows == [(session_hash(browser.http.cookies["dengta_session"]),)]


async def test_an_account_s_personal_values_stand_in_no_address(
    browser: Browser, desk: Desk, read_captcha: Read
) -> None:
    person = await active_person(desk)
    page = await password_sent(browser, read_captcha, person.phone)
    assert person.phone not in page.url
    assert await account_of(desk.database, person, "phone") == (person.phone,)
