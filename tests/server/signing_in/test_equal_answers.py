"""No answer tells whether there is an account: neither its text nor its status, headers and cookies."""

import pytest

from auth.desk import Desk
from domain.codes import AccountState
from tests.at_the_desk import active_person
from tests.at_the_pages import Read, password_sent, phone_sent, seen
from tests.paged import Browser

NOBODY = "13999999999"


async def test_the_answer_to_a_wrong_password_is_the_same_for_everybody_and_nobody(
    browser: Browser, desk: Desk, read_captcha: Read
) -> None:
    people = [await active_person(desk, state) for state in AccountState]
    answers = set()
    for user_name in (*(person.phone for person in people), NOBODY):
        page = await password_sent(browser, read_captcha, user_name, "Wrong1234")
        assert page.status == 422
        answers.add(seen(page, user_name))
    assert len(answers) == 1


async def test_the_answer_to_too_many_wrong_passwords_is_the_same_for_everybody_and_nobody(
    browser: Browser, desk: Desk, read_captcha: Read
) -> None:
    people = [await active_person(desk, state) for state in AccountState]
    answers = set()
    for user_name in (*(person.phone for person in people), NOBODY):
        for _ in range(3):
            await password_sent(browser, read_captcha, user_name, "Wrong1234")
        page = await password_sent(browser, read_captcha, user_name, "Wrong1234")
        assert page.status == 429
        answers.add(seen(page, user_name))
    assert len(answers) == 1


@pytest.mark.parametrize("path", ["/activate", "/recover"])
async def test_the_answer_to_a_phone_is_the_same_for_everybody_and_nobody(
    browser: Browser, desk: Desk, read_captcha: Read, path: str
) -> None:
    people = [await active_person(desk, state) for state in AccountState]
    answers = set()
    for phone in (*(person.phone for person in people), NOBODY):
        page = await phone_sent(browser, read_captcha, path, phone)
        assert (page.status, page.path) == (200, f"{path}/code")
        wrong = await browser.send(page, code="")
        assert wrong.status == 422
        answers.add((seen(page, phone), seen(wrong, phone)))
    assert len(answers) == 1
