import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from starlette.types import ASGIApp

from auth.desk import Desk
from server.signing_in.pages import CONTENT_SECURITY_POLICY
from storage.browser_sessions import session_hash, signed_in_account
from storage.models import BrowserSession
from tests.at_the_desk import (
    ANOTHER_PASSWORD,
    PASSWORD,
    account_of,
    active_person,
    codes_sent_to,
    last_code,
)
from tests.at_the_pages import Read, password_sent, signed_in
from tests.paged import Browser


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


async def test_a_wrong_captcha_is_said_beside_its_field_and_nothing_else_is_looked_at(
    browser: Browser, desk: Desk
) -> None:
    person = await active_person(desk)
    page = await browser.open("/sign-in")
    page = await browser.send(page, userName=person.phone, password=PASSWORD, captcha="x")
    assert page.status == 422
    assert page.forms[0].attributes["captcha"]["aria-invalid"] == "true"
    assert await codes_sent_to(desk.database, person.phone) == []


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
