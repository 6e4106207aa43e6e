"""连接池: connections that are made when they are needed, and made anew within a second of PostgreSQL's return."""

from typing import Any, TypeVar

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

CONNECTS_AGAIN_AFTER = 0.5
"""Seconds. The pool's own pauses double up to minutes, and as long it would take to notice that PostgreSQL is back."""

ConnectionT = TypeVar("ConnectionT", bound=AsyncConnection[Any])


def pool_of(
    connection_class: type[ConnectionT], url: str, *, most: int, patience: float, **of_each: Any
) -> AsyncConnectionPool[ConnectionT]:
    """At most so many; `patience` in seconds is how long one waits for a connection. `of_each` connection."""
    return AsyncConnectionPool(
        url,
        connection_class=connection_class,
        min_size=0,
        max_size=most,
        timeout=patience,
        kwargs=of_each,
        reconnect_timeout=CONNECTS_AGAIN_AFTER,
        reconnect_failed=try_again,
        open=False,
    )


async def try_again(pool: AsyncConnectionPool[Any]) -> None:
    """At once, since the pool has paused before it gave up."""
    if not pool.closed:
        await pool.check()
