from sqlalchemy import select

from domain.codes import AccountState, Role
from storage.browser_sessions import (
    SESSION_LIFETIME,
    begin_session,
    end_session,
    end_sessions_of_account,
    session_hash,
    signed_in_account,
)
from storage.engine import Database
from storage.models import BrowserSession
from tests.opened_accounts import Person, opened_account, put_in_state, some_organization
from tests.set_clock import SetClock


async def signed_in(database: Database, clock: SetClock, *tokens: str) -> Person:
    person = await opened_account(database, await some_organization(database), role=Role.AUDITOR)
    async with database.writing() as session:
        for token in tokens:
            await begin_session(session, token, person.account_id, clock())
    return person


async def test_a_session_tells_who_signed_in_and_when(database: Database, clock: SetClock) -> None:
    person = await signed_in(database, clock, "token")
    found = await signed_in_account(database, "token", clock())
    assert found is not None
    assert (found.account_id, found.role, found.signed_in_at) == (person.account_id, Role.AUDITOR, clock())
    assert await signed_in_account(database, "another token", clock()) is None


async def test_the_database_knows_no_cookie(database: Database, clock: SetClock) -> None:
    await signed_in(database, clock, "token")
    assert await database.rows(select(BrowserSession.id_hash)) == [(session_hash("token"),)]
    assert await signed_in_account(database, session_hash("token"), clock()) is None


async def test_a_session_lasts_a_working_day(database: Database, clock: SetClock) -> None:
    await signed_in(database, clock, "token")
    begun = clock()
    clock.now = begun + SESSION_LIFETIME
    assert await signed_in_account(database, "token", clock()) is None
    clock.pass_(seconds=-1)
    assert await signed_in_account(database, "token", clock()) is not None


async def test_the_session_of_an_account_that_may_no_longer_sign_in_is_none(
    database: Database, clock: SetClock
) -> None:
    person = await signed_in(database, clock, "token")
    for state in (AccountState.SUSPENDED, AccountState.REVOKED, AccountState.INVITED):
        await put_in_state(database, person, state)
        assert await signed_in_account(database, "token", clock()) is None, state


async def test_one_session_is_ended_or_all_of_the_account(database: Database, clock: SetClock) -> None:
    person = await signed_in(database, clock, "first", "second", "third")
    another = await signed_in(database, clock, "another's")
    async with database.writing() as session:
        assert await end_session(session, session_hash("first")) == person.account_id
        assert await end_session(session, session_hash("first")) is None
        assert await end_sessions_of_account(session, person.account_id) == 2
    for token in ("first", "second", "third"):
        assert await signed_in_account(database, token, clock()) is None
    found = await signed_in_account(database, "another's", clock())
    assert found is not None
    assert found.account_id == another.account_id
