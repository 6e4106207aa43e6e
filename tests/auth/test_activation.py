import asyncio
from dataclasses import replace

import pytest

from auth.activation import Activation, activate
from auth.desk import Desk, Visitor
from auth.rate_limits import TooManyAttemptsError
from auth.sign_in import check_password
from auth.verified_phone import name_phone, verify_phone
from domain.codes import AccountState, AuditKind, CodePurpose
from domain.errors import RefusedError
from tests.at_the_desk import (
    ACTIVATION_CODE,
    PASSWORD,
    account_of,
    active_person,
    another,
    audited,
    codes_sent_to,
    invited_person,
    last_code,
    noted_work,
    phone_verified,
    refused,
)
from tests.opened_accounts import Person
from tests.set_clock import SetClock

ACTIVATION = CodePurpose.ACTIVATION


def all_right(person: Person) -> Activation:
    return Activation(ACTIVATION_CODE, person.name, person.identity_number, PASSWORD)


async def test_phone_code_and_what_was_registered_activate_the_account(
    desk: Desk, visitor: Visitor, clock: SetClock
) -> None:
    person = await invited_person(desk)
    await phone_verified(desk, visitor, ACTIVATION, person)
    await activate(desk, visitor, all_right(person))
    assert await account_of(desk.database, person, "state", "activated_at", "password_set_at", "version") == (
        "ACTIVE",
        clock(),
        clock(),
        2,
    )
    await check_password(desk, visitor, person.phone, PASSWORD)


async def test_what_is_typed_may_be_spaced_and_written_in_lower_case(desk: Desk, visitor: Visitor) -> None:
    person = await invited_person(desk)
    await phone_verified(desk, visitor, ACTIVATION, person)
    loosely = Activation("k7pw 3xqa 9mtd", " 张 建国 ", f" {person.identity_number.lower()}", PASSWORD)
    await activate(desk, visitor, loosely)


@pytest.mark.parametrize(
    "wrong", [{"activation_code": "K7PW-3XQA-9MTE"}, {"name": "张建军"}, {"identity_number": "370102198001019999"}]
)
async def test_whatever_does_not_match_is_refused_with_the_same_words_and_changes_nothing(
    desk: Desk, visitor: Visitor, wrong: dict[str, str]
) -> None:
    person = await invited_person(desk)
    await phone_verified(desk, visitor, ACTIVATION, person)
    assert await refused(activate(desk, visitor, replace(all_right(person), **wrong))) == "NOT_AS_REGISTERED"
    assert await account_of(desk.database, person, "state", "password_hash") == ("INVITED", None)
    await activate(desk, visitor, all_right(person))


@pytest.mark.parametrize("state", [*(s for s in AccountState if s is not AccountState.INVITED), None])
async def test_a_phone_with_nothing_to_activate_behaves_like_one_with_something(
    desk: Desk, visitor: Visitor, state: AccountState | None
) -> None:
    """The same answers after the same statements; but nothing is sent, and no code is ever right."""
    invited = await invited_person(desk)
    other = await active_person(desk, state or AccountState.ACTIVE)
    phone = other.phone if state else "13999999999"
    work = []
    for named in (invited.phone, phone):
        with noted_work() as done:
            await name_phone(desk, visitor, ACTIVATION, named)
            for _ in range(6):
                assert await refused(verify_phone(desk, visitor, ACTIVATION, "")) == "WRONG_VERIFICATION_CODE"
        work.append(done)
    assert work[0] == work[1]
    assert len(await codes_sent_to(desk.database, invited.phone)) == 1
    assert await codes_sent_to(desk.database, phone) == await codes_sent_to(desk.database, "-") == []


async def test_the_last_step_needs_a_verified_phone_in_the_same_browser(desk: Desk, visitor: Visitor) -> None:
    person = await invited_person(desk)
    await name_phone(desk, visitor, ACTIVATION, person.phone)
    assert await refused(activate(desk, visitor, all_right(person))) == "START_AGAIN"
    await verify_phone(desk, visitor, ACTIVATION, await last_code(desk.database, person.phone))
    assert await refused(activate(desk, Visitor("another"), all_right(person))) == "START_AGAIN"


async def test_the_last_step_may_be_tried_five_times(desk: Desk, visitor: Visitor) -> None:
    person = await invited_person(desk)
    await phone_verified(desk, visitor, ACTIVATION, person)
    for _ in range(5):
        entered = replace(all_right(person), name="张建军")
        assert await refused(activate(desk, visitor, entered)) == "NOT_AS_REGISTERED"
    assert await refused(activate(desk, visitor, all_right(person))) == "START_AGAIN"


