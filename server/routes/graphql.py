"""GraphQL over HTTP, by its specification: POST and GET, both media types, one operation a request.

To a client that wants server-sent events the same is answered in these, and subscriptions too.
"""

from dataclasses import dataclass, replace

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from domain.errors import CallerError
from resolvers.context import RequestContext
from server.authentication import Authentication, UnauthenticatedError
from server.connections import connection_of
from server.cross_origin import FrontEnds
from server.log import log_failure
from server.negotiation import accepted_media_type, language_of
from server.operations.admission import Admission
from server.operations.callers import KnownCallers, caller_of
from server.operations.documents import Operation
from server.operations.errors import caller_error
from server.operations.places import Places, ServerBusyError
from server.operations.reading_places import ReadingPlaces
from server.operations.running import Answer, Request, refused
from server.operations.streaming import Streams
from server.operations.subscribers import Subscribers, TooManySubscriptionsError
from server.operations.time_limits import NobodyWaitsError
from server.routes import http_errors
from server.routes.entity_tags import revalidated
from server.routes.event_stream import EVENT_STREAM, EventStreamResponse, single_result
from server.routes.http_call import HttpCall
from server.routes.http_errors import HttpError
from server.routes.request_body import request_from_body, request_from_query, written_of
from server.routes.uploading import is_multipart, request_with_files
from storage.errors import DatabaseUnavailableError, StatementTimedOutError

PATH, METHODS = "/graphql", ("GET", "POST")
JSON = "application/json"
_WRITTEN = b"dengta-written"
GRAPHQL_JSON = "application/graphql-response+json"
COST_HEADER = b"dengta-cost"
"""With it, whatever it says, the answer to a POST tells what it cost."""

_BEFORE_THE_DOOR = 65_536
"""Bytes of a body: one that has fewer is all there before anything is done for the request."""


