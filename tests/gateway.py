"""A gateway for messages: a real HTTP server that can fail in all the ways in which one does."""

import asyncio
import json
import ssl
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

SECRET = "the secret of the gateway"  # noqa: S105 # of a test


@dataclass
class Asked:
    """One request as the gateway got it."""

    headers: dict[str, str]
    body: dict[str, Any]
    content: bytes = b""

    @property
    def key(self) -> str:
        return self.headers["idempotency-key"]


GatewayT = TypeVar("GatewayT", bound="Gateway")
Behaviour = Callable[["Gateway", Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Gateway:
    """`behaves` says what happens to the next requests, one each; all others are answered as they should be.

    `delivered` holds the texts that reached a telephone: one for each key, as the contract has it.
    """

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    delivered: dict[str, str] = field(default_factory=dict)
    behaves: deque[Behaviour] = field(default_factory=deque)
    at_once: int = 0
    most_at_once: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                asked = await _request(reader)
                self.asked.append(asked)
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
                try:
                    await (self.behaves.popleft() if self.behaves else takes())(self, asked, writer)
                finally:
                    self.at_once -= 1
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def deliver(self, asked: Asked) -> None:
        self.delivered.setdefault(asked.key, asked.body["text"])

    @property
    def keys(self) -> list[str]:
        return [asked.key for asked in self.asked]


async def _request(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    content = await reader.readexactly(int(headers["content-length"]))
    return Asked(headers, json.loads(content), content)


def _response(status: int, headers: dict[str, str], body: str) -> bytes:
    lines = [
        f"HTTP/1.1 {status} -",
        f"Content-Length: {len(body.encode())}",
        *(f"{n}: {v}" for n, v in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def takes(times: int = 1, body: str = "{}") -> Behaviour:
    """Delivers the message and says so, as many `times`."""

    async def behave(gateway: Gateway, asked: Asked, writer: asyncio.StreamWriter) -> None:
        gateway.deliver(asked)
        writer.write(_response(200, {}, body) * times)
        await writer.drain()

    return behave


def takes_together(number: int, patience: float) -> Behaviour:
    """Answers only once so many requests are under way, and then delivers them."""

    async def behave(gateway: Gateway, asked: Asked, writer: asyncio.StreamWriter) -> None:
        await eventually(lambda: gateway.most_at_once >= number, patience)
        await takes()(gateway, asked, writer)

    return behave


def answers(status: int, body: str = "", **headers: str) -> Behaviour:
    """Delivers nothing. An underscore in a header's name is a hyphen."""

    async def behave(_gateway: Gateway, _asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(_response(status, {name.replace("_", "-"): value for name, value in headers.items()}, body))
        await writer.drain()

    return behave


def says(raw: bytes) -> Behaviour:
    """Whatever it is, and hangs up."""

    async def behave(_gateway: Gateway, _asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        raise ConnectionAbortedError

    return behave


def hangs(*, after_delivery: bool = False) -> Behaviour:
    async def behave(gateway: Gateway, asked: Asked, _writer: asyncio.StreamWriter) -> None:
        if after_delivery:
            gateway.deliver(asked)
        await asyncio.get_running_loop().create_future()

    return behave


def hangs_up(*, after_delivery: bool = False) -> Behaviour:
    """Closes the connection without a word."""

    async def behave(gateway: Gateway, asked: Asked, _writer: asyncio.StreamWriter) -> None:
        if after_delivery:
            gateway.deliver(asked)
        raise ConnectionAbortedError

    return behave


def trickles() -> Behaviour:
    """Answers a byte at a time, without end."""

    async def behave(_gateway: Gateway, _asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.05)

    return behave


@asynccontextmanager
async def running_gateway() -> AsyncIterator[Gateway]:
    async with answering_as(Gateway()) as gateway:
        yield gateway


@asynccontextmanager
async def answering_as(
    gateway: GatewayT, port: int = 0, certificate: ssl.SSLContext | None = None
) -> AsyncIterator[GatewayT]:
    under_way: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(gateway.serve(reader, writer))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", port, ssl=certificate)
    port = server.sockets[0].getsockname()[1]
    gateway.url = f"{'https' if certificate else 'http'}://127.0.0.1:{port}/messages"
    yield gateway
    server.close()
    for task in list(under_way):
        task.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)


async def eventually(holds: Callable[[], Awaitable[bool] | bool], patience: float = 20.0) -> None:
    """Looks again and again; fails when it has not come true in time."""
    async with asyncio.timeout(patience):
        while True:
            answer = holds()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.01)
