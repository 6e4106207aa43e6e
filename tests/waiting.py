"""Until statements wait for a lock, so that a race is forced and not hoped for."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from psycopg import AsyncConnection, sql
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
    async with await _superuser(url) as watching, await _superuser(url) as locking:
        async with locking.transaction():
            await locking.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(sql.Identifier(table)))
            started = [asyncio.create_task(call) for call in calls]
            async with asyncio.timeout(8):
                while await _number(watching) < len(started):  # noqa: ASYNC110 # PostgreSQL tells nobody
                    await asyncio.sleep(0.01)
        return await asyncio.gather(*started)


async def _superuser(url: str) -> AsyncConnection[tuple[int]]:
    """Who alone sees what the others wait for."""
    return await AsyncConnection.connect(libpq_url(url), autocommit=True)


async def _number(watching: AsyncConnection[tuple[int]]) -> int:
    row = await (await watching.execute(_BLOCKED)).fetchone()
    return row[0] if row else 0
