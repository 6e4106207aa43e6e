"""Accounts as a test needs them, past the use cases that open and activate them."""

from dataclasses import dataclass
from itertools import count

from sqlalchemy import insert, update

from domain.codes import AccountState, OrganizationKind, Role
from domain.identity_numbers import check_character
from storage.engine import Database
from storage.models import Account, Organization

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
