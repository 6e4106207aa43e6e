"""Work on accounts as the operator: whoever may run commands on the server's machine."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from auth.secret_files import audit_key, code_key
from domain.clock import system_clock
from resolvers.officers import Officer, operator
from server.cli.failing import clear_errors, fail, settings_from_environment
from server.database import migrated_database
from server.secret import secret_of
from server.settings import Settings
from storage.engine import Database, connect
from storage.organizations import top_organization

ResultT = TypeVar("ResultT")


def as_operator(work: Callable[[Officer], Awaitable[ResultT]]) -> ResultT:
    """The work's result; one clear line and the end of the command when there is no register to work on."""
    with clear_errors():
        return outcome_as_operator(work)


def outcome_as_operator(work: Callable[[Officer], Awaitable[ResultT]]) -> ResultT:
    """The same; what goes wrong is left to the caller to say."""
    settings = settings_from_environment()
    with migrated_database(settings) as url:
        return asyncio.run(done_as_operator(work, url, settings))


async def done_as_operator(work: Callable[[Officer], Awaitable[ResultT]], url: str, settings: Settings) -> ResultT:
    """On the database of that URL, which has been migrated."""
    secret = secret_of(settings)
    async with connect(url, connections=2, audit_key=audit_key(secret), rules=settings.rules) as database:
        top = await top_organization(database)
        if top is None:
            raise fail("There are no organisations yet. Load data first (`dengta load`).")
        return await work(operator(database, top.path, system_clock, code_key(secret)))


def on_the_database(work: Callable[[Database], Awaitable[ResultT]]) -> ResultT:
    """Whatever there is in it; for what is no change of the register."""
    settings = settings_from_environment()

    async def done(url: str) -> ResultT:
        key = audit_key(secret_of(settings))
        async with connect(url, connections=2, audit_key=key, rules=settings.rules) as database:
            return await work(database)

    with clear_errors(), migrated_database(settings) as url:
        return asyncio.run(done(url))
