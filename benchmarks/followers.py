"""Clients that follow over WebSocket and do no more than note when each message came: thousands in one process."""

import asyncio
import os
import struct
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial

import orjson

from benchmarks.execution.load import HOST

_TEXT, _CLOSE, _PING, _PONG = 0x1, 0x8, 0x9, 0xA
_OPENED_AT_ONCE = 50


class Follower(asyncio.Protocol):
    """`arrived` holds the time of each answer, by `perf_counter`, in the order of their coming."""

    def __init__(self, token: str, asked: Mapping[str, object]) -> None:
        self.arrived: list[float] = []
        self.is_closed = False
        self.follows = asyncio.get_running_loop().create_future()
        self._token = token
        self._asked = asked
        self._read = bytearray()
        self._is_open = False
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 # of a connection over TCP
        self._transport = transport
        key = b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /graphql HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._read += data
        if not self._is_open:
            head, found, rest = self._read.partition(b"\r\n\r\n")
            if not found:
                return
            self._is_open = head.startswith(b"HTTP/1.1 101")
            self._read = bytearray(rest)
            self._say({"type": "connection_init", "payload": {"authorization": f"Bearer {self._token}"}})
        self._take_frames()

    def _take_frames(self) -> None:
        """Of a server, which masks nothing and, here, splits no message."""
        read, place, now = self._read, 0, time.perf_counter()
        while len(read) - place >= 2:  # noqa: PLR2004 # the shortest head
            length, begin = read[place + 1], place + 2
            if length == 126:  # noqa: PLR2004 # RFC 6455, section 5.2
                if len(read) - place < 4:  # noqa: PLR2004
                    break
                length, begin = int.from_bytes(read[place + 2 : place + 4]), place + 4
            if len(read) < begin + length:
                break
            self._take(read[place] & 0xF, read, begin, begin + length, now)
            place = begin + length
        del read[:place]

    def _take(self, kind: int, read: bytearray, begin: int, end: int, now: float) -> None:
        if kind == _TEXT and self.follows.done():
            self.arrived.append(now)
        elif kind == _TEXT:  # the connection is acknowledged
            self._say({"id": "1", "type": "subscribe", "payload": self._asked})
            self.follows.set_result(None)
        elif kind == _PING:
            self._send(_PONG, bytes(read[begin:end]))
        elif kind == _CLOSE:
            self.is_closed = True

    def _say(self, message: object) -> None:
        self._send(_TEXT, orjson.dumps(message))

    def _send(self, kind: int, content: bytes) -> None:
        """Masked with zeros, which leave it as it is."""
        size = len(content)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack("!H", size)  # noqa: PLR2004
        self._transport.write(bytes([0x80 | kind]) + length + bytes(4) + content)

    def connection_lost(self, _error: Exception | None) -> None:
        self.is_closed = True

    def close(self) -> None:
        self._transport.abort()


@asynccontextmanager
async def following(port: int, tokens: Sequence[str], asked: Mapping[str, object]) -> AsyncIterator[list[Follower]]:
    """One for each token, with the same query and variables."""
    loop = asyncio.get_running_loop()
    found: list[Follower] = []
    for first in range(0, len(tokens), _OPENED_AT_ONCE):
        some = tokens[first : first + _OPENED_AT_ONCE]
        opening = [loop.create_connection(partial(Follower, token, asked), HOST, port) for token in some]
        opened = [protocol for _, protocol in await asyncio.gather(*opening)]
        async with asyncio.timeout(30):
            await asyncio.gather(*(follower.follows for follower in opened))
        found += opened
    try:
        yield found
    finally:
        for follower in found:
            follower.close()
