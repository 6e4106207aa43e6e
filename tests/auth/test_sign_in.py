import asyncio
from datetime import timedelta

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import select

from auth.desk import Desk, Visitor
from auth.passwords import Passwords
from auth.rate_limits import FAILURE_DELAYS, LOCK, TooManyAttemptsError
from auth.sign_in import check_password, check_second_factor, send_another_second_factor
from domain.codes import AccountState, AuditKind
from domain.errors import RefusedError
from storage.browser_sessions import signed_in_account
from storage.engine import Database
from storage.models import BrowserSession
from tests.at_the_desk import (
    PASSWORD,
    account_of,
    active_person,
    another,
    audited,
    codes_sent_to,
    last_code,
    noted_work,
    refused,
    signed_in_person,
)
from tests.opened_accounts import put_in_state
from tests.set_clock import SetClock

WRONG = "Wrong1234"


async def wait_out_the_pause(desk: Desk, visitor: Visitor, clock: SetClock, user_name: str, failures: int) -> None:
    """Fails so often, each time as soon as it may."""
    for delay in FAILURE_DELAYS[:failures]:
        assert await refused(check_password(desk, visitor, user_name, WRONG)) == "WRONG_PASSWORD"
        clock.pass_(seconds=delay.total_seconds())


@pytest.mark.parametrize("name", ["phone", "identity_number"])
async def test_password_and_second_factor_begin_a_session(desk: Desk, visitor: Visitor, name: str) -> None:
    person = await active_person(desk)
    await check_password(desk, visitor, getattr(person, name), PASSWORD)
    assert await signed_in_account(desk.database, visitor.session_token, desk.clock()) is None

    token = await check_second_factor(desk, visitor, await last_code(desk.database, person.phone))

    found = await signed_in_account(desk.database, token, desk.clock())
    assert found is not None
    assert found.account_id == person.account_id
    assert await account_of(desk.database, person, "signed_in_at") == (desk.clock(),)


async def test_user_names_may_be_typed_with_spaces_and_in_lower_case(desk: Desk, visitor: Visitor) -> None:
    person = await active_person(desk)
    await check_password(desk, visitor, f"+86 {person.phone[:3]} {person.phone[3:7]}-{person.phone[7:]}", PASSWORD)
    await check_password(desk, visitor, f" {person.identity_number.lower()} ", PASSWORD)


async def test_the_token_of_the_session_is_a_new_one(desk: Desk, visitor: Visitor) -> None:
    _, token = await signed_in_person(desk, visitor)
    assert token != visitor.session_token
    assert await signed_in_account(desk.database, visitor.session_token, desk.clock()) is None


async def test_signing_in_anew_ends_the_session_that_the_browser_had(desk: Desk, visitor: Visitor) -> None:
    _, first = await signed_in_person(desk, visitor)
    await signed_in_person(desk, Visitor(first))
    assert await signed_in_account(desk.database, first, desk.clock()) is None


@pytest.mark.parametrize(
    "state", [AccountState.INVITED, AccountState.SUSPENDED, AccountState.REVOKED, None], ids=lambda s: s or "nobody"
)
async def test_the_right_password_of_an_account_that_may_not_sign_in_is_a_wrong_one(
    desk: Desk, visitor: Visitor, state: AccountState | None
) -> None:
    person = await active_person(desk, state or AccountState.ACTIVE)
    user_name = person.phone if state else "13999999999"
    with pytest.raises(RefusedError) as of_another:
        await check_password(desk, visitor, user_name, PASSWORD)
    with pytest.raises(RefusedError) as of_wrong:
        await check_password(desk, visitor, (await active_person(desk)).phone, WRONG)
    assert of_another.value.problems == of_wrong.value.problems
    assert await codes_sent_to(desk.database, person.phone) == []


async def test_the_same_work_is_done_whether_the_account_exists_or_not(desk: Desk, visitor: Visitor) -> None:
    """The same statements, but for their values, and one comparison of a password."""
    people = [await active_person(desk, state) for state in AccountState]
    work = []
    for user_name in (*(person.phone for person in people), "13999999999"):
        with noted_work() as done:
            await refused(check_password(desk, visitor, user_name, WRONG))
        work.append(done)
    assert [done == work[0] for done in work] == [True] * 5
    assert len(work[0].comparisons) == 1
    assert len(work[0].statements) > 3


