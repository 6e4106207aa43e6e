"""写会话: one transaction, committed whole at its end or not at all.

A connection that writes is a writer of the audit log: its entries are chained to one another (`domain/audit.py`) and
commit with the change that they tell of.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any, Protocol

from psycopg import AsyncConnection, AsyncCursor
from psycopg.errors import LockNotAvailable, QueryCanceled, ReadOnlySqlTransaction, SerializationFailure
from psycopg_pool import PoolTimeout
from sqlalchemy import Executable

from domain.audit import AuditChain, AuditRecord
from domain.validation import RulesInForce
from storage.audit_writing import insert_entries
from storage.commits import notice_commit
from storage.cutting import GRACE, cut_off_after
from storage.deadlines import before_the_deadline
from storage.errors import (
    LOST,
    CommitUnknownError,
    LockTimedOutError,
    StatementTimedOutError,
    unavailable,
)
from storage.observing import statement_ended
from storage.pool_standing import PoolStanding, standing_of
from storage.pools import Pool
from storage.statements import Statement, statement_of

Row = tuple[Any, ...]


class WriteConnection(AsyncConnection[Row]):
    """Keeps the chain of the audit entries that were committed by it."""

    chain: AuditChain | None = None


class Transaction(Protocol):
    """What checks need of one, be it a server's or an import's."""

    @property
    def rules_in_force(self) -> RulesInForce: ...

    async def rows(self, statement: Statement | Executable) -> list[Row]: ...

    async def execute(self, statement: Statement | Executable) -> int: ...


class WriteSession:
    """What can be done within one transaction."""

    def __init__(self, connection: WriteConnection, chain: AuditChain, rules: RulesInForce, longest: float) -> None:
        """`rules`: by which the members that it saves are checked. `longest`: seconds after which a statement is given
        up though PostgreSQL has not ended it."""
        self._connection = connection
        self._longest = longest
        self._chain = chain
        self.rules_in_force = rules
        self.outcome: Mapping[str, int | str] | None = {}
        """Ids of what was made, for whoever repeats the change under its idempotency key."""

    async def rows(self, statement: Statement | Executable) -> list[Row]:
        """Of a SELECT, or of a change that is RETURNING."""
        cursor = await self._execute(statement)
        return await cursor.fetchall()

    async def row(self, statement: Statement | Executable) -> Row | None:
        cursor = await self._execute(statement)
        return await cursor.fetchone()

    async def execute(self, statement: Statement | Executable) -> int:
        """How many rows it changed."""
        cursor = await self._execute(statement)
        return cursor.rowcount

    async def _execute(self, statement: Statement | Executable) -> AsyncCursor[Row]:
        ready = statement if isinstance(statement, Statement) else statement_of(statement)
        started = perf_counter()
        try:
            with cut_off_after(self._connection, self._longest):
                cursor = await self._connection.execute(ready.text, ready.values)
        except BaseException as error:
            statement_ended(ready.text, started, error)
            raise
        statement_ended(ready.text, started)
        return cursor

    async def allow(self, seconds: float) -> None:
        """So long for each statement of this transaction, and for each lock that it waits for."""
        milliseconds = str(int(seconds * 1000))
        await self._connection.execute(
            "SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true)",
            (milliseconds, milliseconds),
        )
        self._longest = max(self._longest, seconds + GRACE)

    async def audit(self, *records: AuditRecord) -> None:
        """Adds entries to the audit log, which are there if and only if the transaction is."""
        if records:
            entries, self._chain = self._chain.chained_all(records)
            await insert_entries(self._connection, entries)

    async def notify(self, channel: str, payload: str = "") -> None:
        """Wakes those who listen on the channel, once the transaction is committed."""
        await self._connection.execute("SELECT pg_notify(%s, %s)", (channel, payload))

    @property
    def connection(self) -> AsyncConnection[Row]:
        """For the job queue, whose jobs are deferred in this transaction."""
        return self._connection

    @property
    def chain(self) -> AuditChain:
        """As it stands after the entries of this transaction."""
        return self._chain


class Writing:
    """A pool of connections that write; each is opened when it is first needed."""

    def __init__(self, pool: Pool[WriteConnection], audit_key: bytes, rules: RulesInForce, longest: float) -> None:
        """`longest`: seconds for a statement, and for a commit, whose end PostgreSQL's own time limit does not see."""
        self._pool = pool
        self._audit_key = audit_key
        self._rules = rules
        self._longest = longest

    @asynccontextmanager
    async def session(self) -> AsyncIterator[WriteSession]:
        """Commits when the block ends, rolls back when it raises.

        DatabaseUnavailableError when the database was lost and nothing was saved; CommitUnknownError, which is one,
        when that was during the commit. Neither is tried again here: what the block did beside is not known.
        TransactionTimedOutError when the operation's time was up before the commit; LockTimedOutError.
        """
        try:
            async with self._connection() as connection:
                chain = connection.chain or AuditChain(self._audit_key)
                session = WriteSession(connection, chain, self._rules, self._longest)
                async with before_the_deadline():
                    yield session
                # Nobody knows what becomes of a commit that is cancelled: another chain begins after it.
                connection.chain = None
                started = perf_counter()
                await self._commit(connection)
                statement_ended("COMMIT", started)
                connection.chain = session.chain
        except PoolTimeout as error:
            raise self._pool.none_free() from error
        except QueryCanceled as error:
            raise StatementTimedOutError from error
        except (LockNotAvailable, SerializationFailure) as error:
            raise LockTimedOutError from error
        except ReadOnlySqlTransaction as error:  # it takes writes no more, as a primary that another has replaced
            await self._pool.drain()
            raise unavailable(error) from error
        except LOST as error:
            raise unavailable(error) from error

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[WriteConnection]:
        connection = await self._living()
        try:
            async with connection:
                yield connection
        finally:
            await self._pool.putconn(connection)

    async def _living(self) -> WriteConnection:
        """A connection that broke while it was idle is found out first, and all others with it: unlike a read, a write
        cannot be tried again."""
        if self._pool.closed:
            await self._pool.open()
        connection = await self._pool.getconn()
        try:
            await self._pool.check_connection(connection)
        except LOST:
            await self._pool.putconn(connection)
            await self._pool.check()
            return await self._pool.getconn()
        except BaseException:
            await self._pool.putconn(connection)
            raise
        return connection

    async def _commit(self, connection: WriteConnection) -> None:
        """A commit that PostgreSQL has refused has saved nothing; then the connection is still there."""
        try:
            with cut_off_after(connection, self._longest):
                await connection.commit()
        except LOST as error:
            if connection.closed:
                raise CommitUnknownError from error
            raise
        notice_commit()

    def standing(self) -> PoolStanding:
        return standing_of(self._pool)

    async def close(self) -> None:
        await self._pool.close()
