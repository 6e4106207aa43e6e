"""GraphQL over server-sent events as a client reads it."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

_PATIENCE = 20.0  # seconds
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""To load the authorities that nobody is asked for takes longer than to open a stream."""


@dataclass
class EventStream:
    """A response that goes on; `lines` are those of its body."""

    response: httpx.Response
    lines: AsyncIterator[str]

    async def _block(self) -> list[str]:
        """The lines up to the next empty one."""
        block: list[str] = []
        async for line in self.lines:
            if not line:
                return block
            block.append(line)
        raise EOFError(block)

    async def event(self) -> tuple[str, Any]:
        """Name and data of the next event, heartbeats passed over."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(_PATIENCE):
            while "event" not in fields:
                fields = dict(line.split(":", 1) for line in await self._block() if not line.startswith(":"))
        data = fields["data"].strip()
        return fields["event"].strip(), json.loads(data) if data else None

    async def next_data(self) -> dict[str, Any]:
        """Of the next event, which must be without errors."""
        name, payload = await self.event()
        assert name == "next"
        assert "errors" not in payload, payload
        data: dict[str, Any] = payload["data"]
        return data

    async def ended_with(self) -> dict[str, Any]:
        """The extensions of the error that the stream ends with."""
        name, payload = await self.event()
        assert (name, list(payload)) == ("next", ["errors"]), payload
        assert await self.event() == ("complete", None)
        assert [line async for line in self.lines] == []
        extensions: dict[str, Any] = payload["errors"][0]["extensions"]
        return extensions


@asynccontextmanager
async def event_stream(
    place: str, token: str, query: str | None, document_id: str | None = None, **headers: str
) -> AsyncIterator[EventStream]:
    """Of the server at `host:port`."""
    asked = {"query": query} if document_id is None else {"documentId": document_id}
    wanted = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream", "Accept-Language": "en"} | headers
    async with (
        httpx.AsyncClient(timeout=_PATIENCE, verify=_NO_TLS) as client,
        client.stream("POST", f"http://{place}/graphql", json=asked, headers=wanted) as response,
    ):
        yield EventStream(response, response.aiter_lines())


@asynccontextmanager
async def streamed_at_last(place: str, token: str, query: str) -> AsyncIterator[EventStream]:
    """Asked for again and again until there is a place for it."""
    refused = True
    while refused:
        async with event_stream(place, token, query) as following:
            refused = following.response.status_code == 429
            if not refused:
                yield following
