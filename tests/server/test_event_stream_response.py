"""Event streams over a real socket, with sources that a test can watch."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field

from starlette.types import Receive, Scope, Send

from server.operations.running import Answer
from server.routes.event_stream import EventStreamResponse
from tests.serving import answering

PATIENCE = 20.0  # seconds
LARGE = "党" * 30_000
MANY = 2_000


@dataclass
class Watched:
    """An application of one stream, whose source tells how often it was asked and when it was closed."""

    events: list[str]
    heartbeat: float = 15.0
    endless: bool = False
    pulled: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def answers(self) -> AsyncGenerator[Sequence[Answer], None]:
        try:
            for event in self.events:
                self.pulled += 1
                yield [Answer({"event": event}, [])]
            if self.endless:
                await asyncio.Event().wait()
        finally:
            self.ended.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        place = ExitStack()
        place.callback(self.left.set)
        await EventStreamResponse(self.answers(), place, self.heartbeat, "en")(scope, receive, send)


@dataclass
class Client:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def read_until(self, text: str) -> str:
        async with asyncio.timeout(PATIENCE):
            return (await self.reader.readuntil(text.encode())).decode()

    async def read_to_the_end(self) -> bytes:
        async with asyncio.timeout(PATIENCE):
            return await self.reader.read()


@asynccontextmanager
async def asking(app: Watched, buffer: int = 2**16) -> AsyncIterator[Client]:
    """With the server that it asks. Both keep little in between, so that a test is soon through."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
    async with answering(app, listening), client_of(listening, buffer) as client:
        yield client


@asynccontextmanager
async def client_of(listening: socket.socket, buffer: int = 2**16) -> AsyncIterator[Client]:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    connection.connect(listening.getsockname())
    connection.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=connection, limit=2 * len(LARGE.encode()))
    writer.write(b"GET / HTTP/1.1\r\nHost: dengta.test\r\n\r\n")
    await writer.drain()
    yield Client(reader, writer)
    writer.transport.abort()


async def within_patience(event: asyncio.Event) -> None:
    async with asyncio.timeout(PATIENCE):
        await event.wait()


async def test_a_client_that_does_not_read_holds_the_source_back_and_is_dropped() -> None:
    app = Watched([LARGE] * MANY, heartbeat=0.3)
    async with asking(app):
        await within_patience(app.left)
        assert app.ended.is_set()
        assert 0 < app.pulled < 30


async def test_a_client_that_reads_in_its_own_time_misses_nothing() -> None:
    app = Watched([f"{number} {LARGE}" for number in range(200)])
    async with asking(app) as client:
        for number in range(200):
            assert f'"{number} ' in await client.read_until('{"data":{') + await client.read_until("党")
            assert app.pulled < number + 20
        assert await client.read_until("event: complete\ndata:\n\n")


async def test_silence_is_filled_with_signs_of_life() -> None:
    app = Watched(["one"], heartbeat=0.05, endless=True)
    async with asking(app) as client:
        await client.read_until('data: {"data":{"event":"one"}}\n\n')
        for _ in range(3):
            await client.read_until(":\n\n")


async def test_whoever_hangs_up_leaves_nothing_behind() -> None:
    app = Watched(["one"], endless=True)
    async with asking(app) as client:
        await client.read_until("one")
        client.writer.close()
        await within_patience(app.left)
        assert app.ended.is_set()
        streaming = [task for task in asyncio.all_tasks() if "event_stream" in repr(task.get_coro())]
        assert streaming == []


async def test_a_server_that_stops_says_so_and_waits_for_nobody_who_does_not_read() -> None:
    silent, stuck = Watched(["one"], endless=True), Watched([LARGE] * MANY, heartbeat=3600)
    listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    async with AsyncExitStack() as servers, client_of(listening[0]) as client, client_of(listening[1], 4096):
        for app, place in zip((silent, stuck), listening, strict=True):
            await servers.enter_async_context(answering(app, place))
        await client.read_until("one")
        async with asyncio.timeout(PATIENCE):
            await servers.aclose()
        said = (await client.read_to_the_end()).decode()
        assert "retry: " in said
        assert '"code":"SERVER_GOING_AWAY"' in said
        assert "event: complete\ndata:\n\n" in said
        for app in (silent, stuck):
            assert app.ended.is_set()
            assert app.left.is_set()
