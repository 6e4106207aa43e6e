"""A pool goes on trying to connect, however long PostgreSQL has been away."""

import asyncio
import time
from typing import Any, Self

import pytest
from psycopg import AsyncConnection, OperationalError
from psycopg_pool import PoolTimeout

from storage import pools
from storage.engine import libpq_url
from storage.pools import Pool, pool_of

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


async def test_a_connection_that_is_called_good_is_good_though_the_process_stood_still(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer has come meanwhile, and so has the time after which the connection is cut off."""
    monkeypatch.setattr(pools, "CHECKED_WITHIN", 0.2)
    async with await AsyncConnection.connect(libpq_url(empty_database_url), autocommit=True) as connection:
        checking = asyncio.create_task(Pool.check_connection(connection))
        await asyncio.sleep(0)
        time.sleep(0.5)  # noqa: ASYNC251 # so that nothing else goes on
        with pytest.raises(OperationalError):
            await checking
