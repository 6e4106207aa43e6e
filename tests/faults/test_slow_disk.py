"""A disk that takes nothing any more, as commits know it: they wait for a standby that there is not.

And a PostgreSQL that is frozen altogether, which no time limit of its own can end.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable

import psutil  # type: ignore[import-untyped]  # it has no stubs
import psycopg
import pytest

from domain.codes import OrganizationKind
from storage import audit_log, cutting, engine
from storage.audit_verifying import verified_log
from storage.embedded.postmaster import postmaster
from storage.engine import Database, connect, libpq_url
from storage.errors import DatabaseUnavailableError
from storage.statements import Statement
from tests.asking import AUDIT_KEY, Api, Caller
from tests.chaos.callers import READ, saving, sound_members
from tests.chaos.servers import Postgres
from tests.commands import wait_until
from tests.conftest import DAY
from tests.oracle import Register
from tests.reading import read_register

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
VIEWER = "{ organizations(first: 1) { nodes { name } } }"


@pytest.fixture
def postgres(own_postgres: Callable[[], Postgres], monkeypatch: pytest.MonkeyPatch) -> Postgres:
    """Whose commits and reads are given up soon."""
    for module in (cutting, engine):
        monkeypatch.setattr(module, "GRACE", 0.5)
    monkeypatch.setattr(audit_log, "_PATIENCE", 1.0)
    return own_postgres()


@pytest.fixture
async def own(postgres: Postgres) -> AsyncIterator[Database]:
    url = postgres.server.url
    async with connect(url, connections=4, statement_timeout=1.0, patience=1.0, audit_key=AUDIT_KEY) as database:
        yield database


@pytest.fixture
async def register(own: Database) -> Register:
    return await read_register(own, DAY)


@pytest.fixture
async def caller(own: Database, register: Register) -> AsyncIterator[Caller]:
    api = Api(own)
    yield api.as_(register.first_of_kind(OrganizationKind.PROVINCE))
    await api.http.aclose()


def set_standby(postgres: Postgres, name: str) -> None:
    with psycopg.connect(libpq_url(postgres.server.url), autocommit=True) as connection:
        connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'".encode())
        connection.execute("SELECT pg_reload_conf()")
        shown = "SELECT current_setting('synchronous_standby_names')"
        wait_until(lambda: connection.execute(shown).fetchone() == (name,))


async def test_what_waits_for_the_disk_is_given_up_and_nothing_false_is_said(
    postgres: Postgres, caller: Caller, register: Register
) -> None:
    document = saving(next(sound_members(register)), "a new address")
    await caller.ask(READ["query"])
    set_standby(postgres, "nobody")
    saved = await caller.post(document["query"], document["variables"])
    assert saved.json()["errors"][0]["extensions"]["code"] == "OUTCOME_UNKNOWN"
    read = await caller.post(READ["query"])  # whose entry in the audit log waits
    assert (read.status_code, read.json()["errors"][0]["extensions"]["code"]) == (503, "DATABASE_UNAVAILABLE")
    assert (await caller.ask(VIEWER))["organizations"]["nodes"]  # of which there is no entry
    assert (await caller.api.http.get("/readyz")).status_code == 200
    with psycopg.connect(libpq_url(postgres.server.url), autocommit=True) as connection:
        wait_until(lambda: connection.execute(WAITING).fetchone() == (0,))  # nothing waits there for nobody
    set_standby(postgres, "")
    again = await caller.ask(document["query"], document["variables"])
    assert again["updateMember"]["errors"] == []
    await caller.ask(READ["query"])
    assert (await verified_log(caller.api.database, AUDIT_KEY)).is_intact


async def write(database: Database) -> None:
    async with database.writing() as session:
        await session.execute(Statement("UPDATE members SET phone = NULL WHERE id = 1", {}))


async def test_a_frozen_postgresql_holds_nobody_for_long(postgres: Postgres, caller: Caller) -> None:
    await caller.ask(READ["query"])
    await write(caller.api.database)
    number = postmaster(postgres.folder / "cluster")
    processes = [psutil.Process(number), *psutil.Process(number).children()]
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        async with asyncio.timeout(30):
            held = await asyncio.gather(*(caller.post(READ["query"]) for _ in range(8)))
            with pytest.raises(DatabaseUnavailableError):
                await write(caller.api.database)
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)
    assert {(each.status_code, each.json()["errors"][0]["extensions"]["code"]) for each in held} == {
        (503, "DATABASE_UNAVAILABLE")
    }
    await caller.ask(READ["query"])
    await write(caller.api.database)
