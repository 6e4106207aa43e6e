"""引擎: connections to PostgreSQL, and the two kinds of session that the rooms above are given."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from math import inf
from time import monotonic

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.text_search import FrequentGrams, read_frequent_grams

# A generic plan for "ORDER BY id LIMIT" walks the primary key however narrow the scope is; JIT costs more than
# these short statements take.
_SERVER_OPTIONS = "-c plan_cache_mode=force_custom_plan -c jit=off -c timezone=UTC"
_QUERY_CANCELED = "57014"
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
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _QUERY_CANCELED:
            raise StatementTimedOutError from error
        if isinstance(error, OperationalError) or error.connection_invalidated:
            raise DatabaseUnavailableError from error
        raise


class Database:
    """A pool of connections. Reads run in autocommit, one short session for each batch; a write is one transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._frequent_grams = FrequentGrams()
        self._statistics_read_at = -inf

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        with _own_errors():
            async with self.engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """Several reads that see the same moment."""
        with _own_errors():
            async with self.engine.connect() as connection:
                await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                async with connection.begin():
                    yield connection

    async def frequent_grams(self) -> FrequentGrams:
        """As the statistics were when they were last read, at most ten minutes ago."""
        if monotonic() - self._statistics_read_at > _STATISTICS_ARE_GOOD_FOR:
            async with self.read() as connection:
                self._frequent_grams = await read_frequent_grams(connection)
            self._statistics_read_at = monotonic()
        return self._frequent_grams

    async def close(self) -> None:
        await self.engine.dispose()


def connect(url: str, *, connections: int = 20, statement_timeout: float = 10.0) -> Database:
    """`statement_timeout` in seconds; connections are opened when first needed."""
    options = f"{_SERVER_OPTIONS} -c statement_timeout={int(statement_timeout * 1000)}"
    engine = create_async_engine(
        psycopg_url(url),
        isolation_level="AUTOCOMMIT",
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"options": options},
    )
    return Database(engine)


def psycopg_url(url: str) -> str:
    """The URL with SQLAlchemy's name of the driver, from any of the spellings in use for PostgreSQL."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
