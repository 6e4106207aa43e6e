"""Tables that somebody else keeps, so that statements wait for as long as a test wants."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection

from tests.waiting import blocked, superuser_of


async def patiently(holds: Callable[[], Awaitable[bool]]) -> None:
    """Looks again and again until it is so."""
    async with asyncio.timeout(20):
        while not await holds():  # noqa: ASYNC110 # PostgreSQL tells nobody
            await asyncio.sleep(0.01)


class Kept:
    """A table in the hands of another."""

    def __init__(self, holder: AsyncConnection[Any], watcher: AsyncConnection[Any]) -> None:
        self._holder = holder
        self._watcher = watcher

    async def let_go(self) -> None:
        await self._holder.rollback()

    async def is_waited_for(self, by: int) -> None:
        """Comes back once so many statements wait in PostgreSQL, no more and no fewer."""

        async def so_many() -> bool:
            return await blocked(self._watcher) == by

        await patiently(so_many)


@asynccontextmanager
async def kept(url: str, table: str) -> AsyncIterator[Kept]:
    async with superuser_of(url) as holder, superuser_of(url) as watcher:
        await holder.set_autocommit(False)
        await holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
        yield Kept(holder, watcher)
        await holder.rollback()
