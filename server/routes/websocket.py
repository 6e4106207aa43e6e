"""GraphQL over WebSocket (graphql-transport-ws), on Strawberry's handler of the protocol.

The connection is authenticated at its start; every operation on it, and every event of a subscription, gets a context
of its own, and the token must still be good by then.
"""

from asyncio import shield, sleep
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import orjson
from graphql import GraphQLError
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.schema.base import BaseSchema
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import Operation as RunningOperation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import SubscribeMessage, SubscribeMessagePayload
from strawberry.types.unset import UNSET, UnsetType

from domain.errors import CallerError, Message, Problem
from resolvers.context import RequestContext
from server.authentication import Authentication
from server.connections import send_texts
from server.correlation import begin_correlation
from server.log import log_failure
from server.negotiation import language_of
from server.operations.admission import Admission
from server.operations.callers import caller_of
from server.operations.documents import Operation
from server.operations.errors import caller_error, presented
from server.operations.places import Places
from server.operations.reading_places import ReadingPlaces
from server.operations.running import Answer, Request, refused
from server.operations.streaming import Streams
from server.operations.subscribers import Subscribers
from server.routes.http_call import address_of
from server.routes.http_errors import HttpError
from server.routes.request_body import request_of
from storage.beside import running_beside

NORMAL_CLOSURE = 1000


@dataclass(frozen=True, slots=True)
class SocketBounds:
    """docs/overload.md explains the numbers."""

    operations: int = 100
    """At a time."""

    init_timeout: float = 10.0
    """Seconds until it must have said who it is."""


@dataclass(slots=True)
class Connection:
    """What is known of one WebSocket; `connection_params` is what its connection_init carried."""

    language: str
    address: str | None = None
    connection_params: Mapping[str, object] = field(default_factory=dict)

    @property
    def authorization(self) -> str | None:
        value = self.connection_params.get("authorization") or self.connection_params.get("Authorization")
        return value if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class WebSocketOperations:
    """The part of a Strawberry schema that its WebSocket handler calls, over our own way of running operations."""

    operations: ReadingPlaces
    admission: Admission
    authentication: Authentication
    subscribers: Subscribers
    streams: Streams
    places: Places

    async def stream(
        self, payload: Mapping[str, Any], *, context_value: Any = None, **_: object
    ) -> AsyncGenerator[Sequence[Answer], None]:
        """`payload` is what the `subscribe` message carried."""
        begin_correlation(None)
        return self._answers(payload, context_value)

    async def _answers(
        self, payload: Mapping[str, Any], connection: Connection
    ) -> AsyncGenerator[Sequence[Answer], None]:
        """One that was not executed is the last, and says why: a client is never left with a bare `complete`."""
        try:
            context = await self.authentication.context(
                connection.authorization, connection.language, connection.address
            )
            request = request_of(payload)
            operation = self.admission.admitted(request, context)
            if not isinstance(operation, Operation):
                yield [operation]
            elif operation.is_subscription:
                variables = dict(request.variables or {})
                with self.subscribers.take_place(context.actor):
                    streamed = self.streams.answers(operation, variables, connection.authorization, context)
                    async with aclosing(streamed) as answers:
                        async for some in answers:
                            yield some
            else:
                async with self.places.place(caller_of(context.actor)):
                    answer = await self._run(operation, request, context)
                yield [answer]
        except HttpError as error:
            yield [refused([caller_error(CallerError(error.problem), connection.language)])]
        except Exception as error:
            yield [refused([presented(GraphQLError("", original_error=error), connection.language)])]

    async def _run(self, operation: Operation, request: Request, context: RequestContext) -> Answer:
        """A mutation goes on when its client ends it or goes away: nobody could tell how far it had come."""
        running = self.operations.run(operation, request, context)
        return await (shield(running) if operation.is_mutation else running)


