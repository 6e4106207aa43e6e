"""The load generator of an open loop: requests come when they come, whether or not the earlier ones are answered.

A latency counts from when the request was to be sent, so that a generator which is held up hides nothing.
"""

import asyncio
import random
from asyncio import BaseTransport, Protocol, WriteTransport
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from benchmarks.execution.load import HOST

_END_OF_HEAD = b"\r\n\r\n"
_LONGEST = 30.0
"""Seconds after the last request until what is not answered is given up."""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one request: when it was to be sent and when it was answered, in seconds since the start.

    `status` is 0 when there was no answer.
    """

    due: float
    answered: float
    status: int

    @property
    def latency(self) -> float:
        return self.answered - self.due


async def arrivals(port: int, requests: Sequence[bytes], rate: float, seconds: float) -> list[Told]:
    """So many a second, at random moments (a Poisson process); each over a connection that is free, or a new one."""
    return await _OpenLoop(port, requests, seed=round(rate)).run(rate, seconds)


class _OpenLoop:
    def __init__(self, port: int, requests: Sequence[bytes], seed: int) -> None:
        self._port = port
        self._requests = requests
        self._random = random.Random(seed)  # noqa: S311 # an order of arrival
        self._free: list[_Connection] = []
        self._told: list[Told] = []
        self._loop = asyncio.get_running_loop()
        self._opening: set[asyncio.Task[None]] = set()

    async def run(self, rate: float, seconds: float) -> list[Told]:
        self._began = self._loop.time()
        due, sent = self._random.expovariate(rate), 0
        while due < seconds:
            wait = self._began + due - self._loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            self._send(due)
            due, sent = due + self._random.expovariate(rate), sent + 1
        give_up_at = self._loop.time() + _LONGEST
        while len(self._told) < sent and self._loop.time() < give_up_at:  # noqa: ASYNC110 # told one by one
            await asyncio.sleep(0.01)
        missing = [Told(seconds, seconds + _LONGEST, 0)] * (sent - len(self._told))
        self._close()
        return self._told + missing

    def _send(self, due: float) -> None:
        request = self._random.choice(self._requests)
        while self._free:
            connection = self._free.pop()
            if not connection.lost:
                connection.ask(request, due)
                return
        task = self._loop.create_task(self._open_and_ask(request, due))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _open_and_ask(self, request: bytes, due: float) -> None:
        try:
            _, connection = await self._loop.create_connection(lambda: _Connection(self), HOST, self._port)
        except OSError:
            self.told(due, 0)
        else:
            connection.ask(request, due)

    def told(self, due: float, status: int, connection: "_Connection | None" = None) -> None:
        self._told.append(Told(due, self._loop.time() - self._began, status))
        if connection is not None:
            self._free.append(connection)

    def _close(self) -> None:
        for connection in self._free:
            connection.close()


class _Connection(Protocol):
    """Over which one request after another is sent. Of an answer only its status and its length are looked at."""

    def __init__(self, owner: _OpenLoop) -> None:
        self._owner = owner
        self._due: float | None = None
        self._head = b""
        self._missing: int | None = None
        self.lost = False

    def connection_made(self, transport: BaseTransport) -> None:
        self._transport = cast("WriteTransport", transport)

    def ask(self, request: bytes, due: float) -> None:
        self._due, self._head, self._missing = due, b"", None
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self._missing is None:
            self._head += data
            head, end, body = self._head.partition(_END_OF_HEAD)
            if not end:
                return
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            self._missing, data = int(length), body
        self._missing -= len(data)
        if self._missing == 0 and self._due is not None:
            due, self._due = self._due, None
            self._owner.told(due, int(self._head[9:12]), self)

    def connection_lost(self, _error: Exception | None) -> None:
        self.lost = True
        if self._due is not None:
            self._owner.told(self._due, 0)

    def close(self) -> None:
        self._transport.close()
