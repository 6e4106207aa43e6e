"""Standing in front of the desk where one signs in, and reading the messages that are sent meanwhile."""

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import pytest
from psycopg import AsyncCursor
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import insert, select

from auth.desk import Desk, Visitor
from auth.one_time_codes import hashed_code
from auth.passwords import Passwords
from auth.rate_limits import RateLimits
from auth.sign_in import check_password, check_second_factor
from auth.verified_phone import name_phone, verify_phone
from domain.clock import Clock
from domain.codes import AccountState, AuditKind, CodePurpose
from domain.errors import RefusedError
from storage.engine import Database
from storage.models import Account, ActivationCode, AuditEntry, Message
from tests.asking import Api
from tests.opened_accounts import Person, opened_account, some_organization

QUICK = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
CODE_KEY = b"the key of one-time codes in tests"
PASSWORD, ANOTHER_PASSWORD = "Lighthouse8", "Lighthouse9"  # of nobody
ACTIVATION_CODE = "K7PW-3XQA-9MTD"


def desk_over(database: Database, clock: Clock) -> Desk:
    return Desk(database, Passwords(QUICK), RateLimits(database, CODE_KEY, clock), CODE_KEY, clock)


def desk_of(api: Api) -> Desk:
    """That of the application."""
    return Desk(
        api.database, Passwords(QUICK), RateLimits(api.database, api.code_key, api.clock), api.code_key, api.clock
    )


async def active_person(desk: Desk, state: AccountState = AccountState.ACTIVE) -> Person:
    """Who can sign in with PASSWORD, unless the state forbids it."""
    organization_id = await some_organization(desk.database)
    password_hash = await desk.passwords.hashed(PASSWORD)
    return await opened_account(desk.database, organization_id, state, password_hash=password_hash)


async def invited_person(desk: Desk) -> Person:
    """Who was sent ACTIVATION_CODE, good for seven days."""
    person = await opened_account(desk.database, await some_organization(desk.database), AccountState.INVITED)
    async with desk.database.writing() as session:
        values = {
            "account_id": person.account_id,
            "code_hash": hashed_code(ACTIVATION_CODE, CODE_KEY),
            "issued_at": desk.clock(),
            "expires_at": desk.clock().replace(day=30),
        }
        await session.execute(insert(ActivationCode).values(values))
    return person


async def codes_sent_to(database: Database, phone: str) -> list[str]:
    """The six digits of each message, the last one sent at the end."""
    sent = select(Message.body).where(Message.recipient == phone).order_by(Message.id)
    found = [re.search(r"[0-9]{6}", body) for (body,) in await database.rows(sent)]
    return [match[0] for match in found if match]


async def last_code(database: Database, phone: str) -> str:
    return (await codes_sent_to(database, phone))[-1]


def another(code: str) -> str:
    """A code that is not that one."""
    return f"{(int(code) + 1) % 1_000_000:06}"


async def signed_in_person(desk: Desk, visitor: Visitor) -> tuple[Person, str]:
    """With the token of the session."""
    person = await active_person(desk)
    await check_password(desk, visitor, person.phone, PASSWORD)
    return person, await check_second_factor(desk, visitor, await last_code(desk.database, person.phone))


async def phone_verified(desk: Desk, visitor: Visitor, purpose: CodePurpose, person: Person) -> None:
    await name_phone(desk, visitor, purpose, person.phone)
    await verify_phone(desk, visitor, purpose, await last_code(desk.database, person.phone))


async def audited(database: Database, kind: AuditKind) -> Sequence[tuple[str, str, dict[str, Any]]]:
    """(actor, operation, details) of each entry of that kind."""
    columns: tuple[Any, ...] = (AuditEntry.actor, AuditEntry.operation, AuditEntry.details)
    rows = await database.rows(select(*columns).where(AuditEntry.kind == kind.value).order_by(AuditEntry.id))
    return [(actor, operation, details) for actor, operation, details in rows]


async def account_of(database: Database, person: Person, *columns: str) -> tuple[Any, ...]:
    found = select(*(getattr(Account, column) for column in columns)).where(Account.id == person.account_id)
    row = await database.row(found)
    assert row is not None
    return row


async def refused(use: Awaitable[object]) -> str:
    """The code of the one problem."""
    with pytest.raises(RefusedError) as error:
        await use
    (problem,) = error.value.problems
    return problem.code


@dataclass
class Work:
    """What goes to the database, without the values, and which passwords were compared."""

    statements: list[str] = field(default_factory=list)
    comparisons: list[str] = field(default_factory=list)


@contextmanager
def noted_work() -> Iterator[Work]:
    """Of everything that is done in the block."""
    work = Work()
    execute: Callable[..., Awaitable[Any]] = AsyncCursor.execute
    verify: Callable[..., Any] = PasswordHash.verify_and_update

    async def noted_execute(cursor: object, query: object, *rest: object, **named: object) -> object:
        work.statements.append(str(query))
        return await execute(cursor, query, *rest, **named)

    def noted_verify(hashing: object, password: str, stored: str) -> object:
        work.comparisons.append(password)
        return verify(hashing, password, stored)

    with (
        patch.object(AsyncCursor, "execute", noted_execute),
        patch.object(PasswordHash, "verify_and_update", noted_verify),
    ):
        yield work
