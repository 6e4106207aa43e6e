"""通知: being woken when another process has committed something (PostgreSQL's LISTEN).

A notification only wakes. Who is woken looks for what has changed, and looks by itself too: a notification is lost when
the connection is.
"""

from asyncio import Event, sleep, timeout
from collections.abc import AsyncGenerator
from contextlib import suppress

from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier

from storage.errors import LOST


async def within(event: Event, seconds: float) -> None:
    """Waits for the event, or so long."""
    with suppress(TimeoutError):
        async with timeout(seconds):
            await event.wait()


async def wake_ups(url: str, channel: str, every: float) -> AsyncGenerator[None, None]:
    """Comes by whenever something was notified on the channel, and after `every` seconds at the latest.

    On a connection of its own, which is made anew when it is lost.
    """
    while True:
        try:
            async with await AsyncConnection.connect(url, autocommit=True) as connection:
                await connection.execute(SQL("LISTEN {}").format(Identifier(channel)))
                yield
                while True:
                    async for _ in connection.notifies(timeout=every, stop_after=1):
                        pass
                    yield
        except LOST:
            yield
            await sleep(every)
