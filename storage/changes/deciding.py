"""待审批的变化: of all changes the few by which what somebody is to decide may have become another.

Who follows these is woken by them alone, and not by each member that changes.
"""

from asyncio import Event
from collections import deque
from collections.abc import Sequence
from itertools import takewhile

from domain.changes import ChangeRecord, may_concern_deciders
from storage.changes.following import LOOKS_EVERY, FollowedChanges
from storage.engine import Database
from storage.listening import within

_HELD = 2_000


class DecidingChanges:
    """Those of one database, read once for all in this process: `database.shared(DecidingChanges)`."""

    def __init__(self, database: Database) -> None:
        self._feed = database.shared(FollowedChanges)
        self._feed.also_tell(self._take)
        self._recent: deque[ChangeRecord] = deque()
        self._forgotten = -1
        self._arrived = Event()

    async def position(self) -> int:
        """How far the feed is known by now: what is read after this, and what follows it, leave no gap."""
        return await self._feed.position()

    async def after(self, position: int) -> list[ChangeRecord] | None:
        """Those that follow, in their order; waits until there is one. None when one of them is not held any more."""
        while True:
            arrived = self._arrived
            if position < self._forgotten:
                return None
            newest_first = takewhile(lambda change: change.position > position, reversed(self._recent))
            if found := list(newest_first):
                return found[::-1]
            await within(arrived, LOOKS_EVERY)
            await self._feed.look_when_due()

    def _take(self, new: Sequence[ChangeRecord]) -> None:
        concerned = [change for change in new if may_concern_deciders(change)]
        if not concerned:
            return
        self._recent.extend(concerned)
        while len(self._recent) > _HELD:
            self._forgotten = self._recent.popleft().position
        self._arrived.set()
        self._arrived = Event()
