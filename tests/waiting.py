"""Until statements wait for a lock, so that a race is forced and not hoped for."""

import asyncio

from sqlalchemy import text

from storage.engine import Database

_WAITING = (
    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
    " WHERE NOT granted AND datname = current_database() AND relation = '{}'::regclass"
)


async def waiting_for(database: Database, table: str, number: int) -> None:
    """Until so many wait for the table, which somebody has locked."""
    statement = text(_WAITING.format(table))
    async with asyncio.timeout(20):
        while await database.number(statement) < number:  # noqa: ASYNC110 # PostgreSQL tells nobody
            await asyncio.sleep(0.01)