async def test_the_last_step_must_follow_within_ten_minutes(desk: Desk, visitor: Visitor, clock: SetClock) -> None:
    person = await invited_person(desk)
    await phone_verified(desk, visitor, ACTIVATION, person)
    clock.pass_(minutes=10)
    assert await refused(activate(desk, visitor, all_right(person))) == "START_AGAIN"


async def test_an_account_may_be_guessed_at_ten_times_an_hour_by_however_many_browsers(
    desk: Desk, clock: SetClock
) -> None:
    person = await invited_person(desk)
    for number in range(2):
        visitor = Visitor(f"browser {number}", f"192.0.2.{number}")
        await phone_verified(desk, visitor, ACTIVATION, person)
        for _ in range(5):
            await refused(activate(desk, visitor, replace(all_right(person), activation_code="A")))
    clock.pass_(minutes=5)
    visitor = Visitor("browser 3", "192.0.2.3")
    await phone_verified(desk, visitor, ACTIVATION, person)
    with pytest.raises(TooManyAttemptsError) as error:
        await activate(desk, visitor, all_right(person))
    assert error.value.retry_after == 55 * 60


async def test_an_activation_code_expires(desk: Desk, visitor: Visitor, clock: SetClock) -> None:
    person = await invited_person(desk)
    clock.now = clock.now.replace(day=30)
    await phone_verified(desk, visitor, ACTIVATION, person)
    assert await refused(activate(desk, visitor, all_right(person))) == "NOT_AS_REGISTERED"


async def test_of_sixteen_activations_at_the_same_moment_one_wins(desk: Desk) -> None:
    """Each in a browser of its own with the phone verified, as far as the limits allow."""
    person = await invited_person(desk)
    visitors = [Visitor("one", "192.0.2.1"), Visitor("two", "192.0.2.2")]
    for visitor in visitors:
        await phone_verified(desk, visitor, ACTIVATION, person)
    tries = [activate(desk, visitors[n % 2], all_right(person)) for n in range(16)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, RefusedError | TooManyAttemptsError) for outcome in outcomes) == 15
    assert await account_of(desk.database, person, "state", "version") == ("ACTIVE", 2)


async def test_a_bad_password_is_refused_with_all_that_is_wrong_and_uses_nothing_up(
    desk: Desk, visitor: Visitor
) -> None:
    person = await invited_person(desk)
    await phone_verified(desk, visitor, ACTIVATION, person)
    with pytest.raises(RefusedError) as error:
        await activate(desk, visitor, replace(all_right(person), password="short"))  # noqa: S106 # of nobody
    assert [problem.code for problem in error.value.problems] == [
        "PASSWORD_LENGTH",
        "PASSWORD_WITHOUT_UPPER_CASE",
        "PASSWORD_WITHOUT_DIGIT",
    ]
    with_phone = replace(all_right(person), password=f"Aa{person.phone}")
    assert await refused(activate(desk, visitor, with_phone)) == "PASSWORD_IS_PERSONAL"
    assert await account_of(desk.database, person, "state") == ("INVITED",)
    await activate(desk, visitor, all_right(person))


async def test_nobody_but_the_owner_learns_that_a_password_holds_their_phone(desk: Desk, visitor: Visitor) -> None:
    person = await invited_person(desk)
    await phone_verified(desk, visitor, ACTIVATION, person)
    entered = replace(all_right(person), name="张建军", password=f"Aa{person.phone}")
    assert await refused(activate(desk, visitor, entered)) == "NOT_AS_REGISTERED"


async def test_every_step_is_in_the_audit_log(desk: Desk, visitor: Visitor) -> None:
    person = await invited_person(desk)
    await name_phone(desk, visitor, ACTIVATION, person.phone)
    code = await last_code(desk.database, person.phone)
    await refused(verify_phone(desk, visitor, ACTIVATION, another(code)))
    await verify_phone(desk, visitor, ACTIVATION, code)
    await refused(activate(desk, visitor, replace(all_right(person), name="张建军")))
    await activate(desk, visitor, all_right(person))
    (subject,) = await account_of(desk.database, person, "subject")
    entries = await audited(desk.database, AuditKind.CREDENTIAL)
    assert {actor for actor, _, _ in entries} == {subject}
    assert [(operation, details["outcome"]) for _, operation, details in entries] == [
        ("sendVerificationCode", "SENT"),
        ("verifyPhone", "WRONG"),
        ("verifyPhone", "RIGHT"),
        ("activate", "REFUSED"),
        ("activate", "ACTIVATED"),
    ]
    said = str(entries)
    assert person.phone not in said
    assert person.identity_number not in said
