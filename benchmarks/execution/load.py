"""The load generator: a closed loop of prepared requests over keep-alive connections.

It shares the machine with what it measures, so it does as little as it can: raw bytes out, and of an answer only its
status, its length and, once a connection, its content.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from time import perf_counter
from typing import cast

HOST = "127.0.0.1"
_END_OF_HEAD = b"\r\n\r\n"
_OK = b"HTTP/1.1 200"


class WrongAnswerError(Exception):
    """A contender answered something else than before."""


@dataclass(frozen=True)
class Slice:
    """What one loop took: each latency in seconds, and how long it ran."""

    latencies: Sequence[float]
    seconds: float

    @property
    def requests(self) -> int:
        return len(self.latencies)

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    def milliseconds(self, quantile: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * quantile))] * 1000


async def answer_to(port: int, request: bytes) -> bytes:
    """The body of the answer to one request over a connection of its own."""
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(request)
    head = await reader.readuntil(_END_OF_HEAD)
    body = await reader.readexactly(_length_of_body(head))
    writer.close()
    if not head.startswith(_OK):
        raise WrongAnswerError(f"{head.decode('latin-1')}{body[:1000].decode(errors='replace')}")
    return body


@dataclass(frozen=True)
class _Asked:
    """What is sent, and what must come back: always so many bytes, and these very ones if they are known."""

    requests: Iterator[bytes]
    length: int
    body: bytes | None = None


async def same_request(port: int, request: bytes, expected: bytes, clients: int, seconds: float) -> Slice:
    """One request again and again; every answer must be the expected one."""
    return await _closed_loop(port, _Asked(repeat(request), len(expected), expected), clients, seconds)


async def different_requests(port: int, requests: Iterator[bytes], length: int, seconds: float) -> Slice:
    """By one client, the requests one after another, whose answers are equally long."""
    return await _closed_loop(port, _Asked(requests, length), 1, seconds)


async def _closed_loop(port: int, asked: _Asked, clients: int, seconds: float) -> Slice:
    loop = asyncio.get_running_loop()
    began = perf_counter()
    running = [_Client(asked, began + seconds, loop.create_future()) for _ in range(clients)]
    for client in running:
        await loop.create_connection(partial(_itself, client), HOST, port)
    await asyncio.gather(*(client.done for client in running))
    return Slice([latency for client in running for latency in client.latencies], perf_counter() - began)


def _itself(client: "_Client") -> "_Client":
    return client


class _Client(asyncio.Protocol):
    """One connection. It sends the next request when it has the answer to the last, until its time is over."""

    def __init__(self, asked: _Asked, until: float, done: "asyncio.Future[None]") -> None:
        self.latencies: list[float] = []
        self.done = done
        self._asked = asked
        self._expected = asked.body
        self._until = until
        self._begin_answer()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        if self._missing is None:
            data = self._body_after_head(data)
        if self._missing is None:
            return
        if self._expected is not None:
            self._first += data
        self._missing -= len(data)
        if self._missing == 0:
            self._answered()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or WrongAnswerError("The connection was closed."))

    def _begin_answer(self) -> None:
        self._missing: int | None = None
        self._head = self._first = b""

    def _send(self) -> None:
        self._sent = perf_counter()
        self._transport.write(next(self._asked.requests))

    def _body_after_head(self, data: bytes) -> bytes:
        """What of the body has come with the head, once the head is whole."""
        self._head += data
        head, end, body = self._head.partition(_END_OF_HEAD)
        if end:
            self._missing = self._asked.length
            if not head.startswith(_OK) or _length_of_body(head) != self._asked.length:
                self._fail(self._head)
        return body

    def _answered(self) -> None:
        now = perf_counter()
        self.latencies.append(now - self._sent)
        if self._expected is not None and self._first != self._expected:
            self._fail(self._first)
        self._expected = None
        self._begin_answer()
        if now < self._until:
            self._send()
        elif not self.done.done():
            self.done.set_result(None)
            self._transport.close()

    def _fail(self, answer: bytes) -> None:
        if not self.done.done():
            self.done.set_exception(WrongAnswerError(answer[:1000].decode(errors="replace")))
        self._transport.abort()


def _length_of_body(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
