"""Going through the pages where one signs in."""

from collections.abc import Awaitable, Callable

from auth.desk import Desk
from tests.at_the_desk import PASSWORD, last_code
from tests.opened_accounts import Person
from tests.paged import Browser, Page

Read = Callable[[Page], Awaitable[str]]
"""The digits in the picture of a page."""


async def password_sent(browser: Browser, read: Read, user_name: str, password: str = PASSWORD, path: str = "") -> Page:
    page = await browser.open(path or "/sign-in")
    return await browser.send(page, userName=user_name, password=password, captcha=await read(page))


async def signed_in(browser: Browser, desk: Desk, read: Read, person: Person, path: str = "") -> Page:
    page = await password_sent(browser, read, person.phone, path=path)
    return await browser.send(page, code=await last_code(desk.database, person.phone))


async def phone_sent(browser: Browser, read: Read, path: str, phone: str) -> Page:
    page = await browser.open(path)
    return await browser.send(page, phone=phone, captcha=await read(page))
