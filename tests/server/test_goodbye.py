"""A served register that stops while many follow it: a real process, ended by a real signal."""

import asyncio
import signal
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.commands import free_port, running, said_until
from tests.event_streams import EventStream, event_stream
from tests.server.test_workers import LISTENS
from tests.sockets import Socket, socket
from tests.tokens import issued

PERMISSIONS = "subscription { permissionsChanged { version } }"
STREAMS, SOCKETS = 80, 20
SOON = 5.0
"""Seconds, on a machine that has much else to do; uvicorn would wait for twice as many."""


async def streams(clients: AsyncExitStack, place: str, token: str) -> list[EventStream]:
    opened = [await clients.enter_async_context(event_stream(place, token, PERMISSIONS)) for _ in range(STREAMS)]
    for following in opened:
        await following.next_data()
    return opened


async def sockets(clients: AsyncExitStack, place: str, token: str) -> list[Socket]:
    opened = [await clients.enter_async_context(socket(place, token)) for _ in range(SOCKETS)]
    for following in opened:
        await following.subscribe(PERMISSIONS)
        await following.next_data()
    return opened


async def close_code(following: Socket) -> int:
    await following.connection.wait_closed()
    return following.connection.close_code or 0


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_a_hundred_streams_are_told_and_the_process_is_gone_soon(
    province_url: str, data_directory: Path, workers: str
) -> None:
    environment = {
        "DATABASE_URL": province_url,
        "DENGTA_DATA_DIRECTORY": str(data_directory),
        "DENGTA_PORT": str(free_port()),
        "DENGTA_WORKERS": workers,
        "DENGTA_SUBSCRIPTIONS_PER_PERSON": str(STREAMS + SOCKETS),
    }
    place = f"127.0.0.1:{environment['DENGTA_PORT']}"
    with running("serve", environment=environment) as process:
        said_until(process, LISTENS)
        token = await asyncio.to_thread(issued, environment)
        async with AsyncExitStack() as clients:
            streamed = await streams(clients, place, token)
            connected = await sockets(clients, place, token)
            stopped_at = time.monotonic()
            process.send_signal(signal.SIGTERM)
            ended = await asyncio.gather(*(following.ended_with() for following in streamed))
            codes = await asyncio.gather(*(close_code(following) for following in connected))
            said, _ = await asyncio.to_thread(process.communicate, timeout=60)
            seconds = time.monotonic() - stopped_at
    assert {each["code"] for each in ended} == {"SERVER_GOING_AWAY"}
    assert set(codes) == {1012}
    assert process.returncode == 0
    assert "Traceback" not in said
    assert seconds < SOON
