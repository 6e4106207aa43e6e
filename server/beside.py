"""Work that goes on beside the answering of requests, for as long as the application runs."""

from asyncio import CancelledError, create_task
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def running_beside(work: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """An error that the work ended with is raised at the end."""
    task = create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(CancelledError):
            await task
