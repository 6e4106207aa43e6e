import pytest
from sqlalchemy import insert, select

from auth.desk import Desk, Visitor
from auth.new_passwords import change_password, recover
from auth.rate_limits import TooManyAttemptsError
from auth.sign_in import check_password
from auth.sign_out import sign_out
from auth.verified_phone import name_phone, verify_phone
from domain.codes import AccountState, AuditKind, ClientKind, ClientState, CodePurpose
from storage.browser_sessions import SignedIn, session_hash, signed_in_account
from storage.engine import Database
from storage.models import Client, Grant, Message
from tests.at_the_desk import (
    ANOTHER_PASSWORD,
    PASSWORD,
    account_of,
    active_person,
    audited,
    codes_sent_to,
    noted_work,
    phone_verified,
    refused,
    signed_in_person,
)
from tests.opened_accounts import Person
from tests.set_clock import SetClock

RECOVERY = CodePurpose.RECOVERY


async def granted(database: Database, clock: SetClock, person: Person, token: str) -> None:
    """As when the account signs in at an application from that session."""
    client = {
        "client_id": "console",
        "kind": ClientKind.FIRST_PARTY.value,
        "name": "-",
        "state": ClientState.ACTIVE.value,
    }
    async with database.writing() as session:
        row = await session.row(insert(Client).values(client).returning(Client.id))
        assert row is not None
        values = {
            "id": "grant",
            "client_id": row[0],
            "account_id": person.account_id,
            "session_hash": session_hash(token),
            "scope": "openid",
            "authenticated_at": clock(),
            "expires_at": clock(),
        }
        await session.execute(insert(Grant).values(values))


async def revoked_because(database: Database) -> object:
    ((because,),) = await database.rows(select(Grant.revoked_because))
    return because


async def told_of_the_password(database: Database, person: Person) -> list[str]:
    """The texts of the messages about it."""
    told = select(Message.body).where(Message.recipient == person.phone, Message.template.startswith("password-"))
    return [body for (body,) in await database.rows(told)]


async def who(desk: Desk, token: str) -> SignedIn:
    found = await signed_in_account(desk.database, token, desk.clock())
    assert found is not None
    return found


async def test_a_forgotten_password_is_set_anew_through_the_verified_phone(
    desk: Desk, visitor: Visitor, clock: SetClock
) -> None:
    person, token = await signed_in_person(desk, visitor)
    await granted(desk.database, clock, person, token)
    await phone_verified(desk, visitor, RECOVERY, person)
    await recover(desk, visitor, person.identity_number, ANOTHER_PASSWORD)

    assert await signed_in_account(desk.database, token, clock()) is None
    assert await revoked_because(desk.database) == "password set anew"
    assert await refused(check_password(desk, visitor, person.phone, PASSWORD)) == "WRONG_PASSWORD"
    await check_password(desk, visitor, person.phone, ANOTHER_PASSWORD)
    [text] = await told_of_the_password(desk.database, person)
    assert "所有登录已退出" in text
    assert "signed out everywhere" in text


async def test_recovery_ends_the_lock(desk: Desk, visitor: Visitor) -> None:
    person = await active_person(desk)
    for _ in range(3):
        await refused(check_password(desk, visitor, person.identity_number, ANOTHER_PASSWORD))
    await phone_verified(desk, visitor, RECOVERY, person)
    await recover(desk, visitor, person.identity_number, ANOTHER_PASSWORD)
    await check_password(desk, visitor, person.phone, ANOTHER_PASSWORD)


async def test_the_identity_number_must_be_that_of_the_account(desk: Desk, visitor: Visitor) -> None:
    person, other = await active_person(desk), await active_person(desk)
    await phone_verified(desk, visitor, RECOVERY, person)
    assert await refused(recover(desk, visitor, other.identity_number, ANOTHER_PASSWORD)) == "NOT_AS_REGISTERED"
    assert await account_of(desk.database, person, "version") == (1,)


async def test_a_verified_phone_sets_one_password(desk: Desk, visitor: Visitor) -> None:
    person = await active_person(desk)
    await phone_verified(desk, visitor, RECOVERY, person)
    await recover(desk, visitor, person.identity_number, ANOTHER_PASSWORD)
    assert await refused(recover(desk, visitor, person.identity_number, PASSWORD)) == "START_AGAIN"


