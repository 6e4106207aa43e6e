"""轮值: which webhooks this process delivers: those whose advisory lock its connection holds.

When the process is killed its connection ends, and the locks with it: another takes over within a second. When only the
connection is lost, the work is told to stop; what it does in that moment can be done twice, but moves no cursor back.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from typing import Any

from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier

from storage.engine import Database, session_options
from storage.errors import LOST
from storage.webhooks.changing import CHANNEL

_LOOKS_EVERY = 1.0
"""Seconds: how often whoever has no turn looks whether there is one, when nothing was announced."""

_AT_A_TIME = 4
"""How many are taken up at one look, so that several processes share them."""

_PATIENCE = 10.0
_KEY = 7_367_021
_NOTICED_WITHIN = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
"""A machine that has gone without a word."""

_IN_USE = b"""
SELECT id, version FROM webhooks WHERE state = 'ACTIVE' OR (test_asked_at IS NOT NULL AND test_answered_at IS NULL)
"""
_TAKE = b"""
SELECT id FROM (SELECT id FROM unnest(%s::bigint[]) AS id ORDER BY random() OFFSET 0) AS free
WHERE pg_try_advisory_lock(%s, (id %% 2147483647)::int) LIMIT %s
"""
_LEAVE = b"SELECT pg_advisory_unlock(%s, (%s::bigint %% 2147483647)::int)"

Turn = Mapping[int, int]
"""The webhooks, and of each the version."""


async def webhook_turns(database: Database) -> AsyncGenerator[Turn, None]:
    """What is this process's turn, whenever it may have changed. A webhook that is not among them any more must not be
    worked on once the next turn is asked for."""
    while True:
        with suppress(*LOST):
            options = f"{session_options(_PATIENCE)} {_NOTICED_WITHIN}"
            async with await AsyncConnection.connect(database.url, autocommit=True, options=options) as connection:
                await connection.execute(SQL("LISTEN {}").format(Identifier(CHANNEL)))
                async for turn in _turns(connection):
                    yield turn
        yield {}
        await asyncio.sleep(_LOOKS_EVERY)


async def _turns(connection: AsyncConnection[Any]) -> AsyncGenerator[Turn, None]:
    held: frozenset[int] = frozenset()
    while True:
        in_use: dict[int, int] = dict(await _rows(connection, _IN_USE))
        gone, free = held - in_use.keys(), list(in_use.keys() - held)
        taken = await _rows(connection, _TAKE, free, _KEY, _AT_A_TIME) if free else []
        held = (held - gone) | {number for (number,) in taken}
        yield {number: in_use[number] for number in held}
        for number in gone:
            await connection.execute(_LEAVE, (_KEY, number))
        async for _ in connection.notifies(timeout=_LOOKS_EVERY, stop_after=1):
            pass


async def _rows(connection: AsyncConnection[Any], statement: bytes, *values: object) -> list[Any]:
    return await (await connection.execute(statement, values)).fetchall()
