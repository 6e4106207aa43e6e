"""引擎: the connections to PostgreSQL.

Every read is one statement in autocommit, on a connection that is held no longer than that. Writes are transactions on
connections of their own (`storage/writing.py`).
"""

from asyncio import get_running_loop
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from math import inf
from time import monotonic, perf_counter
from typing import Any, Self, TypeVar

from psycopg import AsyncConnection, AsyncCursor, InterfaceError, OperationalError
from psycopg.errors import DiskFull, QueryCanceled
from psycopg_pool import PoolTimeout
from sqlalchemy import Executable

from domain.validation import AS_SHIPPED, RulesInForce
from storage.addresses import address_of, noticing_soon
from storage.audit_log import AuditLog
from storage.cutting import GRACE, cut_off
from storage.errors import StatementTimedOutError, unavailable
from storage.listening import wake_ups
from storage.observing import statement_ended
from storage.pool_standing import PoolStanding, standing_of
from storage.pooling import BY_POOL, SERVER_SETTINGS
from storage.pools import Pool, pool_of
from storage.privileges import SERVER_ROLE
from storage.statements import Statement, statement_of
from storage.streaming import streamed
from storage.text_search import FREQUENT_GRAMS, FrequentGrams, frequent_grams_from
from storage.writing import WriteConnection, WriteSession, Writing

Row = tuple[Any, ...]
_NO_BETTER_AGAIN = (QueryCanceled, PoolTimeout, DiskFull)
SharedT = TypeVar("SharedT")

SERVER_OPTIONS = " ".join(f"-c {name}={value}" for name, value in SERVER_SETTINGS.items())
_STATISTICS_ARE_GOOD_FOR = 600.0
"""Seconds."""

_READ_ONLY = "This database was connected to without an audit key, for reading alone."

_MOST_ROWS_KEPT = 1_000
"""A cursor holds its last result in memory until the next one."""


class _Connection(AsyncConnection[Row]):
    """Keeps its cursor: to make one costs a tenth of a small query."""

    _cursor: AsyncCursor[Row] | None = None

    async def read(self, statement: Statement, longest: float = 60.0) -> list[Row]:
        """Cut off after so many seconds."""
        cursor = self._cursor or self.cursor()
        timer, started = get_running_loop().call_later(longest, cut_off, self), perf_counter()
        try:
            await cursor.execute(statement.text, statement.values)
            rows = await cursor.fetchall()
        except BaseException as error:
            statement_ended(statement.text, started, error)
            raise
        finally:
            timer.cancel()
        statement_ended(statement.text, started)
        self._cursor = cursor if len(rows) <= _MOST_ROWS_KEPT else None
        return rows


class Database:
    """A pool of connections, which are opened when they are first needed."""

    def __init__(  # noqa: PLR0913 # the parts, as `connect` makes them
        self,
        url: str,
        pool: Pool[_Connection],
        writing: Writing | None = None,
        audit_log: AuditLog | None = None,
        rules: RulesInForce = AS_SHIPPED,
        longest_read: float = 12.0,
    ) -> None:
        """`longest_read`: seconds after which a read is given up though PostgreSQL has not ended it."""
        self.rules_in_force = rules
        """By which whatever is saved here is checked."""
        self.primary = self
        """Where what must not be a moment old is read."""
        self._url = url
        self.longest_read = longest_read
        self._pool = pool
        self._writing = writing
        self._audit_log = audit_log
        self._frequent_grams = FrequentGrams()
        self._statistics_read_at = -inf
        self._shared: dict[Callable[[Database], Any], Any] = {}

    async def rows(self, statement: Statement | Executable) -> list[Row]:
        """DatabaseUnavailableError and StatementTimedOutError beside the errors of a wrong statement.

        ConnectionsBusyError when the database is there, but all connections are in use.

        A connection may have broken while it was idle or under the statement (PostgreSQL was restarted). What only
        reads is tried once more on another, unless it has taken its whole time already.
        """
        ready = statement if isinstance(statement, Statement) else statement_of(statement)
        began = monotonic()
        try:
            try:
                return await self._rows(ready)
            except OperationalError as error:
                if isinstance(error, _NO_BETTER_AGAIN) or monotonic() - began >= self.longest_read:
                    raise
                await self._pool.check()
                return await self._rows(ready)
        except QueryCanceled as error:
            raise StatementTimedOutError from error
        except PoolTimeout as error:
            raise self._pool.none_free() from error
        except (OperationalError, InterfaceError) as error:
            raise unavailable(error) from error

    async def _rows(self, statement: Statement) -> list[Row]:
        """Not by `pool.connection()`: to end the transaction that there never is costs a tenth of a small query."""
        if self._pool.closed:
            await self._pool.open()
        connection = await self._pool.getconn()
        try:
            return await connection.read(statement, self.longest_read)
        finally:
            await self._pool.putconn(connection)

    async def row(self, statement: Statement | Executable) -> Row | None:
        """The first row, if there is one."""
        rows = await self.rows(statement)
        return rows[0] if rows else None

    async def number(self, statement: Statement | Executable) -> int:
        """Of a statement that counts."""
        rows = await self.rows(statement)
        return int(rows[0][0])

    def shared(self, kind: Callable[["Database"], SharedT]) -> SharedT:
        """What all operations on this database use together, wherever they read: one of its kind."""
        return self.shared_here(kind)

    def shared_here(self, kind: Callable[["Database"], SharedT]) -> SharedT:
        """What all operations that read at this place use together."""
        found: SharedT | None = self._shared.get(kind)
        if found is None:
            found = self._shared[kind] = kind(self)
        return found

    async def frequent_grams(self) -> FrequentGrams:
        """As the statistics were when they were last read, at most ten minutes ago."""
        if monotonic() - self._statistics_read_at > _STATISTICS_ARE_GOOD_FOR:
            self._frequent_grams = frequent_grams_from(await self.rows(FREQUENT_GRAMS))
            self._statistics_read_at = monotonic()
        return self._frequent_grams

    def writing(self) -> AbstractAsyncContextManager[WriteSession]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        if self._writing is None:
            raise RuntimeError(_READ_ONLY)
        return self._writing.session()

    @property
    def audit_log(self) -> AuditLog:
        """For entries about what is not a transaction of its own."""
        if self._audit_log is None:
            raise RuntimeError(_READ_ONLY)
        return self._audit_log

    @property
    def url(self) -> str:
        """As libpq takes it, for what needs a connection of its own."""
        return self._url

    def wake_ups(self, channel: str, every: float) -> AsyncGenerator[None, None]:
        """As `storage.listening.wake_ups`, beside the connections of the pool."""
        return wake_ups(self._url, channel, every)

    def streamed(
        self, statement: Executable, *, may_sort: bool = False, longest_pause: float = 0
    ) -> AsyncGenerator[list[Row], None]:
        """As `storage.streaming.streamed`, beside the connections of the pool."""
        return streamed(self._url, statement, may_sort=may_sort, longest_pause=longest_pause)

    def pools(self) -> Mapping[str, PoolStanding]:
        """`read`, and `write` where anything can be written."""
        reading = {"read": standing_of(self._pool)}
        return reading if self._writing is None else {**reading, "write": self._writing.standing()}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        if self._audit_log is not None:
            await self._audit_log.close()
        await self._pool.close()
        if self._writing is not None:
            await self._writing.close()


