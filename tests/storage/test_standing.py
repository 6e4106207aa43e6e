"""Fingerprints tell whether what a token is worth has become another, without looking it up for each."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from auth.oauth.registration import CONSOLE, ensure_console
from domain.clock import system_clock
from domain.records import OrganizationRecord
from storage.clients import active_client
from storage.engine import Database, connect
from storage.grants import NewGrant, begin_grant
from storage.standing import (
    fingerprints_of_accounts,
    fingerprints_of_grants,
    fingerprints_of_organizations,
    standing_of_account,
    standing_of_grant,
)
from tests.asking import AUDIT_KEY, ISSUER
from tests.opened_accounts import Person, opened_account

CHANGES = [
    "UPDATE accounts SET role = 'AUDITOR'",
    "UPDATE accounts SET name = '李卫国'",
    "UPDATE accounts SET organization_id = 1",
    "UPDATE organizations SET name = '新名称'",
    "UPDATE organizations SET kind = 'CITY' WHERE kind = 'COUNTY'",
    "UPDATE organizations SET path = '9/' || path",
]
OF_GRANTS = ["UPDATE grants SET scope = 'openid'", "UPDATE clients SET scopes = '{openid}'"]
ENDS = ["UPDATE accounts SET state = 'SUSPENDED'", "DELETE FROM accounts"]
OF_GRANTS_ENDS = [
    "UPDATE grants SET revoked_at = now(), revoked_because = 'test'",
    "UPDATE grants SET expires_at = now()",
    "UPDATE clients SET state = 'SUSPENDED'",
]


@pytest.fixture
async def own(own_province_url: str) -> AsyncIterator[Database]:
    database = connect(own_province_url, connections=2, audit_key=AUDIT_KEY)
    yield database
    await database.close()


@pytest.fixture
async def person(own: Database, county: OrganizationRecord) -> Person:
    return await opened_account(own, county.id)


async def granted(database: Database, person: Person, name: str = "one") -> str:
    now = system_clock()
    async with database.writing() as session:
        await ensure_console(session, ISSUER, system_clock)
        console = await active_client(session, CONSOLE)
        assert console is not None
        scope = "openid profile"
        grant = NewGrant(name, console.id, person.account_id, None, scope, now, now + timedelta(hours=1))
        await begin_grant(session, grant, now)
    return name


async def execute(database: Database, statement: str) -> None:
    async with database.writing() as session:
        await session.execute(text(statement))


def later() -> datetime:
    return system_clock() + timedelta(seconds=1)


@pytest.mark.parametrize("change", [*CHANGES, *OF_GRANTS])
async def test_another_standing_of_a_grant_is_another_fingerprint(own: Database, person: Person, change: str) -> None:
    grant = await granted(own, person)
    before = await standing_of_grant(own, grant, later()), await fingerprints_of_grants(own, [grant], later())
    assert await fingerprints_of_grants(own, [grant, "unknown"], later()) == before[1]
    await execute(own, change)
    after = await standing_of_grant(own, grant, later()), await fingerprints_of_grants(own, [grant], later())
    assert after[0] != before[0]
    assert after[1] != before[1]
    assert list(after[1]) == [grant]


@pytest.mark.parametrize("end", [*ENDS, *OF_GRANTS_ENDS])
async def test_a_grant_that_is_worth_nothing_has_none(own: Database, person: Person, end: str) -> None:
    grant = await granted(own, person)
    await execute(own, end)
    assert await standing_of_grant(own, grant, later()) is None
    assert await fingerprints_of_grants(own, [grant], later()) == {}


@pytest.mark.parametrize("change", CHANGES)
async def test_another_standing_of_an_account_is_another_fingerprint(
    own: Database, person: Person, change: str
) -> None:
    named = person.identity_number
    before = await standing_of_account(own, named), await fingerprints_of_accounts(own, [named, "unknown"])
    await execute(own, change)
    after = await standing_of_account(own, named), await fingerprints_of_accounts(own, [named])
    assert after[0] != before[0]
    assert after[1] != before[1]
    assert list(before[1]) == list(after[1]) == [named]


@pytest.mark.parametrize("end", ENDS)
async def test_an_account_out_of_use_has_none(own: Database, person: Person, end: str) -> None:
    await execute(own, end)
    assert await fingerprints_of_accounts(own, [person.identity_number]) == {}


async def test_an_organisation_that_changes_has_another(own: Database, county: OrganizationRecord) -> None:
    before = await fingerprints_of_organizations(own, [county.id, 1])
    await execute(own, f"UPDATE organizations SET name = '新名称' WHERE id = {county.id}")
    after = await fingerprints_of_organizations(own, [county.id, 1, 10**9])
    assert after.keys() == before.keys() == {county.id, 1}
    assert after[1] == before[1]
    assert after[county.id] != before[county.id]
