"""校验进度: following checks while other processes run them.

A worker announces each chunk in the transaction that commits it. An announcement only says that there is something to
look for, and can be lost with the connection that it comes by: who waits for one looks by itself too,
every other second.
"""

from asyncio import Event, Task, create_task
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, field

from domain.validation.check import CheckRecord
from storage.checks import CHANNEL, check_with_id, checks_with_ids
from storage.engine import Database
from storage.errors import DatabaseUnavailableError, StatementTimedOutError

LOOKS_EVERY = 2.0
"""Seconds."""


@dataclass
class _Followed:
    """A check, as it was when it was looked at last."""

    followers: int = 0
    latest: CheckRecord | None = None
    failure: BaseException | None = None
    _changed: Event = field(default_factory=Event)

    def take(self, record: CheckRecord) -> None:
        if self.latest is None or record.progress > self.latest.progress:
            self.latest = record
            self._wake()

    def fail(self, failure: BaseException) -> None:
        self.failure = failure
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = Event()

    async def further_than(self, known: CheckRecord) -> CheckRecord:
        """Waits until it has come further."""
        while self.latest is None or self.latest.progress <= known.progress:
            if self.failure is not None:
                raise self.failure
            await self._changed.wait()
        return self.latest


class FollowedChecks:
    """Those of one database that are followed in this process: `database.shared(FollowedChecks)`.

    However many follow them, one connection listens, and one statement reads all of them when something was announced.
    There is neither while nobody follows any.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._followed: dict[int, _Followed] = {}
        self._watching: Task[None] | None = None

    async def follow(self, scope: str, check_id: int) -> AsyncGenerator[CheckRecord, None]:
        """As it stands, at once and whenever it has come further, until it has ended; nothing outside the scope.

        Of several chunks that are committed in quick succession, the last one is told.
        """
        with self._following(check_id) as followed:  # before it is read: what comes after is announced to us
            known = await check_with_id(self._database, scope, check_id)
            if known is None:
                return
            yield known
            while known.is_under_way:
                known = await followed.further_than(known)
                yield known

    @contextmanager
    def _following(self, check_id: int) -> Iterator[_Followed]:
        followed = self._followed.setdefault(check_id, _Followed())
        followed.followers += 1
        if self._watching is None:
            self._watching = create_task(self._watch())
            self._watching.add_done_callback(self._has_stopped)
        try:
            yield followed
        finally:
            followed.followers -= 1
            if not followed.followers:
                del self._followed[check_id]
            if not self._followed and self._watching is not None:
                self._watching.cancel()
                self._watching = None

    async def _watch(self) -> None:
        async with aclosing(self._database.wake_ups(CHANNEL, LOOKS_EVERY)) as wake_ups:
            async for _ in wake_ups:
                with suppress(DatabaseUnavailableError, StatementTimedOutError):  # there is a next time
                    await self._look()

    async def _look(self) -> None:
        for record in await checks_with_ids(self._database, list(self._followed)):
            followed = self._followed.get(record.id)
            if followed is not None:
                followed.take(record)

    def _has_stopped(self, watching: Task[None]) -> None:
        """Nobody waits for what will never be told."""
        failure = None if watching.cancelled() else watching.exception()
        if failure is not None and watching is self._watching:
            self._watching = None
            for followed in self._followed.values():
                followed.fail(failure)
