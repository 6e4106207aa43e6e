import re

import pytest

from auth.desk import Desk
from domain.codes import AccountState
from tests.at_the_desk import active_person
from tests.at_the_pages import Read, password_sent, phone_sent
from tests.paged import Browser


def without_tokens(html: str) -> str:
    return re.sub(r'(value="|captcha/)[A-Za-z0-9_-]{22,64}', r"\1-", html)


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