async def test_a_phone_verified_to_recover_does_not_activate(desk: Desk, visitor: Visitor) -> None:
    person = await active_person(desk)
    await name_phone(desk, visitor, CodePurpose.ACTIVATION, person.phone)
    await phone_verified(desk, visitor, RECOVERY, person)
    assert await refused(verify_phone(desk, visitor, CodePurpose.ACTIVATION, "000000")) == "WRONG_VERIFICATION_CODE"


@pytest.mark.parametrize("state", [*(s for s in AccountState if s is not AccountState.ACTIVE), None])
async def test_a_phone_with_no_password_to_recover_behaves_like_one_with_one(
    desk: Desk, visitor: Visitor, state: AccountState | None
) -> None:
    active, other = await active_person(desk), await active_person(desk, state or AccountState.ACTIVE)
    phone = other.phone if state else "13999999999"
    work = []
    for named in (active.phone, phone):
        with noted_work() as done:
            await name_phone(desk, visitor, RECOVERY, named)
            assert await refused(verify_phone(desk, visitor, RECOVERY, "")) == "WRONG_VERIFICATION_CODE"
        work.append(done)
    assert work[0] == work[1]
    assert await codes_sent_to(desk.database, phone) == []


async def test_messages_to_one_phone_are_limited_for_anybody_and_nobody(
    desk: Desk, visitor: Visitor, clock: SetClock
) -> None:
    person = await active_person(desk)
    for phone in (person.phone, "13999999999"):
        for _ in range(2):
            await name_phone(desk, visitor, RECOVERY, phone)
        with pytest.raises(TooManyAttemptsError) as error:
            await name_phone(desk, visitor, RECOVERY, phone)
        assert error.value.retry_after == 60
    clock.pass_(minutes=1)
    await name_phone(desk, visitor, RECOVERY, person.phone)


async def test_a_password_is_changed_by_who_knows_it(desk: Desk, visitor: Visitor, clock: SetClock) -> None:
    person, token = await signed_in_person(desk, visitor)
    await granted(desk.database, clock, person, token)
    fresh = await change_password(desk, Visitor(token), await who(desk, token), PASSWORD, ANOTHER_PASSWORD)

    assert await signed_in_account(desk.database, token, clock()) is None
    assert (await who(desk, fresh)).account_id == person.account_id
    assert await revoked_because(desk.database) == "password set anew"
    await check_password(desk, visitor, person.phone, ANOTHER_PASSWORD)
    [text] = await told_of_the_password(desk.database, person)
    assert "其他登录和所有应用已退出" in text
    assert "every other sign-in and all applications were signed out" in text
    assert "所有登录已退出" not in text


async def test_the_present_password_must_be_right_and_the_new_one_another_and_good(
    desk: Desk, visitor: Visitor
) -> None:
    person, token = await signed_in_person(desk, visitor)
    account = await who(desk, token)
    for old, new, code in (
        (ANOTHER_PASSWORD, PASSWORD, "WRONG_PASSWORD"),
        (PASSWORD, PASSWORD, "PASSWORD_UNCHANGED"),
        (PASSWORD, "Lighthouse", "PASSWORD_WITHOUT_DIGIT"),
        (PASSWORD, f"Aa{person.phone}", "PASSWORD_IS_PERSONAL"),
    ):
        assert await refused(change_password(desk, visitor, account, old, new)) == code
    assert (await who(desk, token)).account_id == person.account_id


async def test_guesses_at_the_present_password_are_limited(desk: Desk, visitor: Visitor) -> None:
    _, token = await signed_in_person(desk, visitor)
    account = await who(desk, token)
    for _ in range(5):
        await refused(change_password(desk, visitor, account, ANOTHER_PASSWORD, "Lighthouse7"))
    with pytest.raises(TooManyAttemptsError):
        await change_password(desk, visitor, account, PASSWORD, ANOTHER_PASSWORD)


async def test_signing_out_ends_the_session_and_all_that_came_of_it(
    desk: Desk, visitor: Visitor, clock: SetClock
) -> None:
    person, token = await signed_in_person(desk, visitor)
    await granted(desk.database, clock, person, token)
    await sign_out(desk, Visitor(token))
    assert await signed_in_account(desk.database, token, clock()) is None
    assert await revoked_because(desk.database) == "signed out"
    (subject,) = await account_of(desk.database, person, "subject")
    assert await audited(desk.database, AuditKind.SIGN_OUT) == [(subject, "signOut", {})]


async def test_who_is_not_signed_in_has_nothing_to_end(desk: Desk, visitor: Visitor) -> None:
    await sign_out(desk, visitor)
    assert await audited(desk.database, AuditKind.SIGN_OUT) == []
