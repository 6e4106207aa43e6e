"""Consumers that subscribe and then read no more, over sockets that take little: as a program that hangs, or a link that
has died without a word."""

import asyncio
import json
import os
import re
import socket
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

TAKES = 4_096
"""Bytes that the system takes for a consumer before anybody has read them."""

SEGMENT = 1_400
"""As on a network. By the loopback's own of 64 KB the system would keep megabytes for each, which are none of the
server's memory and no network's way."""

LARGE = "subscription { changes { %s cursor } }" % " ".join(f"{'a' * 1_200}{n}: type" for n in range(40))
"""Whose events have 50 KB each, which cost the server next to nothing to make."""

_CURSOR = re.compile(rb'"cursor":"([^"]+)"')


@dataclass
class Stalled:
    """A socket on which something was subscribed to."""

    connection: socket.socket
    received: bytes = b""

    async def read_until(self, found: Callable[[bytes], bool]) -> None:
        loop = asyncio.get_running_loop()
        while not found(self.received):
            some = await loop.sock_recv(self.connection, TAKES)
            assert some, self.received
            self.received += some

    async def read_to_the_end(self) -> None:
        """What was on its way when it was dropped."""
        loop = asyncio.get_running_loop()
        try:
            while some := await loop.sock_recv(self.connection, TAKES):
                self.received += some
        except ConnectionError:
            return

    @property
    def cursors(self) -> list[str]:
        """Of the events that came whole: it is the last thing in each."""
        return [found.decode() for found in _CURSOR.findall(self.received)]

    def close(self) -> None:
        self.connection.close()


Open = Callable[[str, str], Awaitable[Stalled]]
"""At `host:port`, with a token; subscribes to all changes."""


async def over_events(place: str, token: str) -> Stalled:
    """Server-sent events; until the first sign of life."""
    body = json.dumps({"query": LARGE}).encode()
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream", "Content-Type": "application/json"}
    stalled = await _asking("POST", place, headers | {"Content-Length": str(len(body))}, body)
    await stalled.read_until(lambda received: b"\r\n:\n\n" in received)
    return stalled


async def over_socket(place: str, token: str) -> Stalled:
    """graphql-transport-ws; until it is acknowledged."""
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    upgrade |= {"Sec-WebSocket-Key": b64encode(os.urandom(16)).decode()}
    stalled = await _asking("GET", place, upgrade | {"Sec-WebSocket-Protocol": "graphql-transport-ws"})
    await stalled.read_until(lambda received: b"\r\n\r\n" in received)
    init = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
    subscribe = {"id": "1", "type": "subscribe", "payload": {"query": LARGE}}
    await asyncio.get_running_loop().sock_sendall(stalled.connection, _frame(init) + _frame(subscribe))
    await stalled.read_until(lambda received: b"connection_ack" in received)
    return stalled


async def _asking(method: str, place: str, headers: dict[str, str], body: bytes = b"") -> Stalled:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, TAKES)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
    connection.setblocking(False)
    host, _, port = place.partition(":")
    loop = asyncio.get_running_loop()
    await loop.sock_connect(connection, (host, int(port)))
    lines = [f"{method} /graphql HTTP/1.1", f"Host: {place}", *(f"{name}: {value}" for name, value in headers.items())]
    await loop.sock_sendall(connection, "\r\n".join([*lines, "", ""]).encode() + body)
    return Stalled(connection)


def _frame(message: dict[str, Any]) -> bytes:
    """Of text, masked with zeros."""
    text = json.dumps(message).encode()
    length = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
    return b"\x81" + length + bytes(4) + text
