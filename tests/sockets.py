"""graphql-transport-ws as a client speaks it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

PROTOCOL = "graphql-transport-ws"
_PATIENCE = 20.0  # seconds


@dataclass
class Socket:
    """An acknowledged connection."""

    connection: ClientConnection

    async def subscribe(self, query: str, number: str = "1", **variables: Any) -> None:
        await self.send({"id": number, "type": "subscribe", "payload": {"query": query, "variables": variables}})

    async def send(self, message: dict[str, Any]) -> None:
        await self.connection.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await asyncio.wait_for(self.connection.recv(), _PATIENCE))
        return message

    async def next_data(self) -> dict[str, Any]:
        """Of the next event, which must be without errors."""
        message = await self.receive()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        data: dict[str, Any] = message["payload"]["data"]
        return data

    async def ended_with(self) -> dict[str, Any]:
        """The extensions of the error that ends the operation."""
        message = await self.receive()
        assert message["type"] == "error", message
        extensions: dict[str, Any] = message["payload"][0]["extensions"]
        return extensions


@asynccontextmanager
async def socket(place: str, token: str) -> AsyncIterator[Socket]:
    """On the server at `host:port`."""
    async with connect(f"ws://{place}/graphql", subprotocols=[PROTOCOL]) as connection:  # type: ignore[list-item] # a NewType of str
        opened = Socket(connection)
        await opened.send({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
        assert (await opened.receive())["type"] == "connection_ack"
        yield opened