@dataclass(frozen=True, slots=True)
class GraphQLEndpoint:
    operations: ReadingPlaces
    admission: Admission
    authentication: Authentication
    front_ends: FrontEnds
    body_limit: int
    subscribers: Subscribers
    streams: Streams
    places: Places
    callers: KnownCallers

    def route(self) -> Route:
        """Which refuses other methods."""
        return Route(PATH, self, methods=METHODS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As an ASGI application of its own, which need not be looked for among routes."""
        http = HttpCall(scope, receive)
        origin = http.header(b"origin")
        readable = None if origin is None else await self.front_ends.headers(origin)
        try:
            response = await self._respond(http)
        except (ClientDisconnect, NobodyWaitsError):
            return
        if readable is not None:
            for name, value in readable.items():
                response.headers.setdefault(name, value)
        await response(scope, receive, send)

    async def _respond(self, http: HttpCall) -> Response:
        language = language_of(http.header(b"accept-language"))
        media_type = accepted_media_type(http.header(b"accept"), (JSON, GRAPHQL_JSON, EVENT_STREAM))
        try:
            if media_type is None:
                raise http_errors.not_acceptable()
            return await self._answer_in_turn(http, media_type, language)
        except ServerBusyError as error:
            return _refusal(http_errors.server_busy(error), language, media_type)
        except HttpError as error:
            return _refusal(error, language, media_type)
        except (DatabaseUnavailableError, StatementTimedOutError) as error:
            refusal = http_errors.database_unavailable(error)
            log_failure(error, refusal.problem.code)
            return _refusal(refusal, language, media_type)

    async def _answer_in_turn(self, http: HttpCall, media_type: str, language: str) -> Response:
        """Who is slow to send holds no place meanwhile. No large body is read before it is known whose it is."""
        if await http.has_whole_body(_BEFORE_THE_DOOR):
            async with self.places.place(self.callers.caller(http.header(b"authorization"), http.address)):
                context = await self._context(http, language)
                return await self._answer(http, await self._request(http), context, media_type)
        context = await self._context(http, language)
        request = await self._request(http)
        async with self.places.place(caller_of(context.actor)):
            return await self._answer(http, request, context, media_type)

    async def _answer(self, http: HttpCall, request: Request, context: RequestContext, media_type: str) -> Response:
        if http.method == "POST" and http.header(COST_HEADER) is not None:
            request = replace(request, tells_cost=True)
        operation = self.admission.admitted(request, context)
        if not isinstance(operation, Operation):
            return _response(operation, media_type)
        _require_method(http, operation)
        if operation.is_subscription:
            return self._streamed(http, operation, request, context)
        answer = await self.operations.run(operation, request, context, connection_of(http.scope).client)
        if http.method == "GET" and media_type != EVENT_STREAM and not answer.errors:
            return revalidated(answer.encoded, _content_type(media_type), http.header(b"if-none-match"))
        return _response(answer, media_type)

    def _streamed(self, http: HttpCall, operation: Operation, request: Request, context: RequestContext) -> Response:
        """Nothing may come between this and the response's start, as the caller holds a place from here on."""
        if accepted_media_type(http.header(b"accept"), (EVENT_STREAM,)) is None:
            raise http_errors.needs_stream()
        try:
            place = self.subscribers.take_place(context.actor)
        except TooManySubscriptionsError as error:
            raise http_errors.too_many_subscriptions(error) from error
        answers = self.streams.answers(operation, dict(request.variables or {}), http.header(b"authorization"), context)
        return EventStreamResponse(answers, place, self.subscribers.manners.heartbeat, context.language)

    async def _context(self, http: HttpCall, language: str) -> RequestContext:
        authorization = http.header(b"authorization")
        try:
            context = await self.authentication.context(authorization, language, http.address)
        except UnauthenticatedError as error:
            raise http_errors.unauthenticated(error) from error
        self.callers.remember(authorization, context.actor)
        return context

    async def _request(self, http: HttpCall) -> Request:
        request = await self._request_alone(http)
        written = http.header(_WRITTEN)
        return replace(request, written=written_of(written, "Dengta-Written")) if written else request

    async def _request_alone(self, http: HttpCall) -> Request:
        if http.method == "GET":
            return request_from_query(http.query)
        if is_multipart(http):
            return await request_with_files(http, self.body_limit)
        return await request_from_body(http, self.body_limit)


def _require_method(http: HttpCall, operation: Operation) -> None:
    """A link that changes something is a trap: no mutation is answered to GET."""
    if http.method == "GET" and operation.is_mutation:
        raise http_errors.method_not_allowed()


def _response(answer: Answer, media_type: str) -> Response:
    """A refused request is the client's error under the GraphQL media type; others look at `errors`. What may be asked
    again as it is says so to programs that know nothing of GraphQL."""
    if answer.retry_after is not None:
        return _too_soon(answer, GRAPHQL_JSON if media_type == GRAPHQL_JSON else JSON)
    if media_type == EVENT_STREAM:
        return single_result(answer)
    headers = {"Cache-Control": "no-store", "Content-Type": _content_type(media_type)}
    if answer.written:
        headers["Dengta-Written"] = answer.written
    if answer.may_be_asked_again:
        return Response(answer.encoded, 503, headers | http_errors.AGAIN_SOON)
    status = 400 if media_type == GRAPHQL_JSON and not answer.executed else 200
    return Response(answer.encoded, status, headers)


def _too_soon(answer: Answer, media_type: str) -> Response:
    """Never as an event stream, which browsers would open again at once."""
    headers = {"Cache-Control": "no-store", "Content-Type": _content_type(media_type)}
    return Response(answer.encoded, 429, {**headers, "Retry-After": str(answer.retry_after)})


def _content_type(media_type: str) -> str:
    return f"{media_type}; charset=utf-8"


def _refusal(refusal: HttpError, language: str, media_type: str | None) -> Response:
    """Never as an event stream: whoever wants one is told by the status that there is none."""
    answer = refused([caller_error(CallerError(refusal.problem), language)])
    response = _response(answer, GRAPHQL_JSON if media_type == GRAPHQL_JSON else JSON)
    response.status_code = refusal.status
    response.headers.update(refusal.headers)
    return response