class _Handler(BaseGraphQLTransportWSHandler[Connection, None]):
    view: "GraphQLWebSocket"
    _begun = 0

    async def handle(self) -> None:
        async with running_beside(self._close_when_idle()):
            await super().handle()

    async def _close_when_idle(self) -> None:
        """Not sooner than after so many seconds, and not later than after twice as many."""
        begun = None
        while self.operations or self._begun != begun:
            begun = self._begun
            await sleep(self.view.subscribers.manners.idle_socket)
        await self.websocket.close(NORMAL_CLOSURE, "Nothing has run here for long. Connect again when needed.")

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Strawberry hands on the `query` unseen, and nothing else that names a document: all goes in its place."""
        self._begun += 1
        most = self.view.operations_per_socket
        if self.connection_acknowledged and message["id"] not in self.operations and len(self.operations) >= most:
            refusal = refused([caller_error(TooManyOperationsError(most), self.context.language)])
            await self.send_message({"id": message["id"], "type": "error", "payload": refusal.body["errors"]})
            return
        payload: dict[str, Any] = {**message["payload"], "query": message["payload"]}
        await super().handle_subscribe({**message, "payload": cast("SubscribeMessagePayload", payload)})

    async def _send_result_stream(self, operation: RunningOperation[Connection, None], result_source: Any) -> None:
        """What is refused, also in the midst of a stream, ends it with an `error` message."""
        async for answers in result_source:
            await self._tell(operation, [answer for answer in answers if answer.executed])
            for answer in answers:
                if not answer.executed:
                    await operation.send_initial_errors(answer.errors)
                    return

    async def _tell(self, operation: RunningOperation[Connection, None], answers: Sequence[Answer]) -> None:
        if answers and not operation.completed:
            head = b'{"id":' + orjson.dumps(operation.id) + b',"type":"next","payload":'
            try:
                await send_texts(
                    cast("ASGIWebSocketAdapter", self.websocket).ws,
                    [head + answer.encoded + b"}" for answer in answers],
                )
            except WebSocketDisconnect as error:
                raise WebSocketDisconnected from error

    async def handle_task_exception(self, error: Exception) -> None:
        """Whoever goes away while an answer is on its way has done nothing wrong."""
        if not isinstance(error, WebSocketDisconnected):
            log_failure(error, "INTERNAL_SERVER_ERROR")


class TooManyOperationsError(CallerError):
    """As many run on this WebSocket as may."""

    def __init__(self, most: int) -> None:
        message = Message(
            f"同一 WebSocket 上同时进行的操作已达上限（{most} 个）。请先结束不用的操作。",
            f"As many operations run on this WebSocket as may at a time ({most}). End one that is not needed.",
        )
        super().__init__(Problem("TOO_MANY_OPERATIONS", message), most=most)


class GraphQLWebSocket(GraphQL[Connection, None]):
    """Connections that speak graphql-transport-ws and prove who they are in connection_init."""

    graphql_transport_ws_handler_class = _Handler

    def __init__(self, operations: WebSocketOperations, bounds: SocketBounds) -> None:
        self._authentication = operations.authentication
        self.subscribers = operations.subscribers
        self.operations_per_socket = bounds.operations
        super().__init__(
            cast("BaseSchema", operations),
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=bounds.init_timeout),
        )

    def route(self) -> WebSocketRoute:
        return WebSocketRoute("/graphql", self)

    async def get_context(self, request: Any, response: Any) -> Connection:  # noqa: ARG002 # Strawberry's signature
        return Connection(language_of(request.headers.get("accept-language")), address_of(request.scope))

    async def on_ws_connect(self, context: Connection) -> UnsetType | dict[str, object] | None:
        try:
            await self._authentication.context(context.authorization, context.language)
        except CallerError as error:
            raise ConnectionRejectionError from error
        acknowledged: UnsetType = UNSET
        return acknowledged

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    def encode_json(self, data: object) -> str:
        return orjson.dumps(data).decode()
