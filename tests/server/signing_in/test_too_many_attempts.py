from auth.desk import Desk
from tests.at_the_desk import active_person
from tests.at_the_pages import Read, password_sent
from tests.paged import Browser


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
