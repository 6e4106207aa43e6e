"""并发位: how many operations run at a time in this process, and who may wait for how long.

One event loop does the work, and what is too much for it waits there, unseen, until everything is slow. So the waiting
is done here instead, before anything has been done for a request: in each turn of the loop one operation begins, and no
more than `at_once` are under way. How long one waits here is then how far behind the process is
(docs/decisions/0036-what-is-too-much-waits-at-the-door.md).
"""

from asyncio import AbstractEventLoop, Future, TimerHandle, get_running_loop
from collections import Counter, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from domain.errors import CallerError, Message, Problem
from server.metrics import OPERATIONS_NOW, PlacesGauge, count_refused

_TOO_MUCH_AFTER = 0.1
"""Seconds for which more than a few have been waiting all the time: then it is no burst."""

_LOOKED_AFTER_EVERY = 0.005


@dataclass(frozen=True, slots=True)
class PlaceBounds:
    """docs/overload.md explains the numbers."""

    at_once: int = 12
    per_caller: int = 9
    waiting: int = 200
    longest_wait: float = 5.0
    """Seconds."""

    only_bursts: bool = True
    """Whether so many may wait for a moment alone."""

    @property
    def waiting_for_long(self) -> int:
        """How many may wait where it is no burst: their waiting is then two thirds of what operations take."""
        return max(1, self.at_once * 2 // 3) if self.only_bursts else self.waiting


SIGNING_IN = PlaceBounds(at_once=3, per_caller=2, only_bursts=False)
"""Of those who are not signed in yet: fewer than a process has connections that write, which are five by default."""


class ServerBusyError(CallerError):
    """There is no place, and waiting for one would take too long."""

    def __init__(self, bounds: PlaceBounds) -> None:
        message = Message(
            f"服务器繁忙：同时执行的操作最多 {bounds.at_once} 个，等候的最多 {bounds.waiting} 个。请稍后重试。",
            f"The server is busy: it runs {bounds.at_once} operations at a time, and {bounds.waiting} may wait. "
            "Nothing of yours was done; try again shortly.",
        )
        super().__init__(Problem("SERVER_BUSY", message), atOnce=bounds.at_once, waiting=bounds.waiting)


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    since: float
    place: "Future[None]"


class Places:
    """Callers take turns at what becomes free; each of them is served in the order in which it asked.

    A burst may wait for `longest_wait`. Once more than a few have been waiting, all the time for a tenth of a second,
    only so many may, until there are half as many. Where too many wait, the caller who has most is refused first.
    """

    def __init__(self, bounds: PlaceBounds, gauge: PlacesGauge = OPERATIONS_NOW) -> None:
        self.bounds = bounds
        self._gauge = gauge
        self._under_way: Counter[Hashable] = Counter()
        self._all_under_way = 0
        self._queues: dict[Hashable, deque[_Waiting]] = {}
        self._all_waiting = 0
        self._crowded_since: float | None = None
        self._began_this_turn = False
        self._looking: TimerHandle | None = None

    @property
    def under_way(self) -> int:
        return self._all_under_way

    @property
    def waiting(self) -> int:
        return self._all_waiting

    @property
    def has_too_much(self) -> bool:
        """Whether more than a few have been waiting for longer than a moment."""
        return self._crowded_since is not None and get_running_loop().time() - self._crowded_since >= _TOO_MUCH_AFTER

    def would_be_refused(self, caller: Hashable) -> bool:
        """While there is too much: the caller's next operation, in its turn among those of others."""
        before_it = len(self._queues) * (len(self._queues.get(caller, ())) + 1)
        return min(self._all_waiting, before_it) >= self.bounds.waiting_for_long

    @asynccontextmanager
    async def place(self, caller: Hashable) -> AsyncIterator[None]:
        """ServerBusyError when there is none in time."""
        loop = get_running_loop()
        if self._all_waiting or self._began_this_turn or not self._has_place(caller):
            await self._wait(caller, loop)
        else:
            self._begin(caller, loop)
        try:
            yield
        finally:
            self._end(caller)

    def _has_place(self, caller: Hashable) -> bool:
        return self._all_under_way < self.bounds.at_once and self._under_way[caller] < self.bounds.per_caller

    def _begin(self, caller: Hashable, loop: AbstractEventLoop) -> None:
        self._under_way[caller] += 1
        self._all_under_way += 1
        self._began_this_turn = True
        loop.call_soon(self._next_turn)
        self._gauge.running(self._all_under_way)

    def _end(self, caller: Hashable) -> None:
        self._under_way[caller] -= 1
        self._all_under_way -= 1
        if not self._under_way[caller]:
            del self._under_way[caller]
        self._gauge.running(self._all_under_way)
        if self._all_waiting and not self._began_this_turn:
            self._serve(get_running_loop())

    async def _wait(self, caller: Hashable, loop: AbstractEventLoop) -> None:
        waiting = _Waiting(loop.time(), loop.create_future())
        self._queues.setdefault(caller, deque()).append(waiting)
        self._count_waiting(self._all_waiting + 1, waiting.since)
        self._refuse_what_is_too_much()
        if not self._began_this_turn:
            self._serve(loop)
        try:
            await waiting.place
        except BaseException:
            self._gone(caller, waiting)
            raise

    def _gone(self, caller: Hashable, waiting: _Waiting) -> None:
        """Whoever was refused is in no queue any more; whoever was cancelled may be, or may have a place by now."""
        queue = self._queues.get(caller, ())
        if waiting in queue:
            self._take_out(caller, waiting)
        elif waiting.place.done() and not waiting.place.cancelled() and waiting.place.exception() is None:
            self._end(caller)

    def _next_turn(self) -> None:
        self._began_this_turn = False
        if self._all_waiting:
            self._serve(get_running_loop())

    def _serve(self, loop: AbstractEventLoop) -> None:
        """One of those who wait, if it may begin; who has waited for too long is refused."""
        self._refuse_late(loop.time())
        self._refuse_what_is_too_much()
        while (caller := self._next_caller()) is not None:
            first = self._taken_from_queue(caller)
            if not first.place.done():  # or it has gone away
                self._begin(caller, loop)
                first.place.set_result(None)
                return
        if self._all_waiting:
            self._look_again(loop)

    def _next_caller(self) -> Hashable | None:
        return next((caller for caller in self._queues if self._has_place(caller)), None)

    def _taken_from_queue(self, caller: Hashable) -> _Waiting:
        """The first of the caller's, who is behind all others from then on."""
        queue = self._queues.pop(caller)
        first = queue.popleft()
        self._count_waiting(self._all_waiting - 1)
        if queue:
            self._queues[caller] = queue
        return first

    def _refuse_late(self, now: float) -> None:
        oldest = now - self.bounds.longest_wait
        for caller, queue in list(self._queues.items()):
            while queue and queue[0].since < oldest:
                self._refuse(caller, queue[0])

    def _refuse_what_is_too_much(self) -> None:
        """Of those that wait, the first of whoever has most waiting: it has waited in vain for longest."""
        most = self.bounds.waiting_for_long if self.has_too_much else self.bounds.waiting
        while self._all_waiting > most:
            caller = max(self._queues, key=lambda each: len(self._queues[each]))
            self._refuse(caller, self._queues[caller][0])

    def _count_waiting(self, number: int, now: float = 0.0) -> None:
        """`now` is a time of the loop when there are more than before."""
        self._all_waiting = number
        self._gauge.waiting(number)
        if number <= self.bounds.waiting_for_long // 2:
            self._crowded_since = None
        elif self._crowded_since is None and number > self.bounds.waiting_for_long:
            self._crowded_since = now

    def _refuse(self, caller: Hashable, waiting: _Waiting) -> None:
        self._take_out(caller, waiting)
        if not waiting.place.done():
            count_refused()
            waiting.place.set_exception(ServerBusyError(self.bounds))

    def _take_out(self, caller: Hashable, waiting: _Waiting) -> None:
        queue = self._queues[caller]
        queue.remove(waiting)
        self._count_waiting(self._all_waiting - 1)
        if not queue:
            del self._queues[caller]

    def _look_again(self, loop: AbstractEventLoop) -> None:
        """Nothing may end for long, and those who wait must hear in time that they wait in vain."""
        if self._looking is None:
            self._looking = loop.call_later(_LOOKED_AFTER_EVERY, self._look)

    def _look(self) -> None:
        self._looking = None
        if self._all_waiting and not self._began_this_turn:
            self._serve(get_running_loop())
