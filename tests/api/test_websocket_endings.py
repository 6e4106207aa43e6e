"""How WebSockets end when somebody goes away, or nothing happens, on a real server and real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from domain.records import OrganizationRecord
from server.operations.subscribers import StreamManners
from tests.asking import Api
from tests.event_streams import event_stream
from tests.serving import served
from tests.sockets import Socket, socket

PERMISSIONS = "subscription { permissionsChanged { version } }"
PATIENCE = 20.0  # seconds
UPGRADE = (
    "GET /graphql HTTP/1.1\r\nHost: dengta.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)


@asynccontextmanager
async def lifeless(place: str) -> AsyncIterator[asyncio.StreamReader]:
    """A WebSocket whose client answers nothing, neither pings nor a goodbye."""
    host, port = place.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(UPGRADE.encode())
    async with asyncio.timeout(PATIENCE):
        await reader.readuntil(b"\r\n\r\n")
    yield reader
    writer.transport.abort()


async def closed(following: Socket) -> tuple[int, str]:
    """The code and the reason with which the server closes it."""
    async with asyncio.timeout(PATIENCE):
        await following.connection.wait_closed()
    return following.connection.close_code or 0, following.connection.close_reason or ""


async def test_a_server_that_stops_asks_to_connect_again(
    api: Api, province_url: str, county: OrganizationRecord
) -> None:
    token = api.as_(county).token
    async with AsyncExitStack() as server:
        place = await server.enter_async_context(served(api, province_url))
        async with (
            lifeless(place) as reader,
            socket(place, token) as following,
            event_stream(place, token, PERMISSIONS) as streamed,
        ):
            await following.subscribe(PERMISSIONS)
            await following.next_data()
            await streamed.next_data()
            stopping = asyncio.create_task(server.aclose())
            assert await closed(following) == (1012, "The server is going away. Connect again.")
            ended = await streamed.ended_with()
            assert ended["code"] == "SERVER_GOING_AWAY"
            assert 1_000 <= ended["retryAfterMilliseconds"] < 5_000
            async with asyncio.timeout(PATIENCE):
                await stopping
                assert b"going away" in await reader.read()


async def test_a_client_that_is_dead_is_found_and_dropped(api: Api, province_url: str) -> None:
    async with (
        served(api, province_url, streams=StreamManners(heartbeat=0.1)) as place,
        lifeless(place) as reader,
        asyncio.timeout(PATIENCE),
    ):
        assert b"keepalive ping timeout" in await reader.read()


async def test_a_socket_on_which_nothing_runs_is_closed(
    api: Api, province_url: str, county: OrganizationRecord
) -> None:
    manners = replace(api.streams, idle_socket=0.2)
    async with (
        served(api, province_url, streams=manners) as place,
        socket(place, api.as_(county).token) as following,
        socket(place, api.as_(county).token) as idle,
    ):
        await following.subscribe(PERMISSIONS)
        await following.next_data()
        assert (await closed(idle))[0] == 1000
        await following.subscribe("{ viewer { role } }", "2")
        assert (await following.next_data()) == {"viewer": {"role": "ADMINISTRATOR"}}
