"""Accounts as a test needs them, past the use cases that open and activate them."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from secrets import token_urlsafe

from sqlalchemy import insert, update

from auth.oauth.registration import CONSOLE, ensure_console
from domain.codes import AccountState, OrganizationKind, Role
from domain.identity_numbers import check_character
from storage.clients import active_client
from storage.engine import Database
from storage.grants import NewGrant, begin_grant
from storage.models import Account, Organization
from storage.standing import standing_of_grant
from tests.asking import ISSUER, Api

_numbers = count(1)


@dataclass(frozen=True)
class Person:
    """An account's holder."""

    account_id: int
    name: str
    identity_number: str
    phone: str


async def some_organization(database: Database) -> int:
    values = {
        "name": "某县委",
        "kind": OrganizationKind.COUNTY.value,
        "path": f"{next(_numbers)}/",
        "can_approve_membership": False,
    }
    async with database.writing() as session:
        row = await session.row(insert(Organization).values(values).returning(Organization.id))
    assert row is not None
    return int(row[0])


async def opened_account(
    database: Database,
    organization_id: int,
    state: AccountState = AccountState.ACTIVE,
    role: Role = Role.ADMINISTRATOR,
    password_hash: str | None = None,
) -> Person:
    number = next(_numbers)
    first = f"37010219800101{number:03}"
    identity_number, phone = first + check_character(first), f"138{number:08}"
    values = {
        "subject": f"subject-{number}",
        "name": "张建国",
        "identity_number": identity_number,
        "phone": phone,
        "role": role.value,
        "organization_id": organization_id,
        "state": state.value,
        "password_hash": password_hash,
    }
    async with database.writing() as session:
        row = await session.row(insert(Account).values(values).returning(Account.id))
    assert row is not None
    return Person(row[0], "张建国", identity_number, phone)


async def put_in_state(database: Database, person: Person, state: AccountState) -> None:
    async with database.writing() as session:
        await session.execute(update(Account).where(Account.id == person.account_id).values(state=state.value))


async def token_at_the_console(api: Api, person: Person) -> str:
    """An access token of the person, as signing in at the console brings it."""
    async with api.database.writing() as session:
        await ensure_console(session, ISSUER, api.clock)
    return await token_at(api, person, CONSOLE)


async def token_at(api: Api, person: Person, client_id: str) -> str:
    """As signing in at that application brings it."""
    now, hour = api.clock(), timedelta(hours=1)
    async with api.database.writing() as session:
        client = await active_client(session, client_id)
        assert client is not None
        grant = NewGrant(token_urlsafe(), client.id, person.account_id, None, "openid profile", now, now + hour)
        await begin_grant(session, grant, now)
    standing = await standing_of_grant(api.database, grant.id, now)
    assert standing is not None
    return api.authority.issue_for_grant(standing, grant.scope, hour)
