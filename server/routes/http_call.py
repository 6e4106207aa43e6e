"""A request to the GraphQL endpoint, as little of it as is looked at: this is done for every operation."""

from collections.abc import AsyncIterator

from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope

from server.routes.http_errors import HttpError, body_too_large


class HttpCall:
    __slots__ = ("_come", "_headers", "_receive", "_scope", "method")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method: str = scope["method"]
        self._scope = scope
        self._receive = receive
        self._come: list[Message] = []
        self._headers: dict[bytes, bytes] = dict(scope["headers"])

    def header(self, name: bytes) -> str | None:
        """`name` in lower case."""
        value = self._headers.get(name)
        return None if value is None else value.decode("latin-1")

    @property
    def scope(self) -> Scope:
        return self._scope

    @property
    def address(self) -> str | None:
        """From which the caller asks; behind a trusted proxy the one that the proxy tells."""
        return address_of(self._scope)

    @property
    def query(self) -> QueryParams:
        return QueryParams(self._scope["query_string"])

    async def has_whole_body(self, most: int) -> bool:
        """Waits until it is all there, or so many bytes are; not for one that is announced to have more.

        ClientDisconnect when the client goes away instead.
        """
        if self._announced > most:
            return False
        size, more = 0, self.method == "POST"
        while more and size < most:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            self._come.append(message)
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
        return not more

    async def body(self, limit: int) -> bytes:
        """HttpError as soon as the body is known to be too large, before it has all been read."""
        body = b""
        async for chunk in self.chunks(limit, body_too_large(limit)):
            body += chunk
        return body

    @property
    def _announced(self) -> int:
        """Bytes that the body will have; 0 when that is not said."""
        announced = self.header(b"content-length") or ""
        return int(announced) if announced.isdigit() else 0

    async def chunks(self, limit: int, too_large: HttpError) -> AsyncIterator[bytes]:
        """The body as it comes; `too_large` is raised as soon as it is known to be larger than that."""
        if self._announced > limit:
            raise too_large
        size, more = 0, True
        while more:
            message = self._come.pop(0) if self._come else await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > limit:
                raise too_large
            yield chunk
            more = message.get("more_body", False)


def address_of(scope: Scope) -> str | None:
    """The client's IP address, which an ASGI server may not know."""
    client = scope.get("client")
    return client[0] if client else None
