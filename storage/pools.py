"""连接池: connections that are made when they are needed, and made anew within a second of PostgreSQL's return."""

from typing import Any, TypeVar

from psycopg import AsyncConnection, OperationalError
from psycopg_pool import AsyncConnectionPool

from storage.cutting import cut_off_after
from storage.errors import ConnectionsBusyError, DatabaseUnavailableError

CONNECTS_AGAIN_AFTER = 0.5
"""Seconds. The pool's own pauses double up to minutes, and as long it would take to notice that PostgreSQL is back."""

CHECKED_WITHIN = 3.0
"""Seconds. A host whose PostgreSQL is frozen, and whose system is not, would keep who tries a connection for ever."""

ConnectionT = TypeVar("ConnectionT", bound=AsyncConnection[Any])


class Pool(AsyncConnectionPool[ConnectionT]):
    """Knows how many of its connections are in use, and so why there was none for somebody."""

    _in_use = 0

    async def getconn(self, timeout: float | None = None) -> ConnectionT:  # noqa: ASYNC109 # as the library has it
        connection = await super().getconn(timeout)
        self._in_use += 1
        return connection

    async def putconn(self, conn: ConnectionT) -> None:
        self._in_use -= 1
        await super().putconn(conn)

    def none_free(self) -> DatabaseUnavailableError:
        """What a PoolTimeout is to callers: the database is there and all connections are in use, or it is away."""
        all_in_use = self._in_use >= self.max_size
        return ConnectionsBusyError(self.max_size) if all_in_use else DatabaseUnavailableError()

    @staticmethod
    async def check_connection(connection: AsyncConnection[Any]) -> None:
        """OperationalError for one that is lost, or was cut off in the moment in which it answered."""
        with cut_off_after(connection, CHECKED_WITHIN) as is_cut_off:
            await AsyncConnectionPool.check_connection(connection)
            if is_cut_off():
                raise OperationalError


def pool_of(
    connection_class: type[ConnectionT], url: str, *, most: int, patience: float, **of_each: Any
) -> Pool[ConnectionT]:
    """At most so many; `patience` in seconds is how long one waits for a connection. `of_each` connection."""
    return Pool(
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
