import pytest

from auth.desk import Desk
from tests.at_the_desk import active_person, codes_sent_to
from tests.at_the_pages import Read, password_sent, seen
from tests.opened_accounts import Person
from tests.paged import Browser
from tests.set_clock import SetClock


@pytest.fixture
async def locked_person(browser: Browser, desk: Desk, read_captcha: Read, clock: SetClock) -> Person:
    """Whose phone has just been named with the seventh wrong password."""
    person = await active_person(desk)
    for wait in (0, 0, 5, 15, 60, 300, 0):
        assert (await password_sent(browser, read_captcha, person.phone, "Wrong1234")).status == 422
        clock.pass_(seconds=wait)
    return person


async def test_too_many_attempts_are_answered_with_the_seconds_to_wait(
    browser: Browser, desk: Desk, read_captcha: Read
) -> None:
    person = await active_person(desk)
    for _ in range(3):
        await password_sent(browser, read_captcha, person.phone, "Wrong1234")
    page = await password_sent(browser, read_captcha, person.phone)
    assert (page.status, page.headers["retry-after"]) == (429, "5")
    assert "Try again in 5 seconds" in page.html


async def test_during_the_lock_the_right_password_is_answered_as_a_wrong_one_is(
    browser: Browser, desk: Desk, read_captcha: Read, locked_person: Person
) -> None:
    wrong = await password_sent(browser, read_captcha, locked_person.phone, "Wrong1234")
    right = await password_sent(browser, read_captcha, locked_person.phone)
    assert (right.status, right.headers["retry-after"]) == (429, "900")
    assert seen(right, locked_person.phone) == seen(wrong, locked_person.phone)
    assert await codes_sent_to(desk.database, locked_person.phone) == []


async def test_the_lock_holds_under_the_other_user_name_of_the_account(
    browser: Browser, desk: Desk, read_captcha: Read, locked_person: Person
) -> None:
    """Where nobody is told to wait, as a wrong password is not told from a right one."""
    right = await password_sent(browser, read_captcha, locked_person.identity_number)
    wrong = await password_sent(browser, read_captcha, locked_person.identity_number, "Wrong1234")
    assert right.status == 422
    assert seen(right, locked_person.identity_number) == seen(wrong, locked_person.identity_number)
    assert await codes_sent_to(desk.database, locked_person.phone) == []


async def test_after_a_quarter_of_an_hour_the_right_password_leads_on_and_not_a_second_earlier(
    browser: Browser, read_captcha: Read, clock: SetClock, locked_person: Person
) -> None:
    clock.pass_(minutes=14, seconds=59)
    early = await password_sent(browser, read_captcha, locked_person.phone)
    assert (early.status, early.headers["retry-after"]) == (429, "1")
    clock.pass_(seconds=1)
    assert (await password_sent(browser, read_captcha, locked_person.phone)).path == "/sign-in/code"


async def test_whoever_draws_too_many_pictures_is_told_so_on_a_page_of_its_own(browser: Browser) -> None:
    for _ in range(40):
        await browser.open("/sign-in")
    page = await browser.open("/sign-in")
    assert (page.status, page.heading, page.forms) == (429, "Too many attempts", [])
    assert page.headers["retry-after"] == "600"