@pytest.mark.parametrize("exists", [True, False])
async def test_failures_slow_down_and_lock_for_a_quarter_of_an_hour_whether_the_account_exists_or_not(
    desk: Desk, visitor: Visitor, clock: SetClock, exists: bool
) -> None:
    person = await active_person(desk)
    user_name = person.phone if exists else "13999999999"
    pauses = []
    for delay in FAILURE_DELAYS:
        assert await refused(check_password(desk, visitor, user_name, WRONG)) == "WRONG_PASSWORD"
        if delay:
            with pytest.raises(TooManyAttemptsError) as error:
                await check_password(desk, visitor, user_name, PASSWORD)
            pauses.append(error.value.retry_after)
            clock.pass_(seconds=error.value.retry_after)
    assert pauses == [5, 15, 60, 300, LOCK.total_seconds()]
    if exists:
        await check_password(desk, visitor, user_name, PASSWORD)
    else:
        assert await refused(check_password(desk, visitor, user_name, PASSWORD)) == "WRONG_PASSWORD"


async def test_a_locked_account_looks_like_a_wrong_password_by_its_other_name(
    desk: Desk, visitor: Visitor, clock: SetClock
) -> None:
    person = await active_person(desk)
    await wait_out_the_pause(desk, visitor, clock, person.phone, len(FAILURE_DELAYS) - 1)
    await refused(check_password(desk, visitor, person.phone, WRONG))
    assert await refused(check_password(desk, visitor, person.identity_number, PASSWORD)) == "WRONG_PASSWORD"
    clock.pass_(seconds=LOCK.total_seconds())
    await check_password(desk, visitor, person.identity_number, PASSWORD)


async def test_the_right_password_has_failures_forgotten(desk: Desk, visitor: Visitor, clock: SetClock) -> None:
    person = await active_person(desk)
    for _ in range(3):
        await wait_out_the_pause(desk, visitor, clock, person.phone, 2)
        await check_password(desk, visitor, person.phone, PASSWORD)
        clock.pass_(minutes=20)
    assert await account_of(desk.database, person, "failed_attempts", "locked_until") == (0, None)


async def test_of_guesses_at_the_same_moment_those_after_the_first_pause_are_not_even_compared(
    desk: Desk, visitor: Visitor
) -> None:
    person = await active_person(desk)
    guesses = [check_password(desk, visitor, person.phone, WRONG) for _ in range(16)]
    outcomes = [type(outcome) for outcome in await asyncio.gather(*guesses, return_exceptions=True)]
    assert outcomes.count(RefusedError) == 3
    assert outcomes.count(TooManyAttemptsError) == 13


async def test_an_address_may_try_so_often_whatever_the_user_name(desk: Desk, visitor: Visitor) -> None:
    for number in range(100):
        await refused(check_password(desk, visitor, f"1390000{number:04}", WRONG))
    with pytest.raises(TooManyAttemptsError):
        await check_password(desk, visitor, "13911111111", WRONG)
    elsewhere = Visitor(visitor.session_token, "192.0.2.2")
    await refused(check_password(desk, elsewhere, "13911111111", WRONG))


async def test_a_code_is_good_for_five_minutes(desk: Desk, visitor: Visitor, clock: SetClock) -> None:
    person = await active_person(desk)
    await check_password(desk, visitor, person.phone, PASSWORD)
    clock.pass_(minutes=5)
    code = await last_code(desk.database, person.phone)
    assert await refused(check_second_factor(desk, visitor, code)) == "WRONG_VERIFICATION_CODE"
    clock.pass_(seconds=-1)
    await check_second_factor(desk, visitor, code)


async def test_a_code_is_good_once(desk: Desk, visitor: Visitor) -> None:
    person, _ = await signed_in_person(desk, visitor)
    code = await last_code(desk.database, person.phone)
    assert await refused(check_second_factor(desk, visitor, code)) == "WRONG_VERIFICATION_CODE"


async def test_a_code_may_be_tried_five_times(desk: Desk, visitor: Visitor) -> None:
    for wrong, passes in ((4, True), (5, False)):
        person = await active_person(desk)
        await check_password(desk, visitor, person.phone, PASSWORD)
        code = await last_code(desk.database, person.phone)
        for _ in range(wrong):
            assert await refused(check_second_factor(desk, visitor, another(code))) == "WRONG_VERIFICATION_CODE"
        if passes:
            await check_second_factor(desk, visitor, code)
        else:
            assert await refused(check_second_factor(desk, visitor, code)) == "WRONG_VERIFICATION_CODE"


async def test_a_code_is_good_in_the_browser_that_asked_for_it_alone(desk: Desk, visitor: Visitor) -> None:
    person = await active_person(desk)
    await check_password(desk, visitor, person.phone, PASSWORD)
    code = await last_code(desk.database, person.phone)
    assert await refused(check_second_factor(desk, Visitor("another"), code)) == "WRONG_VERIFICATION_CODE"


async def test_another_code_replaces_the_one_before(desk: Desk, visitor: Visitor) -> None:
    person = await active_person(desk)
    await check_password(desk, visitor, person.phone, PASSWORD)
    await send_another_second_factor(desk, visitor)
    await send_another_second_factor(desk, Visitor("another"))
    first, second = await codes_sent_to(desk.database, person.phone)
    if first != second:
        assert await refused(check_second_factor(desk, visitor, first)) == "WRONG_VERIFICATION_CODE"
    await check_second_factor(desk, visitor, second)


