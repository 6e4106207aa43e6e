"""Spans by OpenTelemetry, named as its conventions for HTTP, GraphQL and databases name them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from time import time_ns

from opentelemetry.context import Context, attach, detach
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Link, Span, SpanKind, StatusCode, Tracer, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.correlation import correlation_id, note_trace
from server.operations.documents import Operation
from server.tracing.spans import FailedBy, telling
from storage.observing import watched_by

_SERVICE = "dengta"
_FAILED, _NOT_FOUND = 500, 404
_PATIENCE = 3_000
"""Milliseconds that the last spans have, when the process ends."""

_propagator = TraceContextTextMapPropagator()


@contextmanager
def recorded(exporter: SpanExporter | None = None) -> Iterator[None]:
    """Sent by OTLP over HTTP, unless by another exporter; the variables of OpenTelemetry say where to and how many."""
    provider = TracerProvider(resource=_resource())
    provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
    spans = RecordedSpans(provider.get_tracer("dengta"))
    try:
        with telling(spans), watched_by(spans.statement):
            yield
    finally:
        provider.force_flush(_PATIENCE)
        provider.shutdown()


def _resource() -> Resource:
    """What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say goes before our own name."""
    said = Resource.create()
    is_named = not str(said.attributes[SERVICE_NAME]).startswith("unknown_service")
    return said if is_named else said.merge(Resource({SERVICE_NAME: _SERVICE}))


class RecordedSpans:
    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def application(self, app: ASGIApp) -> ASGIApp:
        return _TracedApplication(app, self._tracer)

    @contextmanager
    def operation(self, operation: Operation) -> Iterator[FailedBy]:
        """What a subscription tells of one event is a trace of its own, with a link to the request that listens:
        that may go on for days."""
        attributes = {"graphql.operation.type": operation.type, "graphql.document.hash": operation.document_hash}
        if operation.name is not None:
            attributes["graphql.operation.name"] = operation.name
        listening = get_current_span().get_span_context()
        apart = operation.is_subscription
        with _within(
            self._tracer,
            f"{operation.type} {operation.name}" if operation.name else operation.type,
            SpanKind.INTERNAL,
            attributes,
            Context() if apart else None,
            [Link(listening)] if apart and listening.is_valid else [],
        ) as span:
            yield partial(_mark_failed_by, span)

    @contextmanager
    def job(self, kind: str) -> Iterator[None]:
        attributes = {"messaging.system": "procrastinate", "messaging.operation.type": "process"}
        with _within(self._tracer, f"job {kind}", SpanKind.CONSUMER, attributes, Context()):
            yield

    @contextmanager
    def webhook(self, host: str) -> Iterator[None]:
        """Of its address the host alone: the rest may be a secret of the partner's."""
        attributes = {"http.request.method": "POST", "server.address": host}
        with _within(self._tracer, "POST", SpanKind.CLIENT, attributes):
            yield

    def statement(self, text: str, seconds: float, error: BaseException | None) -> None:
        """Below whatever is recorded at the moment. What belongs to no request is a poll, and not told."""
        if not get_current_span().is_recording():
            return
        end = time_ns()
        verb = text.split(None, 1)[0].upper()
        span = self._tracer.start_span(
            verb,
            kind=SpanKind.CLIENT,
            start_time=end - int(seconds * 1e9),
            attributes={"db.system.name": "postgresql", "db.operation.name": verb, "db.query.text": text},
        )
        if error is not None:
            _mark_failed(span, error)
        span.end(end)


@contextmanager
def _within(  # noqa: PLR0913 # each a part of a span
    tracer: Tracer,
    name: str,
    kind: SpanKind,
    attributes: Mapping[str, str],
    context: Context | None = None,
    links: list[Link] | None = None,
) -> Iterator[Span]:
    """Of an error its kind alone is told: its message may quote what somebody wrote."""
    with tracer.start_as_current_span(
        name, context, kind, attributes, links, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except BaseException as error:
            _mark_failed(span, error)
            raise


def _mark_failed(span: Span, error: BaseException) -> None:
    state = getattr(error, "sqlstate", None)
    if state is not None:
        span.set_attribute("db.response.status_code", state)
    _mark_failed_by(span, type(error).__name__)


def _mark_failed_by(span: Span, kind: str) -> None:
    span.set_attribute("error.type", kind)
    span.set_status(StatusCode.ERROR)


class _TracedApplication:
    """A span for each HTTP request, below the caller's if it names one (W3C Trace Context). A WebSocket has none of its
    own; its operations are below what its handshake names."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            token = attach(_callers(scope))
            try:
                await self._app(scope, receive, send)
            finally:
                detach(token)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, route = str(scope["method"]), _route(scope)
        attributes = {
            "http.request.method": method,
            "url.scheme": str(scope.get("scheme", "http")),
            "dengta.correlation_id": correlation_id(),
        }
        with _within(self._tracer, method, SpanKind.SERVER, attributes, _callers(scope)) as span:
            note_trace(f"{span.get_span_context().trace_id:032x}")

            async def send_noting(message: Message) -> None:
                if message["type"] == "http.response.start":
                    _note_status(span, method, route, message["status"])
                await send(message)

            await self._app(scope, receive, send_noting)


def _note_status(span: Span, method: str, route: str, status: int) -> None:
    span.set_attribute("http.response.status_code", status)
    if status != _NOT_FOUND:  # what is not there has as many names as there are typing errors
        span.set_attribute("http.route", route)
        span.update_name(f"{method} {route}")
    if status >= _FAILED:
        _mark_failed_by(span, str(status))


def _route(scope: Scope) -> str:
    """The first part of the path: what follows it may be the key of a file."""
    first, more = str(scope["path"])[1:].partition("/")[::2]
    return f"/{first}/*" if more else f"/{first}"


def _callers(scope: Scope) -> Context:
    named = {b"traceparent", b"tracestate"}
    carrier = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"] if name in named}
    return _propagator.extract(carrier, Context())
