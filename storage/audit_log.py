"""成组提交: entries of the audit log about what changed nothing, many of them in one transaction.

An operation that has read waits here until its entry is durable, and only then is it answered. While one group is being
written the next one gathers, so that the cost of a transaction is shared by as many as come in the meantime; when many
more are under way, it waits a moment for them, as PostgreSQL does by its commit_delay and commit_siblings.
"""

from asyncio import Future, Task, create_task, get_running_loop, sleep
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from psycopg import AsyncConnection
from psycopg.errors import DiskFull
from psycopg.rows import TupleRow

from domain.audit import AuditChain, AuditRecord
from storage.audit_writing import insert_entries
from storage.cutting import cut_off_after
from storage.errors import LOST, DatabaseUnavailableError, unavailable

MOST_WAITING = 10_000
MOST_AT_ONCE = 500
_PATIENCE = 10.0
"""Seconds for one group, which may wait for the disk, or for a standby."""

_SIBLINGS = 4
_DELAY = 0.002
"""Seconds that a group waits while so many operations may yet join it."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    record: AuditRecord
    durable: "Future[None]"


class AuditLog:
    """One for each process, with a connection and a chain of its own, which are made when they are first needed."""

    def __init__(self, url: str, key: bytes, options: str) -> None:
        """`options` are those of the connection, as libpq takes them."""
        self._url = url
        self.key = key
        self._options = f"{options} -c synchronous_commit=on"
        self._waiting: deque[_Waiting] = deque()
        self._writing: Task[None] | None = None
        self._connection: AsyncConnection[TupleRow] | None = None
        self._chain = AuditChain(key)
        self._under_way = 0
        self.groups = 0
        """How many transactions there were."""

    @contextmanager
    def expecting(self) -> Iterator[None]:
        """While an operation is under way that may have something to record."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    async def record(self, record: AuditRecord) -> None:
        """Comes back when the entry is durable.

        DatabaseUnavailableError when it cannot be made so: what it tells of must then not be given to anybody. Whether
        the entry was written in spite of that, nobody can tell.
        """
        if len(self._waiting) >= MOST_WAITING:
            raise DatabaseUnavailableError
        waiting = _Waiting(record, get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writing is None:
            self._writing = create_task(self._write_what_waits())
        await waiting.durable

    async def _write_what_waits(self) -> None:
        try:
            while self._waiting:
                await self._gather()
                size = min(len(self._waiting), MOST_AT_ONCE)
                await self._write([self._waiting.popleft() for _ in range(size)])
        finally:
            self._writing = None
            _fail(self._waiting)
            self._waiting.clear()

    async def _gather(self) -> None:
        if self._under_way - len(self._waiting) >= _SIBLINGS:
            await sleep(_DELAY)

    async def _write(self, group: Sequence[_Waiting]) -> None:
        try:
            await self._commit([each.record for each in group])
        except LOST as error:
            _fail(group, type(unavailable(error)))
        except Exception:
            if len(group) == 1:
                _fail(group)
            else:
                for each in group:  # one that cannot be stored must not cost the others their answers
                    await self._write([each])
        except BaseException:
            _fail(group)
            raise
        else:
            for each in group:
                if not each.durable.done():  # whoever waited may have been cancelled
                    each.durable.set_result(None)

    async def _commit(self, records: Sequence[AuditRecord]) -> None:
        """A connection that broke while it was idle is found out by the first use of it, so another one is tried. If it
        broke just after the commit, the entries then stand there twice, in two chains.
        """
        began = monotonic()
        try:
            await self._insert(records)
        except LOST as error:
            if isinstance(error, DiskFull) or monotonic() - began >= _PATIENCE:
                raise
            await self._insert(records)
        self.groups += 1

    async def _insert(self, records: Sequence[AuditRecord]) -> None:
        """One statement in autocommit, which is a transaction. After a failure nobody knows what became of it, so that
        the next entries go into another chain.
        """
        entries, chain = self._chain.chained_all(records)
        try:
            connection = await self._connected()
            with cut_off_after(connection, _PATIENCE):
                await insert_entries(connection, entries)
        except BaseException:
            await self._disconnect()
            raise
        self._chain = chain

    async def _connected(self) -> AsyncConnection[TupleRow]:
        if self._connection is None:
            self._connection = await AsyncConnection.connect(self._url, autocommit=True, options=self._options)
        return self._connection

    async def _disconnect(self) -> None:
        lost, self._connection = self._connection, None
        self._chain = AuditChain(self.key)
        if lost is not None:
            await lost.close()

    async def close(self) -> None:
        """What waits is written first."""
        if self._writing is not None:
            await self._writing
        await self._disconnect()


def _fail(
    group: Sequence[_Waiting] | deque[_Waiting], because: type[DatabaseUnavailableError] = DatabaseUnavailableError
) -> None:
    for each in group:
        if not each.durable.done():
            each.durable.set_exception(because())
