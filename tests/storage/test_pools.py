"""A pool goes on trying to connect, however long PostgreSQL has been away."""

import asyncio
from typing import Any, Self

from psycopg import AsyncConnection, OperationalError
from psycopg_pool import PoolTimeout

from storage.pools import pool_of

TRIES = 6
ENOUGH_FOR_OURS = 12.0
"""Seconds, in which pauses that double from one second on leave room for four tries."""


class Away(AsyncConnection[Any]):
    tries = 0
    enough = asyncio.Event()

    @classmethod
    async def connect(cls, *_: Any, **__: Any) -> Self:
        cls.tries += 1
        if cls.tries == TRIES:
            cls.enough.set()
        raise OperationalError


async def test_pauses_between_tries_do_not_grow() -> None:
    pool = pool_of(Away, "", most=1, patience=0.1)
    await pool.open()
    try:
        async with asyncio.timeout(ENOUGH_FOR_OURS):
            try:
                await pool.getconn()
            except PoolTimeout:  # nobody waits any more, and it is tried all the same
                await Away.enough.wait()
    finally:
        await pool.close()
