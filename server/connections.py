"""连接: uvicorn's connections, with two things that long streams need and ASGI does not have.

They hear at once that the server is about to stop, and can be ended without waiting for a client that reads nothing:
closing waits until it has read what is buffered, which may be never.
"""

from asyncio import BaseTransport, Event, Transport
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from starlette.types import Scope
from starlette.websockets import WebSocket
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.http11 import Request

PARTING_TIME = 1.0
"""Seconds that a client has to take the server's goodbye."""

SERVICE_RESTART, GOING_AWAY = 1012, "The server is going away. Connect again."
_EXTENSION = "dengta.connection"
_SEVERAL_TEXTS = "dengta.texts"


@dataclass(frozen=True, slots=True)
class Connection:
    """What a stream knows of the connection that it is written to."""

    server_leaves: Event = field(default_factory=Event)
    abort: Callable[[], None] = lambda: None
    """Ends it at once, whatever is still to be sent."""


def connection_of(scope: Scope) -> Connection:
    """Under another server one that stays until that ends the request."""
    extensions: dict[str, Any] = scope.get("extensions") or {}
    connection = extensions.get(_EXTENSION)
    return connection if isinstance(connection, Connection) else Connection()


async def send_texts(socket: WebSocket, texts: Sequence[bytes]) -> None:
    """As messages of their own; in one go where the server can."""
    if len(texts) > 1 and _SEVERAL_TEXTS in (socket.scope.get("extensions") or {}):
        await socket.send({"type": "websocket.send", _SEVERAL_TEXTS: texts})
    else:
        for text in texts:
            await socket.send({"type": "websocket.send", "text": text.decode()})


class HttpConnection(HttpToolsProtocol):
    """Tells requests about itself by an extension of their scope."""

    _connection: Connection

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast("Transport", transport))
        self._connection = Connection(abort=cast("Transport", transport).abort)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        cast("Scope", self.scope)["extensions"] = {_EXTENSION: self._connection}

    def shutdown(self) -> None:
        self._connection.server_leaves.set()
        super().shutdown()


class WebSocketConnection(WebSocketsSansIOProtocol):
    """Says goodbye with a reason, and does not wait for those who do not answer."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):  # it was a good handshake
            cast("Scope", self.scope)["extensions"][_SEVERAL_TEXTS] = {}

    async def send(self, message: Any) -> None:
        """Also several texts, in one write."""
        if _SEVERAL_TEXTS not in message or self.close_sent:
            await super().send(message)
            return
        await self.writable.wait()
        if self.disconnected:
            raise ClientDisconnected
        try:
            for text in message[_SEVERAL_TEXTS]:
                self.conn.send_text(text)
        except InvalidState as error:
            raise ClientDisconnected from error
        self.transport.write(b"".join(self.conn.data_to_send()))

    def shutdown(self) -> None:
        if self.handshake_complete and not self.close_sent:
            self._say_goodbye()
        else:
            super().shutdown()

    def _say_goodbye(self) -> None:
        self.stop_keepalive()
        self.queue.put_nowait(
            {"type": "websocket.disconnect", "code": SERVICE_RESTART, "reason": GOING_AWAY},
        )
        self.conn.send_close(SERVICE_RESTART, GOING_AWAY)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_timer = self.loop.call_later(PARTING_TIME, self.transport.abort)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()
