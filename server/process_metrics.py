"""进程指标: what each process measures of itself, once a second: its event loop, its connections, who listens to it."""

from asyncio import get_running_loop, sleep
from collections.abc import Callable

from prometheus_client import Counter, Gauge, Histogram

from storage.engine import Database

_EVERY = 1.0
"""Seconds."""

_VERBS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "COMMIT"})

_lag = Gauge(
    "dengta_event_loop_lag_seconds",
    "How much later than it should the event loop came back, in seconds; of the slowest process.",
    multiprocess_mode="livemax",
)
_connections = Gauge(
    "dengta_database_connections",
    "Connections of the pools, by pool (read, write) and state (used, idle).",
    ["pool", "state"],
    multiprocess_mode="livesum",
)
_waiting = Gauge(
    "dengta_database_connections_awaited",
    "How many wait for a connection of the pool.",
    ["pool"],
    multiprocess_mode="livesum",
)
_subscriptions = Gauge("dengta_subscriptions", "Subscriptions that run at the moment.", multiprocess_mode="livesum")
_statements = Histogram(
    "dengta_statement_seconds",
    "How long statements took, in seconds, by their first word.",
    ["verb"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
_failures = Counter("dengta_statement_errors_total", "Statements that failed, by the error's type.", ["error"])
_responses = Counter("dengta_http_responses_total", "HTTP answers, by status.", ["status"])
_took = {verb: _statements.labels(verb).observe for verb in (*_VERBS, "OTHER")}


def count_response(status: int) -> None:
    _responses.labels(str(status)).inc()


def count_statement(text: str, seconds: float, error: BaseException | None) -> None:
    """A watcher of `storage.observing`."""
    verb = text.split(None, 1)[0]
    _took[verb if verb in _VERBS else "OTHER"](seconds)
    if error is not None:
        _failures.labels(type(error).__name__).inc()


async def keep_measuring(database: Database, running_subscriptions: Callable[[], int]) -> None:
    while True:
        measure(database, running_subscriptions())
        expected = get_running_loop().time() + _EVERY
        await sleep(_EVERY)
        _lag.set(max(0.0, get_running_loop().time() - expected))


def measure(database: Database, running_subscriptions: int) -> None:
    _subscriptions.set(running_subscriptions)
    for pool, standing in database.pools().items():
        _connections.labels(pool, "used").set(standing.used)
        _connections.labels(pool, "idle").set(standing.idle)
        _waiting.labels(pool).set(standing.awaited)