async def test_of_one_code_sent_sixteen_times_at_the_same_moment_one_signs_in(desk: Desk, visitor: Visitor) -> None:
    person = await active_person(desk)
    await check_password(desk, visitor, person.phone, PASSWORD)
    code = await last_code(desk.database, person.phone)
    tries = [check_second_factor(desk, visitor, code) for _ in range(16)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 1
    assert len(await desk.database.rows(select(BrowserSession.id_hash))) == 1


async def test_an_account_suspended_between_the_factors_does_not_enter(desk: Desk, visitor: Visitor) -> None:
    person = await active_person(desk)
    await check_password(desk, visitor, person.phone, PASSWORD)
    await put_in_state(desk.database, person, AccountState.SUSPENDED)
    code = await last_code(desk.database, person.phone)
    assert await refused(check_second_factor(desk, visitor, code)) == "WRONG_VERIFICATION_CODE"


async def test_no_more_messages_are_sent_to_a_phone_than_its_limit(
    desk: Desk, visitor: Visitor, clock: SetClock
) -> None:
    person = await active_person(desk)
    for _ in range(2):
        await check_password(desk, visitor, person.phone, PASSWORD)
    with pytest.raises(TooManyAttemptsError) as error:
        await check_password(desk, visitor, person.phone, PASSWORD)
    assert error.value.retry_after == 60
    clock.pass_(seconds=60)
    await check_password(desk, visitor, person.phone, PASSWORD)
    assert len(await codes_sent_to(desk.database, person.phone)) == 3


async def test_a_password_is_hashed_anew_when_parameters_have_changed(desk: Desk, visitor: Visitor) -> None:
    person = await active_person(desk)
    dearer = Desk(desk.database, Passwords(Argon2Hasher(2, 16, 1)), desk.limits, desk.code_key, desk.clock)
    await check_password(dearer, visitor, person.phone, PASSWORD)
    (stored,) = await account_of(desk.database, person, "password_hash")
    assert stored.startswith("$argon2id$v=19$m=16,t=2,p=1$")
    await check_password(dearer, visitor, person.phone, PASSWORD)
    assert await account_of(desk.database, person, "password_hash") == (stored,)


async def test_the_audit_log_tells_who_tried_and_what_came_of_it(desk: Desk, visitor: Visitor) -> None:
    person = await active_person(desk)
    await refused(check_password(desk, visitor, person.phone, WRONG))
    await refused(check_password(desk, visitor, "13999999999", WRONG))
    await refused(check_password(desk, visitor, "Typed1Password", WRONG))
    await check_password(desk, visitor, person.phone, PASSWORD)
    await check_second_factor(desk, visitor, await last_code(desk.database, person.phone))
    (subject,) = await account_of(desk.database, person, "subject")
    masked = f"{person.phone[:3]}****{person.phone[-4:]}"
    of_password = {"factor": "password"}
    assert await audited(desk.database, AuditKind.SIGN_IN) == [
        (subject, "checkPassword", {**of_password, "userName": masked, "outcome": "REFUSED", "accountState": "ACTIVE"}),
        (
            "-",
            "checkPassword",
            {**of_password, "userName": "139****9999", "outcome": "REFUSED", "accountState": "UNKNOWN"},
        ),
        ("-", "checkPassword", {**of_password, "userName": "*", "outcome": "REFUSED", "accountState": "UNKNOWN"}),
        (
            subject,
            "checkPassword",
            {**of_password, "userName": masked, "outcome": "ADMITTED", "accountState": "ACTIVE"},
        ),
        (
            subject,
            "checkSecondFactor",
            {"factor": "verification code", "outcome": "ADMITTED", "accountState": "ACTIVE"},
        ),
    ]


def test_the_lock_is_the_last_of_the_delays() -> None:
    assert FAILURE_DELAYS[-1] == LOCK == timedelta(minutes=15)
    assert list(FAILURE_DELAYS) == sorted(FAILURE_DELAYS)


async def test_nothing_of_a_code_or_password_is_in_the_database_but_the_message(
    desk: Desk, visitor: Visitor, database: Database
) -> None:
    person, token = await signed_in_person(desk, visitor)
    code = await last_code(database, person.phone)
    async with database.writing() as session:
        tables = ("accounts", "verification_codes", "browser_sessions", "audit_entries", "rate_limits", "captchas")
        for table in tables:
            cursor = await session.connection.execute(f"SELECT t::text FROM {table} t")
            stored = " ".join(row[0] for row in await cursor.fetchall())
            assert token not in stored
            assert PASSWORD not in stored
            assert f",{code}," not in stored
