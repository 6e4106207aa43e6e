"""连接: uvicorn's connections, with what long streams and long queries need and ASGI does not have.

They hear at once that the server is about to stop or that the client has gone, and can be ended without waiting for a
client that reads nothing: closing waits until it has read what is buffered, which may be never. And they bound the
requests that come (`request_bounds.py`).
"""

from asyncio import BaseTransport, Event, TimerHandle, Transport
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, cast

from starlette.types import Scope
from starlette.websockets import WebSocket
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.http11 import Request

from domain.errors import Problem
from server.door import door_of
from server.operations.time_limits import Departure
from server.request_bounds import body_too_slow, bounds_of, head_too_large, head_too_slow, last_answer, no_http

PARTING_TIME = 1.0
"""Seconds that a client has to take the server's goodbye."""

SERVICE_RESTART, GOING_AWAY = 1012, "The server is going away. Connect again."
_EXTENSION = "dengta.connection"
HEAD, BODY = "head", "body"
_BETWEEN = len(b": " + b"\r\n")
"""Bytes beside a header's name and value."""
_SEVERAL_TEXTS = "dengta.texts"


@dataclass(frozen=True, slots=True)
class Connection:
    """What a stream knows of the connection that it is written to."""

    server_leaves: Event = field(default_factory=Event)
    client: Departure = field(default_factory=Departure)
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
    """Tells requests about itself by an extension of their scope, and clients when theirs are too large or too slow."""

    _connection: Connection
    _head_bytes = 0
    _coming: str | None = HEAD
    """What of a request is."""

    _refused = _at_the_door = False
    _requests = 0
    _timed: tuple[int, str | None] = (0, None)
    _timer: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast("Transport", transport))
        self._connection = Connection(abort=cast("Transport", transport).abort)
        self._bounds = bounds_of(self.config)
        self._refusal_at_the_door = door_of(self.app)
        self._time_what_comes()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timing()
        super().connection_lost(exc)
        self._connection.client.leave()

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        super().data_received(data)
        if self._coming == HEAD:
            self._head_bytes += len(data)
            self._require_small_head()
        self._time_what_comes()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._requests += 1
        self._coming, self._head_bytes = HEAD, 0
        cast("Scope", self.scope)["extensions"] = {_EXTENSION: self._connection}

    def on_headers_complete(self) -> None:
        self._head_bytes = len(self.url) + sum(len(name) + len(value) + _BETWEEN for name, value in self.headers)
        if self._head_bytes > self._bounds.head_bytes:
            self._require_small_head()
        elif not self._is_refused_at_the_door():
            super().on_headers_complete()
        self._coming = BODY

    def on_body(self, body: bytes) -> None:
        if not self._refused and not self._at_the_door:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._coming = None
        if self._at_the_door:
            self._at_the_door = False
            self._stay_or_go()
        elif not self._refused:
            super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._coming = None
        self._stop_timing()
        super().handle_websocket_upgrade()

    def _is_refused_at_the_door(self) -> bool:
        """The body that comes yet is passed over."""
        if self.parser.should_upgrade() or self._is_answering():
            return False
        refusal = self._refusal_at_the_door(self.url, self.headers, self.client[0] if self.client else None)
        if refusal is None:
            return False
        self._at_the_door = True
        self.transport.write(refusal)
        return True

    def _stay_or_go(self) -> None:
        if self.parser.should_keep_alive():
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        else:
            self.transport.close()

    def _require_small_head(self) -> None:
        if self._head_bytes > self._bounds.head_bytes:
            problem = head_too_large(self._bounds.head_bytes)
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, problem)

    def _time_what_comes(self) -> None:
        coming = (self._requests, self._coming)
        if coming == self._timed or self._refused:
            return
        self._stop_timing()
        self._timed = coming
        if self._coming is not None:
            of_head = self._coming == HEAD
            seconds = self._bounds.head_timeout if of_head else self._bounds.body_timeout
            problem = head_too_slow(seconds) if of_head else body_too_slow(seconds)
            self._timer = self.loop.call_later(seconds, self._refuse, HTTPStatus.REQUEST_TIMEOUT, problem)

    def _stop_timing(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, status: HTTPStatus, problem: Problem) -> None:
        """Without a word where its answer has begun, or one before it is yet to come, which is the last then. What the
        client still sends is taken for a moment and dropped, or it would be told of a broken connection instead."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        if self._coming != BODY and self._is_answering():
            self.cycle.keep_alive = False
            return
        if self._may_answer():
            self.transport.write(last_answer(status, problem, self.headers or ()))
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.flow.resume_reading()
        self.transport.write_eof()
        self._stop_timing()
        self._timer = self.loop.call_later(PARTING_TIME, self.transport.close)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 # uvicorn's own words, always the same
        """What came is no HTTP, or no more. It tells this in the form of the other errors."""
        self._refuse(HTTPStatus.BAD_REQUEST, no_http())

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _may_answer(self) -> bool:
        if self._at_the_door:
            return False
        return not self._is_answering() or not self.cycle.response_started

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
