"""指标: what Prometheus reads at `/metrics`: numbers and durations, nothing of who asked or what.

prometheus_client decides while it is imported whether it counts for this process alone or, in files, together with
others; hence a folder for the files is named in the environment before the others are started.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from tempfile import TemporaryDirectory

from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_SHARED = "PROMETHEUS_MULTIPROC_DIR"
_EXECUTORS = ("compiled", "graphql-core")
_KINDS = ("query", "mutation", "subscription")

disable_created_metrics()  # type: ignore[no-untyped-call]
_operations = Counter("dengta_operations_total", "Operations that were executed.", ["executor", "type"])
_declined = Counter(
    "dengta_operations_declined_total",
    "Operations that the compiled executor declined, so that graphql-core ran them.",
    ["reason"],
)
_seconds = Histogram(
    "dengta_operation_seconds",
    "How long the execution of an operation took, in seconds.",
    ["type"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)

# Looking the labels up costs more than counting.
_executed = {(executor, kind): _operations.labels(executor, kind).inc for executor in _EXECUTORS for kind in _KINDS}
_took = {kind: _seconds.labels(kind).observe for kind in _KINDS}
_declined_for = cache(_declined.labels)


def count_operation(executor: str, kind: str, seconds: float) -> None:
    """`executor` is compiled or graphql-core; `kind` is query, mutation or subscription."""
    _executed[executor, kind]()
    _took[kind](seconds)


def count_declined(reason: str) -> None:
    """`reason` is one of a few fixed phrases; nothing of the operation may stand in it."""
    _declined_for(reason).inc()


def metrics_route() -> Route:
    return Route("/metrics", _metrics)


def _metrics(_request: Request) -> Response:
    """Not a coroutine, as it may read the files of several processes."""
    return Response(generate_latest(_registry()), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


def _registry() -> CollectorRegistry:
    """This process's own; or the sum over all those that count together, the dead ones too."""
    if _SHARED not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


@contextmanager
def counting_together() -> Iterator[None]:
    """The processes that are started meanwhile count together."""
    with TemporaryDirectory(prefix="dengta-metrics-") as folder:
        os.environ[_SHARED] = folder
        try:
            yield
        finally:
            del os.environ[_SHARED]


def count_without(process: int) -> None:
    """It has ended: what it counted stays, what it measured of itself goes."""
    mark_process_dead(process)  # type: ignore[no-untyped-call]
