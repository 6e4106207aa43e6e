"""引擎: the connections to PostgreSQL that reads go by.

Every read is one statement in autocommit, on a connection that is held no longer than that.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from time import monotonic
from typing import Any

from psycopg import AsyncConnection, InterfaceError, OperationalError
from psycopg.errors import QueryCanceled
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from sqlalchemy import Select, make_url

from storage.statements import Statement, statement_of
from storage.text_search import FREQUENT_GRAMS, FrequentGrams, frequent_grams_from

Row = tuple[Any, ...]

# A generic plan for "ORDER BY id LIMIT" walks the primary key however narrow the scope is; JIT costs more than
# these short statements take.
SERVER_OPTIONS = "-c plan_cache_mode=force_custom_plan -c jit=off -c timezone=UTC"
_STATISTICS_ARE_GOOD_FOR = 600.0
"""Seconds."""


class DatabaseUnavailableError(Exception):
    """No connection to the database could be had, or it broke."""


class StatementTimedOutError(Exception):
    """PostgreSQL cancelled a statement that took longer than DENGTA_STATEMENT_TIMEOUT."""


@contextmanager
def _own_errors() -> Iterator[None]:
    """The driver's errors that a caller should hear of, in our own terms."""
    try:
        yield
    except QueryCanceled as error:
        raise StatementTimedOutError from error
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise DatabaseUnavailableError from error


class Database:
    """A pool of connections, which are opened when they are first needed."""

    def __init__(self, pool: "AsyncConnectionPool[AsyncConnection[Row]]") -> None:
        self._pool = pool
        self._frequent_grams = FrequentGrams()
        self._statistics_read_at = -inf

    async def rows(self, statement: Statement | Select[Any]) -> list[Row]:
        """DatabaseUnavailableError and StatementTimedOutError beside the errors of a wrong statement.

        A connection that broke while it was idle (PostgreSQL was restarted) is found out by the first statement on
        it; nothing has happened then, so the statement is tried once more on another.
        """
        ready = statement if isinstance(statement, Statement) else statement_of(statement)
        with _own_errors():
            if self._pool.closed:
                await self._pool.open()
            try:
                return await self._rows(ready)
            except OperationalError as error:
                if isinstance(error, QueryCanceled | PoolTimeout):
                    raise
                await self._pool.check()
                return await self._rows(ready)

    async def _rows(self, statement: Statement) -> list[Row]:
        """Not by `pool.connection()`: to end the transaction that there never is costs a tenth of a small query."""
        connection = await self._pool.getconn()
        try:
            cursor = await connection.execute(statement.text, statement.values)
            return await cursor.fetchall()
        finally:
            await self._pool.putconn(connection)

    async def row(self, statement: Statement | Select[Any]) -> Row | None:
        """The first row, if there is one."""
        rows = await self.rows(statement)
        return rows[0] if rows else None

    async def number(self, statement: Statement | Select[Any]) -> int:
        """Of a statement that counts."""
        rows = await self.rows(statement)
        return int(rows[0][0])

    async def frequent_grams(self) -> FrequentGrams:
        """As the statistics were when they were last read, at most ten minutes ago."""
        if monotonic() - self._statistics_read_at > _STATISTICS_ARE_GOOD_FOR:
            self._frequent_grams = frequent_grams_from(await self.rows(FREQUENT_GRAMS))
            self._statistics_read_at = monotonic()
        return self._frequent_grams

    async def close(self) -> None:
        await self._pool.close()


def connect(url: str, *, connections: int = 20, statement_timeout: float = 10.0, patience: float = 5.0) -> Database:
    """`statement_timeout` in seconds; so is `patience`, how long a read waits for a connection."""
    options = f"{SERVER_OPTIONS} -c statement_timeout={int(statement_timeout * 1000)}"
    pool = AsyncConnectionPool(
        libpq_url(url),
        min_size=0,
        max_size=connections,
        timeout=patience,
        kwargs={"autocommit": True, "options": options},
        open=False,
    )
    return Database(pool)


def psycopg_url(url: str) -> str:
    """The URL with SQLAlchemy's name of the driver, from any of the spellings in use for PostgreSQL."""
    return _with_driver(url, "postgresql+psycopg")


def libpq_url(url: str) -> str:
    """The URL as PostgreSQL's own library takes it."""
    return _with_driver(url, "postgresql")


def _with_driver(url: str, driver: str) -> str:
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    return parsed.set(drivername=driver).render_as_string(hide_password=False)
