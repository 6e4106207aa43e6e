"""指标: what Prometheus reads at `/metrics`: numbers and durations, nothing of who asked or what.

prometheus_client decides while it is imported whether it counts for this process alone or, in files, together with
others; hence a folder for the files is named in the environment before the others are started.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from tempfile import TemporaryDirectory

from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from storage.backlogs import Backlogs, QueueBacklog, backlogs, queue_backlogs
from storage.engine import Database
from storage.errors import DatabaseUnavailableError, StatementTimedOutError
from storage.messages import count_messages
from storage.replicas import Replicas

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

_deliveries = Counter(
    "dengta_message_deliveries_total",
    "Attempts to deliver a message, by what came of them.",
    ["outcome"],
)

_webhooks = Counter(
    "dengta_webhook_requests_total",
    "Requests of webhooks, by what came of them.",
    ["outcome"],
)

_trusted = Histogram(
    "dengta_trusted_operation_seconds",
    "How long operations of trusted documents took, in seconds, by name.",
    ["name"],
    buckets=(0.005, 0.025, 0.1, 0.5, 2.5, 10.0),
)

_refused = Counter(
    "dengta_operations_refused_total", "Operations, and other requests that take a place, refused as there was none."
)
_timed_out = Counter("dengta_operations_timed_out_total", "Queries that were ended because they took too long.")
_operations_now = Gauge(
    "dengta_operations_now",
    "Operations at the moment, by what they do: running, waiting.",
    ["state"],
    multiprocess_mode="livesum",
)
_sign_ins_now = Gauge(
    "dengta_sign_ins_now",
    "Requests to the sign-in pages and for tokens at the moment, by what they do: running, waiting.",
    ["state"],
    multiprocess_mode="livesum",
)

_by_place = Counter(
    "dengta_operations_by_place_total",
    "Operations over replicas, by where they read: at the primary or at a replica.",
    ["place"],
)

_fallbacks = Counter(
    "dengta_replica_fallbacks_total",
    "Statements that the primary answered since a replica could not, by why.",
    ["reason"],
)

# Looking the labels up costs more than counting.
_executed = {(executor, kind): _operations.labels(executor, kind).inc for executor in _EXECUTORS for kind in _KINDS}
_took = {kind: _seconds.labels(kind).observe for kind in _KINDS}
_read_at = {place: _by_place.labels(place).inc for place in ("primary", "replica")}
_declined_for = cache(_declined.labels)
_trusted_named = cache(_trusted.labels)


class PlacesGauge:
    """`running` and `waiting` are told how many do so now in this process."""

    def __init__(self, gauge: Gauge) -> None:
        self.running, self.waiting = gauge.labels("running").set, gauge.labels("waiting").set


OPERATIONS_NOW, SIGN_INS_NOW = PlacesGauge(_operations_now), PlacesGauge(_sign_ins_now)


def count_operation(executor: str, kind: str, seconds: float) -> None:
    """`executor` is compiled or graphql-core; `kind` is query, mutation or subscription."""
    _executed[executor, kind]()
    _took[kind](seconds)


def count_trusted(name: str, seconds: float) -> None:
    """`name` is one that stands in a manifest, of which there are so many; callers can name an operation anything."""
    _trusted_named(name).observe(seconds)


def count_declined(reason: str) -> None:
    """`reason` is one of a few fixed phrases; nothing of the operation may stand in it."""
    _declined_for(reason).inc()


def count_refused() -> None:
    """Before anything was done for it."""
    _refused.inc()


def count_timed_out() -> None:
    _timed_out.inc()


def count_delivery(outcome: str) -> None:
    """`outcome` is sent, retried or failed."""
    _deliveries.labels(outcome).inc()


def count_webhook(outcome: str) -> None:
    """`outcome` is delivered, retried or disabled."""
    _webhooks.labels(outcome).inc()


def count_place(place: str) -> None:
    """`place` is primary or replica."""
    _read_at[place]()


def count_fallback(reason: str) -> None:
    """`reason` is conflict, busy or unreachable."""
    _fallbacks.labels(reason).inc()


def metrics_route(database: Database, replicas: Replicas | None = None) -> Route:
    async def metrics(_request: Request) -> Response:
        """What is counted may stand in the files of several processes, which are read aside."""
        counted = await run_in_threadpool(lambda: generate_latest(_registry()))
        looked_up = generate_latest(await _looked_up(database, replicas))
        return Response(counted + looked_up, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    return Route("/metrics", metrics)


async def _looked_up(database: Database, replicas: Replicas | None) -> CollectorRegistry:
    """What the database knows, the same for all processes, and nothing of it when it cannot be asked; and how far the
    replicas have come, as the process knows that answers."""
    registry = CollectorRegistry()
    if replicas is not None:
        registry.register(_AsFound([_lags(replicas)]))
    with suppress(DatabaseUnavailableError, StatementTimedOutError):
        messages = GaugeMetricFamily("dengta_messages", "Messages in the outbox, by state.", labels=["state"])
        for state, count in (await count_messages(database)).items():
            messages.add_metric([state.value], count)
        queues = await queue_backlogs(database)
        registry.register(_AsFound([messages, *_of_queues(queues), *_of_backlogs(await backlogs(database))]))
    return registry


def _of_queues(queues: Sequence[QueueBacklog]) -> list[GaugeMetricFamily]:
    jobs = GaugeMetricFamily("dengta_jobs", "Jobs, by queue and state.", labels=["queue", "state"])
    oldest = GaugeMetricFamily("dengta_job_due_seconds", "For how long the oldest job is due.", labels=["queue"])
    for queue in queues:
        oldest.add_metric([queue.queue], queue.oldest)
        for state in ("waiting", "running", "failed"):
            jobs.add_metric([queue.queue, state], getattr(queue, state))
    return [jobs, oldest]


def _of_backlogs(found: Backlogs) -> list[GaugeMetricFamily]:
    told = {
        "dengta_changes_unnumbered": ("Changes that partners cannot hear of yet.", found.changes),
        "dengta_change_lag_seconds": ("Age of the oldest of these, in seconds.", found.oldest_change),
        "dengta_members_uncounted": ("Changes not yet in the statistics counted in advance.", found.uncounted_members),
        "dengta_audit_unchecked_seconds": (
            "Age of the oldest entry of the audit log that no checkpoint covers, in seconds.",
            found.oldest_unchecked_audit,
        ),
    }
    return [GaugeMetricFamily(name, text, value) for name, (text, value) in told.items()]


def _lags(replicas: Replicas) -> GaugeMetricFamily:
    told = "Seconds that a replica lags, as of the last look; +Inf for one that cannot be read at all."
    lags = GaugeMetricFamily("dengta_replica_lag_seconds", told, labels=["replica"])
    for number, each in enumerate(replicas.members, 1):
        lags.add_metric([str(number)], each.lag)
    return lags


class _AsFound(Collector):
    """Not a Gauge, whose values would be written into the files of the processes that count together."""

    def __init__(self, families: list[GaugeMetricFamily]) -> None:
        self._families = families

    def collect(self) -> list[GaugeMetricFamily]:
        return self._families


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
