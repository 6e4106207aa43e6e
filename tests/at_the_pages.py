"""Going through the pages where one signs in."""

import re
from collections.abc import Awaitable, Callable

import httpx

from auth.desk import Desk
from tests.at_the_desk import PASSWORD, last_code
from tests.opened_accounts import Person
from tests.paged import Browser, Page

Read = Callable[[Page], Awaitable[str]]
"""The digits in the picture of a page."""

OF_EACH_REQUEST = ("date", "x-request-id")

Header = tuple[str, str]
Seen = tuple[tuple[int, tuple[Header, ...], str], ...]


async def password_sent(browser: Browser, read: Read, user_name: str, password: str = PASSWORD, path: str = "") -> Page:
    page = await browser.open(path or "/sign-in")
    return await browser.send(page, userName=user_name, password=password, captcha=await read(page))


async def signed_in(browser: Browser, desk: Desk, read: Read, person: Person, path: str = "") -> Page:
    page = await password_sent(browser, read, person.phone, path=path)
    return await browser.send(page, code=await last_code(desk.database, person.phone))


async def phone_sent(browser: Browser, read: Read, path: str, phone: str) -> Page:
    page = await browser.open(path)
    return await browser.send(page, phone=phone, captcha=await read(page))


def seen(page: Page, typed: str) -> Seen:
    """All that tells one answer from another, redirects too; without what was typed and what is random."""
    return tuple(
        (answer.status_code, headers_of(answer), without_tokens(answer.text).replace(typed, "-"))
        for answer in page.answers
    )


def headers_of(answer: httpx.Response) -> tuple[Header, ...]:
    return tuple(
        (name, without_value(content) if name == "set-cookie" else content)
        for name, content in sorted(answer.headers.multi_items())
        if name not in OF_EACH_REQUEST
    )


def without_value(cookie: str) -> str:
    """Its name and attributes."""
    return re.sub("=[^;]*", "=-", cookie, count=1)


def without_tokens(html: str) -> str:
    return re.sub(r'(value="|captcha/)[A-Za-z0-9_-]{22,64}', r"\1-", html)
