"""变更流的跟随: each process reads new changes once, for all who follow them in it.

Whoever has fallen behind what is held in memory reads the table, at a pace of its own: it costs no more than a page.
"""

from asyncio import Event, Lock
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from math import inf
from time import monotonic

from domain.changes import ChangeRecord, cursor_expired
from storage.changes.numbering import CHANNEL
from storage.changes.reading import changes_after, feed_state
from storage.engine import Database
from storage.errors import DatabaseUnavailableError, StatementTimedOutError
from storage.listening import within

LOOKS_EVERY = 1.0
"""Seconds, when no announcement has come: one may be lost with its connection."""

_AT_A_TIME = 500
_HELD = 20_000


class FollowedChanges:
    """What follows a position, from memory or from the table."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._recent: deque[ChangeRecord] = deque(maxlen=_HELD)
        self._last = -1
        self._looked_at = -inf
        self._looking = Lock()
        self._arrived = Event()
        self._is_followed = False
        self._told_too: list[Callable[[Sequence[ChangeRecord]], None]] = []

    async def after(self, position: int) -> list[ChangeRecord]:
        """Some of those that follow, in their order; waits until there is one. CURSOR_EXPIRED when the next is not kept
        any more: whoever was that slow is told, and does not miss it unawares."""
        while True:
            arrived = self._arrived
            if position < self._last:
                return await self._some_after(position)
            if self._is_followed:
                await arrived.wait()
                continue
            if self._last >= 0:
                await within(arrived, LOOKS_EVERY)
            await self.look_when_due()

    async def position(self) -> int:
        """Of the last that is held; whatever has a greater one is told after it."""
        if self._last < 0:
            await self.look()
        return self._last

    def also_tell(self, whom: Callable[[Sequence[ChangeRecord]], None]) -> None:
        """Of all that is taken from now on, in its order."""
        self._told_too.append(whom)

    async def look_when_due(self) -> None:
        """When nobody has looked for a second."""
        if monotonic() - self._looked_at >= LOOKS_EVERY:
            await self.look()

    async def _some_after(self, position: int) -> list[ChangeRecord]:
        """Positions have no gaps, so that the place in memory is known."""
        first = self._last - len(self._recent) + 1
        if position + 1 < first:
            return await self._kept_after(position)
        begin = position + 1 - first
        return [self._recent[place] for place in range(begin, min(begin + _AT_A_TIME, len(self._recent)))]

    async def _kept_after(self, position: int) -> list[ChangeRecord]:
        found = await changes_after(self._database, position, _AT_A_TIME)
        if not found or found[0].position != position + 1:
            raise cursor_expired("after")
        return found

    async def look(self) -> None:
        """Takes what is new, from the first time on. Who asks while another looks is served by the next look."""
        asked_at = monotonic()
        async with self._looking:
            if self._looked_at >= asked_at:
                return
            looked_at = monotonic()
            if self._last < 0:
                self._last = (await feed_state(self._database)).position
            while new := await changes_after(self._database, self._last, _AT_A_TIME):
                self._take(new)
            self._looked_at = looked_at

    def _take(self, new: list[ChangeRecord]) -> None:
        self._recent.extend(new)
        self._last = new[-1].position
        for tell in self._told_too:
            tell(new)
        self._wake_all()

    def _wake_all(self) -> None:
        self._arrived.set()
        self._arrived = Event()

    async def follow(self) -> None:
        """Takes what is new as it is announced, for as long as the task lives: nobody else need look meanwhile."""
        try:
            async for _ in self._database.wake_ups(CHANNEL, LOOKS_EVERY):
                with suppress(DatabaseUnavailableError, StatementTimedOutError):  # it is looked for again
                    await self.look()
                    self._is_followed = True
        finally:
            self._is_followed = False
            self._wake_all()
