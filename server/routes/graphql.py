"""GraphQL over HTTP, by its specification: POST and GET, both media types, one operation a request.

To a client that wants server-sent events the same is answered in these, and subscriptions too.
"""

from dataclasses import dataclass, replace
from time import perf_counter

from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from domain.errors import CallerError
from resolvers.context import RequestContext
from server.authentication import Authentication, UnauthenticatedError
from server.cross_origin import FrontEnds
from server.log import log
from server.negotiation import accepted_media_type, language_of
from server.operations.admission import Admission
from server.operations.documents import Operation
from server.operations.errors import caller_error
from server.operations.running import Answer, Operations, Request, refused
from server.operations.streaming import Streams
from server.operations.subscribers import Subscribers, TooManySubscriptionsError
from server.routes import http_errors
from server.routes.entity_tags import revalidated
from server.routes.event_stream import EVENT_STREAM, EventStreamResponse, single_result
from server.routes.http_call import HttpCall
from server.routes.http_errors import HttpError
from server.routes.request_body import request_from_body, request_from_query
from server.routes.uploading import is_multipart, request_with_files
from storage.errors import DatabaseUnavailableError

PATH, METHODS = "/graphql", ("GET", "POST")
JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
COST_HEADER = b"dengta-cost"
"""With it, whatever it says, the answer to a POST tells what it cost."""


@dataclass(frozen=True, slots=True)
class GraphQLEndpoint:
    operations: Operations
    admission: Admission
    authentication: Authentication
    front_ends: FrontEnds
    body_limit: int
    slow_operation: float
    subscribers: Subscribers
    streams: Streams

    def route(self) -> Route:
        """Which refuses other methods."""
        return Route(PATH, self, methods=METHODS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As an ASGI application of its own, which need not be looked for among routes."""
        http = HttpCall(scope, receive)
        origin = http.header(b"origin")
        readable = None if origin is None else await self.front_ends.headers(origin)
        response = await self._respond(http)
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
            return await self._answer(http, media_type, language)
        except HttpError as error:
            return _refusal(error, language, media_type)
        except DatabaseUnavailableError:
            return _refusal(http_errors.database_unavailable(), language, media_type)

    async def _answer(self, http: HttpCall, media_type: str, language: str) -> Response:
        started = perf_counter()
        context = await self._context(http, language)
        request = await self._request(http)
        if http.method == "POST" and http.header(COST_HEADER) is not None:
            request = replace(request, tells_cost=True)
        operation = self.admission.admitted(request, context)
        if not isinstance(operation, Operation):
            return _response(operation, media_type)
        _require_method(http, operation)
        if operation.is_subscription:
            return self._streamed(http, operation, request, context)
        answer = await self.operations.run(operation, request, context)
        self._log_if_notable(operation, answer, perf_counter() - started)
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

    def _log_if_notable(self, operation: Operation, answer: Answer, seconds: float) -> None:
        """Not every operation: a line costs as much as a tenth of a quick one."""
        if seconds >= self.slow_operation or _failed(answer):
            _log_operation(operation, answer, seconds)

    async def _context(self, http: HttpCall, language: str) -> RequestContext:
        try:
            return await self.authentication.context(http.header(b"authorization"), language, http.address)
        except UnauthenticatedError as error:
            raise http_errors.unauthenticated(error) from error

    async def _request(self, http: HttpCall) -> Request:
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
    """A refused request is the client's error under the GraphQL media type; others look at `errors`."""
    if answer.retry_after is not None:
        return _too_soon(answer, GRAPHQL_JSON if media_type == GRAPHQL_JSON else JSON)
    if media_type == EVENT_STREAM:
        return single_result(answer)
    status = 400 if media_type == GRAPHQL_JSON and not answer.executed else 200
    headers = {"Cache-Control": "no-store", "Content-Type": _content_type(media_type)}
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


def _failed(answer: Answer) -> bool:
    """It holds an error of the server's own. The failure has a line already, but not of which operation it was."""
    return any("correlationId" in (error.extensions or {}) for error in answer.errors)


def _log_operation(operation: Operation, answer: Answer, seconds: float) -> None:
    log().info(
        "operation",
        name=operation.name,
        type=operation.type,
        document=operation.fingerprint,
        errors=len(answer.errors),
        milliseconds=round(seconds * 1000, 1),
    )
