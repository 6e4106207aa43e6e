"""写会话: one transaction, committed whole at its end or not at all.

A connection that writes is a writer of the audit log: its entries are chained to one another (`domain/audit.py`) and
commit with the change that they tell of.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Protocol

from psycopg import AsyncConnection, AsyncCursor, InterfaceError, OperationalError
from psycopg.errors import LockNotAvailable, QueryCanceled
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from sqlalchemy import Executable

from domain.audit import AuditChain, AuditRecord
from domain.validation import RulesInForce
from storage.audit_writing import insert_entries
from storage.deadlines import before_the_deadline
from storage.errors import (
    ConnectionsBusyError,
    DatabaseUnavailableError,
    LockTimedOutError,
    OutcomeUnknownError,
    StatementTimedOutError,
)
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

    def __init__(self, connection: WriteConnection, chain: AuditChain, rules: RulesInForce) -> None:
        """`rules`: by which the members that it saves are checked."""
        self._connection = connection
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
        return await self._connection.execute(ready.text, ready.values)

    async def allow(self, seconds: float) -> None:
        """So long for each statement of this transaction, and for each lock that it waits for."""
        milliseconds = str(int(seconds * 1000))
        await self._connection.execute(
            "SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true)",
            (milliseconds, milliseconds),
        )

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

    def __init__(self, pool: AsyncConnectionPool[WriteConnection], audit_key: bytes, rules: RulesInForce) -> None:
        self._pool = pool
        self._audit_key = audit_key
        self._rules = rules
        self._in_use = 0

    @asynccontextmanager
    async def session(self) -> AsyncIterator[WriteSession]:
        """Commits when the block ends, rolls back when it raises.

        DatabaseUnavailableError when the database was lost, OutcomeUnknownError when that was during the commit;
        TransactionTimedOutError when the operation's time was up before it; LockTimedOutError.
        """
        try:
            if self._pool.closed:
                await self._pool.open()
            async with self._pool.connection() as connection:
                with self._counted():
                    chain = connection.chain or AuditChain(self._audit_key)
                    session = WriteSession(connection, chain, self._rules)
                    async with before_the_deadline():
                        yield session
                    await self._commit(connection, session)
        except PoolTimeout as error:
            raise self._no_connection() from error
        except QueryCanceled as error:
            raise StatementTimedOutError from error
        except LockNotAvailable as error:
            raise LockTimedOutError from error
        except (OperationalError, InterfaceError) as error:
            raise DatabaseUnavailableError from error

    async def _commit(self, connection: WriteConnection, session: WriteSession) -> None:
        """Nobody knows what becomes of a commit that is cancelled: another chain begins after it."""
        connection.chain = None
        try:
            await connection.commit()
        except (OperationalError, InterfaceError) as error:
            if connection.broken:
                raise OutcomeUnknownError from error
            raise
        connection.chain = session.chain

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._in_use += 1
        try:
            yield
        finally:
            self._in_use -= 1

    def _no_connection(self) -> DatabaseUnavailableError:
        all_in_use = self._in_use >= self._pool.max_size
        return ConnectionsBusyError(self._pool.max_size) if all_in_use else DatabaseUnavailableError()

    async def close(self) -> None:
        await self._pool.close()
