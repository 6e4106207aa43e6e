"""限时断开: an end to what PostgreSQL's own time limits do not end: a frozen server, a commit that waits for its disk.

The connection is shut, so that whoever waits at it hears that it is lost; what became of the statement is then unknown.
"""

import os
import socket
from asyncio import Task, create_task, get_running_loop
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from psycopg import AsyncConnection, Error

GRACE = 2.0
"""Seconds beyond PostgreSQL's own time limit, so that as a rule PostgreSQL says it first."""

_TOLD_WITHIN = 3.0
_telling: set[Task[None]] = set()


@contextmanager
def cut_off_after(connection: AsyncConnection[Any], seconds: float) -> Iterator[Callable[[], bool]]:
    """What is awaited in the block fails as on a lost connection if it takes longer. Given is whether the time is over,
    as what was awaited may have come all the same while the process stood still."""
    loop = get_running_loop()
    timer = loop.call_later(seconds, cut_off, connection)
    try:
        yield lambda: loop.time() >= timer.when()
    finally:
        timer.cancel()


def cut_off(connection: AsyncConnection[Any]) -> None:
    """Shut before PostgreSQL is told to stop: a commit that is told to wait no longer for a standby says that it has
    succeeded."""
    if connection.closed:
        return
    telling = create_task(_tell_to_stop(connection))
    _telling.add(telling)
    telling.add_done_callback(_telling.discard)
    with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as shared:
        shared.shutdown(socket.SHUT_RDWR)


async def _tell_to_stop(connection: AsyncConnection[Any]) -> None:
    """So that its process there does not go on for nobody; as far as it hears."""
    with suppress(Error, OSError):
        await connection.cancel_safe(timeout=_TOLD_WITHIN)
