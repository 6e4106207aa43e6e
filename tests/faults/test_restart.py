"""PostgreSQL is restarted while the server is asked: nothing false is said, nothing is done twice, all goes on soon."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import httpx
import psycopg

from domain.codes import OrganizationKind
from storage.engine import connect, libpq_url
from tests.chaos.callers import Callers, sound_members
from tests.chaos.servers import Postgres, Server
from tests.commands import run
from tests.conftest import DAY
from tests.reading import read_register
from tests.tokens import issued

SOON = 5.0
"""Seconds from PostgreSQL's return to the last caller's first answer: the bound that docs/faults.md states."""

SAVED = "SELECT home_address FROM members WHERE home_address LIKE 'writer-%'"
RECORDED = "SELECT target, count(*) FROM audit_entries WHERE operation = 'updateMember' GROUP BY target"


@asynccontextmanager
async def called(url: str, folder: Path) -> AsyncIterator[Callers]:
    """By eight callers of a server over that database."""
    async with connect(url, connections=2) as database:
        register = await read_register(database, DAY)
    environment = {"DATABASE_URL": url, "DENGTA_DATA_DIRECTORY": str(folder / "data")}
    environment |= {"DENGTA_ISSUER": "https://register.example"}
    top = str(register.first_of_kind(OrganizationKind.PROVINCE).id)
    token = await asyncio.to_thread(issued, environment, top)
    server = Server(environment, folder / "server.log")
    server.begin()
    try:
        await server.until_ready()
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=f"http://{server.place}", headers=headers, timeout=60) as http:
            callers = Callers(http, sound_members(register))
            async with asyncio.TaskGroup() as together:
                together.create_task(callers.call())
                yield callers
                callers.enough.set()
            said_what_is_true(url, callers)
            await callers.repeat()
            done_exactly_once(url, callers)
        verified = await asyncio.to_thread(run, "audit", "verify", **environment)
        assert verified.returncode == 0, verified.stderr
    finally:
        server.kill()


def rows(url: str, statement: str) -> list[tuple[str, int]]:
    with psycopg.connect(libpq_url(url)) as connection:
        return connection.execute(statement.encode()).fetchall()


def said_what_is_true(url: str, callers: Callers) -> None:
    """What was called done is saved, what was called unavailable is not; of the unknown, either."""
    saved = {row[0] for row in rows(url, SAVED)}
    of_code = {code: {key for key, told in callers.codes.items() if told == code} for code in callers.codes.values()}
    assert of_code[None] <= saved
    assert not of_code.get("DATABASE_UNAVAILABLE", set()) & saved


def done_exactly_once(url: str, callers: Callers) -> None:
    assert {row[0] for row in rows(url, SAVED)} == set(callers.documents)
    assert Counter(number for _, number in rows(url, RECORDED)) == {1: len(callers.documents)}


async def test_calls_go_on_within_five_seconds_of_a_restart(
    own_postgres: Callable[[], Postgres], data_directory: Path
) -> None:
    """In peace first (`-m fast`), and then without finishing anything (`-m immediate`)."""
    postgres = own_postgres()
    async with called(postgres.server.url, data_directory) as callers:
        for how in (signal.SIGINT, signal.SIGQUIT):
            await callers.all_served(since=monotonic(), times=3)
            await asyncio.to_thread(postgres.end, how)
            await asyncio.to_thread(postgres.begin_again)
            ready = monotonic()
            served = await callers.all_served(since=ready)
            assert served - ready < SOON
            await callers.all_served(since=served, times=5)
            assert callers.refused_since(served) == []
