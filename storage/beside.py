"""Tasks that go on beside a block, ended even where the database's driver loses that they are to end."""

from asyncio import CancelledError, Task, create_task, wait
from collections.abc import AsyncIterator, Collection, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

_AGAIN_AFTER = 0.5
"""Seconds. `asyncio.wait_for`, by which psycopg waits, can lose a cancellation that comes together with what it waits
for (Python 3.11; mended in 3.12)."""


@asynccontextmanager
async def running_beside(work: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """An error that the work ended with is raised at the end."""
    task = create_task(work)
    try:
        yield
    finally:
        await end_all([task])
        with suppress(CancelledError):
            task.result()


async def end_all(tasks: Collection[Task[Any]]) -> None:
    """Comes back when all have ended, in whatever way."""
    ending = set(tasks)
    while ending:
        for task in ending:
            task.cancel()
        ended, ending = await wait(ending, timeout=_AGAIN_AFTER)
        for task in ended:
            _ = task.cancelled() or task.exception()  # or asyncio tells that nobody has looked at it
