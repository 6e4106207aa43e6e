"""编号: giving committed changes their positions, by one process at a time.

The order of an identity column is not that of the commits: whoever reads "greater than the last" skips what was begun
earlier and commits later. So a change waits in an outbox, and gets its position only when its commit is seen. Of
two changes to one object the earlier has the smaller id, for the later waited for the lock of its row.
"""

import asyncio
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import delete, func, insert, select, update

from storage.engine import Database, session_options
from storage.errors import LOST
from storage.models import ChangeEvent, ChangeFeed, ChangeOutbox
from storage.statements import Statement, statement_of

CHANNEL = "dengta_changes"
"""On which new positions are announced, once they are committed."""

_ONE_NUMBERS_AT_A_TIME = 7_367_020
_LOOKS_EVERY = 0.05
_TAKES_OVER_EVERY = 1.0
"""Seconds: how often the outbox is looked into, and how often whoever does not number looks whether nobody does."""

_PATIENCE = 10.0
_AT_A_TIME = 2_000
_COPIED = ("type", "object_id", "org_path", "former_path", "columns", "changed_at")


def numbering(most: int) -> Statement:
    """The oldest so many, taken from the outbox and put into the feed; gives the number of each."""
    oldest = select(ChangeOutbox.id).order_by(ChangeOutbox.id).limit(most)
    columns = [getattr(ChangeOutbox, name) for name in _COPIED]
    taken = delete(ChangeOutbox).where(ChangeOutbox.id.in_(oldest)).returning(ChangeOutbox.id, *columns).cte("taken")
    number = select(func.count()).select_from(taken).scalar_subquery()
    advanced = update(ChangeFeed).values(position=ChangeFeed.position + number).returning(ChangeFeed.position)
    last = advanced.cte("advanced")
    place = last.c.position - number + func.row_number().over(order_by=taken.c.id)
    rows = select(place, *(taken.c[name] for name in _COPIED)).select_from(taken.join(last, number > 0))
    added = insert(ChangeEvent).from_select(["position", *_COPIED], rows)
    return statement_of(added.returning(ChangeEvent.position))


async def number_changes(database: Database) -> None:
    """For as long as the task lives: by this process while no other does, and again whenever the database was lost.

    A position that was told must not be given again after a crash: it is seen only once it is on the disk, and with it
    all that was committed before, also where the database is set to be quicker than that.
    """
    options = f"{session_options(_PATIENCE)} -c synchronous_commit=on"
    while True:
        try:
            async with await AsyncConnection.connect(database.url, autocommit=True, options=options) as connection:
                await _numbered_in_turn(connection)
        except LOST:
            await asyncio.sleep(_TAKES_OVER_EVERY)


async def _numbered_in_turn(connection: AsyncConnection[Any]) -> None:
    while not await _is_mine(connection):  # noqa: ASYNC110 # PostgreSQL tells nobody
        await asyncio.sleep(_TAKES_OVER_EVERY)
    statement = numbering(_AT_A_TIME)
    waiting = b"SELECT EXISTS (SELECT FROM change_outbox)"
    while True:
        [[some]] = await (await connection.execute(waiting)).fetchall()
        if not some or await number_some(connection, statement) < _AT_A_TIME:
            await asyncio.sleep(_LOOKS_EVERY)


async def _is_mine(connection: AsyncConnection[Any]) -> bool:
    """For as long as the connection lives."""
    [[mine]] = await (
        await connection.execute(b"SELECT pg_try_advisory_lock(%s)", (_ONE_NUMBERS_AT_A_TIME,))
    ).fetchall()
    return bool(mine)


async def number_some(connection: AsyncConnection[Any], statement: Statement) -> int:
    """How many there were."""
    async with connection.transaction():
        cursor = await connection.execute(statement.text.encode(), statement.values)
        if cursor.rowcount:
            await connection.execute(b"SELECT pg_notify(%s, '')", (CHANNEL,))
    return cursor.rowcount
