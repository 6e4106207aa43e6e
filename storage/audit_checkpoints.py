"""检查点: entries of the audit log that say how far each of its chains has come.

The end of a chain proves nothing about what once came after it. A checkpoint in another chain does.
"""

from asyncio import sleep, timeout
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from domain.audit import AuditRecord
from domain.audit_verifying import Head, Heads, written_heads
from domain.clock import Clock
from domain.codes import AuditKind
from storage.engine import Database
from storage.errors import DatabaseUnavailableError, StatementTimedOutError
from storage.models import AuditEntry

EVERY = 60.0
"""Seconds."""
_AT_THE_END = 5.0
_LATE = timedelta(minutes=2)
"""No transaction takes longer: what has not been seen by a checkpoint of that age, the next ones look for again."""


class Checkpoints:
    """Those that one process writes, about the chains of all."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._written: Heads = {}

    async def keep(self, every: float = EVERY) -> None:
        """One at once, and then at every so many seconds in which something was written."""
        while True:
            with suppress(DatabaseUnavailableError, StatementTimedOutError):
                await self.write()
            await sleep(every)

    async def write_the_last(self) -> None:
        """When the process ends, which a lost database must not hold up."""
        with suppress(DatabaseUnavailableError, StatementTimedOutError, TimeoutError):
            async with timeout(_AT_THE_END):
                await self.write()

    async def write(self) -> bool:
        """Whether there was anything to say. Checkpoints alone are no reason for one more."""
        rows = await self._database.rows(self._heads())
        changed = {writer: Head(number, digest) for writer, number, digest, _ in rows if self._is_new(writer, number)}
        if not any(self._is_new(writer, said) for writer, _, _, said in rows):
            return False
        details = {"heads": written_heads(changed)}
        await self._database.audit_log.record(AuditRecord(AuditKind.CHECKPOINT, self._clock(), "-", details=details))
        self._written = {writer: Head(number, digest) for writer, number, digest, _ in rows}
        return True

    def _is_new(self, writer: str, number: int) -> bool:
        """The number 0, of a chain that holds checkpoints alone, never is."""
        before = self._written.get(writer)
        return number > (0 if before is None else before.number)

    def _heads(self) -> Select[str, int, bytes, int]:
        since = (
            select(AuditEntry.id)
            .where(AuditEntry.kind == AuditKind.CHECKPOINT.value, AuditEntry.at < self._clock() - _LATE)
            .order_by(AuditEntry.at.desc())
            .limit(1)
        )
        said = func.max(AuditEntry.number).filter(AuditEntry.kind != AuditKind.CHECKPOINT.value)
        return (
            select(
                AuditEntry.writer,
                AuditEntry.number,
                AuditEntry.hash,
                func.coalesce(said.over(partition_by=AuditEntry.writer), 0),
            )
            .where(AuditEntry.id > func.coalesce(since.scalar_subquery(), 0))
            .ext(distinct_on(AuditEntry.writer))
            .order_by(AuditEntry.writer, AuditEntry.number.desc())
        )