def connect(  # noqa: PLR0913 # each of them a setting
    url: str,
    *,
    connections: int = 20,
    statement_timeout: float = 10.0,
    lock_timeout: float = 5.0,
    longest_pause: float = 60.0,
    patience: float = 5.0,
    audit_key: bytes | None = None,
    rules: RulesInForce = AS_SHIPPED,
    pool_url: str | None = None,
) -> Database:
    """`connections` are those of reads; a quarter as many more write, two at least. They go by the `pool_url`, if there
    is one: that of a PgBouncer, which shares fewer among many processes (`storage/pooling.py`).

    Times are in seconds: of a statement, of waiting for a lock, of a pause within a transaction; and `patience`, how
    long one waits for a connection.

    Without an `audit_key` nothing can be written. `rules` are those of data quality.
    """
    options = session_options(statement_timeout, lock_timeout, longest_pause)
    how: dict[str, Any] = {"options": options} if pool_url is None else BY_POOL
    place, by_pool, longest = libpq_url(url), libpq_url(pool_url or url), statement_timeout + GRACE
    reading = reading_pool(by_pool, connections, patience, **how)
    if audit_key is None:
        return Database(place, reading, rules=rules, longest_read=longest)
    pool = pool_of(WriteConnection, by_pool, most=max(2, connections // 4), patience=patience, **how)
    writing = Writing(pool, audit_key, rules, longest)
    return Database(place, reading, writing, AuditLog(place, audit_key, options), rules, longest)


def reading_pool(url: str, connections: int, patience: float, **how: Any) -> Pool[_Connection]:
    """`how` a connection is made, as psycopg takes it."""
    return pool_of(_Connection, libpq_url(url), most=connections, patience=patience, autocommit=True, **how)


def session_options(statement_timeout: float, lock_timeout: float = 5.0, longest_pause: float = 60.0) -> str:
    """What each connection of the server is opened with: its own role, and bounds, in seconds."""
    bounds = {
        "statement_timeout": statement_timeout,
        "lock_timeout": lock_timeout,
        "idle_in_transaction_session_timeout": longest_pause,
    }
    told = (f"-c {name}={max(1, int(seconds * 1000))}" for name, seconds in bounds.items())
    return " ".join([SERVER_OPTIONS, f"-c role={SERVER_ROLE}", *told])


def psycopg_url(url: str) -> str:
    """The URL with SQLAlchemy's name of the driver, from any of the spellings in use for PostgreSQL."""
    return address_of(url, "postgresql+psycopg").render_as_string(hide_password=False)


def libpq_url(url: str) -> str:
    """The URL as PostgreSQL's own library takes it, which then soon notices a host that has gone."""
    return noticing_soon(address_of(url, "postgresql")).render_as_string(hide_password=False)
