"""WebSockets to clients that do not read, over a real socket, to an application that always has more to say."""

import asyncio
import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect

from tests.serving import answering

PATIENCE = 20.0  # seconds
LARGE = "党" * 30_000


@dataclass
class Talker:
    """Sends until it is stopped."""

    stuck: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "websocket"
        await receive()
        await send({"type": "websocket.accept"})
        try:
            while True:
                self._is_stuck_soon()
                await send({"type": "websocket.send", "text": LARGE})
                self._watch.cancel()
                await asyncio.sleep(0)
        finally:
            self.ended.set()

    def _is_stuck_soon(self) -> None:
        self._watch = asyncio.get_running_loop().call_later(0.5, self.stuck.set)


def deaf(listening: socket.socket) -> connect:
    """A client that stops reading after a message or two."""
    host, port = listening.getsockname()
    return connect(f"ws://{host}:{port}", max_queue=1, ping_interval=None, compression=None, close_timeout=0)


async def test_a_client_that_does_not_read_is_dropped_for_its_missing_pongs() -> None:
    app, listening = Talker(), socket.create_server(("127.0.0.1", 0))
    async with answering(app, listening, heartbeat=1.0), deaf(listening), asyncio.timeout(PATIENCE):
        await app.stuck.wait()
        await app.ended.wait()


async def test_a_server_that_stops_does_not_wait_for_it() -> None:
    app, listening = Talker(), socket.create_server(("127.0.0.1", 0))
    async with AsyncExitStack() as server:
        await server.enter_async_context(answering(app, listening, heartbeat=3600))
        connection: ClientConnection
        async with deaf(listening) as connection, asyncio.timeout(PATIENCE):
            await app.stuck.wait()
            await server.aclose()
            assert app.ended.is_set()
            connection.transport.abort()
