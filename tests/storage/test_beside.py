import asyncio
from contextlib import suppress

import pytest

from storage.beside import running_beside


async def test_work_that_loses_a_cancellation_is_ended_all_the_same() -> None:
    ended = asyncio.Event()

    async def deaf_once() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with asyncio.timeout(10), running_beside(deaf_once()):
        await asyncio.sleep(0)
    assert ended.is_set()


async def test_an_error_of_the_work_is_raised_at_the_end() -> None:
    async def failing() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        async with running_beside(failing()):
            await asyncio.sleep(0)
