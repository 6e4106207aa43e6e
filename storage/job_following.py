"""进度: following jobs while other processes run them.

A worker announces each step in the transaction that commits it. An announcement only says that there is something to
look for, and can be lost with the connection that it comes by: who waits for one looks by itself too,
every other second.
"""

from asyncio import Event, Task, create_task, current_task
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from storage.engine import Database
from storage.errors import DatabaseUnavailableError, StatementTimedOutError


class FollowedRecord(Protocol):
    """A job as it stands. `progress` grows with everything that becomes of it."""

    @property
    def id(self) -> int: ...

    @property
    def is_under_way(self) -> bool: ...

    @property
    def progress(self) -> tuple[Any, ...]: ...


RecordT = TypeVar("RecordT", bound=FollowedRecord)


@dataclass
class _Followed(Generic[RecordT]):
    """A job, as it was when it was looked at last."""

    followers: int = 0
    latest: RecordT | None = None
    failure: BaseException | None = None
    _changed: Event = field(default_factory=Event)

    def take(self, record: RecordT) -> None:
        if self.latest is None or record.progress > self.latest.progress:
            self.latest = record
            self._wake()

    def fail(self, failure: BaseException) -> None:
        self.failure = failure
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = Event()

    async def further_than(self, known: RecordT) -> RecordT:
        """Waits until it has come further."""
        while self.latest is None or self.latest.progress <= known.progress:
            if self.failure is not None:
                raise self.failure
            await self._changed.wait()
        return self.latest


@dataclass(frozen=True, slots=True)
class FollowedKind(Generic[RecordT]):
    """`with_ids` reads jobs as they stand; whoever looks by himself does so every `looks_every` seconds."""

    channel: str
    with_ids: Callable[[Database, Collection[int]], Awaitable[Sequence[RecordT]]]
    looks_every: Callable[[], float]


class FollowedJobs(Generic[RecordT]):
    """Those of one kind and database that are followed in this process.

    However many follow them, one connection listens, and one statement reads all of them when something was announced.
    There is neither while nobody follows any.
    """

    def __init__(self, database: Database, kind: FollowedKind[RecordT]) -> None:
        self._database = database
        self._kind = kind
        self._followed: dict[int, _Followed[RecordT]] = {}
        self._watching: Task[None] | None = None

    async def follow(
        self, number: int, as_it_stands: Callable[[], Awaitable[RecordT | None]]
    ) -> AsyncGenerator[RecordT, None]:
        """As it stands, at once and whenever it has come further, until it has ended; nothing when there is none.

        Of several steps that are committed in quick succession, the last one is told.
        """
        with self._following(number) as followed:  # before it is read: what comes after is announced to us
            known = await as_it_stands()
            if known is None:
                return
            yield known
            while known.is_under_way:
                known = await followed.further_than(known)
                yield known

    @contextmanager
    def _following(self, number: int) -> Iterator[_Followed[RecordT]]:
        followed = self._followed.setdefault(number, _Followed())
        followed.followers += 1
        if self._watching is None:
            self._watching = create_task(self._watch())
            self._watching.add_done_callback(self._has_stopped)
        try:
            yield followed
        finally:
            followed.followers -= 1
            if not followed.followers:
                del self._followed[number]
            if not self._followed and self._watching is not None:
                self._watching.cancel()
                self._watching = None

    async def _watch(self) -> None:
        async with aclosing(self._database.wake_ups(self._kind.channel, self._kind.looks_every())) as wake_ups:
            async for _ in wake_ups:
                if current_task() is not self._watching:  # told to go, and not heard: the database's driver can lose it
                    return
                with suppress(DatabaseUnavailableError, StatementTimedOutError):  # there is a next time
                    await self._look()

    async def _look(self) -> None:
        for record in await self._kind.with_ids(self._database, list(self._followed)):
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
