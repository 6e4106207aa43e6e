"""权限细分表的生效: the permission matrix as the database has it, in every process that answers by it.

Whoever edits the matrix announces it, which wakes `follow` in each process at once. Announcements can be lost with the
connection that they come by, so the version is looked at every half second too; without `follow`, whenever somebody
asks. An edit is thus everywhere within a second, and at once as a rule.
"""

from asyncio import Event, Lock
from contextlib import suppress
from math import inf
from time import monotonic

from auth.permissions import PermissionMatrix
from domain.permissions import StoredEntries
from storage.engine import Database
from storage.errors import DatabaseUnavailableError, StatementTimedOutError
from storage.listening import within
from storage.permissions import CHANNEL, entries_of_matrix, version_of_matrix

GOOD_FOR = 0.5
"""Seconds. Streams are looked after as often: both together make the second within which a change must take effect."""


class LiveMatrix:
    """`shipped` is the matrix that the edits are laid over."""

    def __init__(self, shipped: PermissionMatrix, database: Database) -> None:
        self.shipped = shipped
        self._database = database
        self._held = shipped
        self._looked_at = -inf
        self._failed_at = -inf
        self._failure: type[Exception] = DatabaseUnavailableError
        self._looking = Lock()
        self._changed = Event()

    async def current(self) -> PermissionMatrix:
        """As it is, or was at most half a second ago."""
        if monotonic() - self._looked_at >= GOOD_FOR:
            await self.refreshed()
        return self._held

    @property
    def held(self) -> PermissionMatrix:
        """As it was at the last look: for whoever has just asked for the current one."""
        return self._held

    async def refreshed(self) -> PermissionMatrix:
        """As it is now. Those who ask while somebody looks wait for the next look, which serves all of them.

        So does its failure: else each in turn would wait for a database that does not answer.
        """
        asked_at = monotonic()
        async with self._looking:
            if self._failed_at >= asked_at:
                raise self._failure
            if self._looked_at < asked_at:
                await self._look()
        return self._held

    async def _look(self) -> None:
        now = monotonic()
        try:
            if await version_of_matrix(self._database) != self._held.version:
                self._take(await entries_of_matrix(self._database))
        except (DatabaseUnavailableError, StatementTimedOutError) as error:
            self._failed_at, self._failure = now, type(error)
            raise
        self._looked_at = now

    def _take(self, stored: StoredEntries) -> None:
        self._held = self.shipped.edited(stored)
        self._changed.set()
        self._changed = Event()

    async def other_than(self, known: PermissionMatrix) -> PermissionMatrix:
        """Waits until another one holds."""
        while True:
            changed = self._changed
            current = await self.current()
            if current is not known:
                return current
            await within(changed, GOOD_FOR)

    async def changed_within(self, seconds: float) -> bool:
        """Whether it has changed by then; as soon as it has."""
        known = self._held
        await within(self._changed, seconds)
        return await self.current() is not known

    async def follow(self) -> None:
        """Takes every edit as it is announced, for as long as the task lives."""
        async for _ in self._database.wake_ups(CHANNEL, GOOD_FOR):
            with suppress(DatabaseUnavailableError, StatementTimedOutError):  # whoever asks meanwhile hears of it
                await self.refreshed()
