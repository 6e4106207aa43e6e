"""A collector of traces: a real HTTP server that takes OTLP as OpenTelemetry's own do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.commands import wait_until


@dataclass
class Collector:
    url: str = ""
    received: list[bytes] = field(default_factory=list)

    @property
    def everything(self) -> str:
        """All that was sent, as text: whatever stands in no span stands not in here."""
        return "\n".join(str(request) for request in self._requests())

    @property
    def services(self) -> set[str]:
        return {
            attribute.value.string_value
            for request in self._requests()
            for resource in request.resource_spans
            for attribute in resource.resource.attributes
            if attribute.key == "service.name"
        }

    def spans(self) -> list[Span]:
        """In the order of their ends."""
        return [
            span
            for request in self._requests()
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def named(self, name: str) -> Span:
        """The only one, which may be yet to come."""
        wait_until(lambda: any(span.name == name for span in self.spans()))
        [found] = [span for span in self.spans() if span.name == name]
        return found

    def below(self, parent: Span) -> list[Span]:
        return [span for span in self.spans() if span.parent_span_id == parent.span_id]

    def _requests(self) -> list[ExportTraceServiceRequest]:
        return [ExportTraceServiceRequest.FromString(body) for body in self.received]


def attributes_of(span: Span) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value") or "") for each in span.attributes}


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/v1/traces":
                collector.received.append(body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield collector
        server.shutdown()
