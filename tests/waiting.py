"""Until statements wait for a lock, so that a race is forced and not hoped for."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from psycopg import AsyncConnection
from sqlalchemy import text

from storage.engine import Database, libpq_url

ResultT = TypeVar("ResultT")

_WAITING = (
    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
    " WHERE NOT granted AND datname = current_database() AND relation = '{}'::regclass"
)

_BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def waiting_for(database: Database, table: str, number: int) -> None:
    """Until so many wait for the table, which somebody has locked."""
    statement = text(_WAITING.format(table))
    async with asyncio.timeout(20):
        while await database.number(statement) < number:  # noqa: ASYNC110 # PostgreSQL tells nobody
            await asyncio.sleep(0.01)


async def results_behind_a_lock(url: str, table: str, *calls: Coroutine[None, None, ResultT]) -> list[ResultT]:
    """Of calls none of which goes on before all wait: for the table, or for one that waits for it."""
    async with superuser_of(url) as watching, locked(url, table):
        started = [asyncio.create_task(call) for call in calls]
        await until_blocked(watching, len(started))
    return await asyncio.gather(*started)


@asynccontextmanager
async def locked(url: str, table: str, mode: str = "EXCLUSIVE") -> AsyncIterator[None]:
    async with superuser_of(url) as locking, locking.transaction():
        await locking.execute(f"LOCK TABLE {table} IN {mode} MODE".encode())
        yield


async def until_blocked(watching: AsyncConnection[Any], number: int) -> None:
    """Until so many wait for any lock, also for the end of another's transaction."""
    async with asyncio.timeout(8):
        while await blocked(watching) < number:  # noqa: ASYNC110 # PostgreSQL tells nobody
            await asyncio.sleep(0.01)


@asynccontextmanager
async def superuser_of(url: str) -> AsyncIterator[AsyncConnection[Any]]:
    """Who alone sees what the others wait for."""
    async with await AsyncConnection.connect(libpq_url(url), autocommit=True) as connection:
        yield connection


async def blocked(watching: AsyncConnection[Any]) -> int:
    row = await (await watching.execute(_BLOCKED)).fetchone()
    return int(row[0]) if row else 0
