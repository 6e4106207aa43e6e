"""限时: how long an operation may take, and what ends it.

A query is cancelled, and by that the statement which it waits for in PostgreSQL: when its time is up, or when nobody is
there any more to be answered. A change is never cancelled: its transactions must be ready to commit in time
(`storage/deadlines.py`), and whatever has been committed is told.
"""

from asyncio import CancelledError, Task, TimerHandle, current_task, get_running_loop
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from domain.errors import CallerError, Message, Problem

_AGAIN_AFTER = 2.0
"""Seconds. A cancellation may be lost on its way (`storage/beside.py`)."""


class Departure:
    """That a client has gone away, told to what works for it."""

    def __init__(self) -> None:
        self.has_left = False
        self.hears: Callable[[], None] | None = None

    def leave(self) -> None:
        self.has_left = True
        if self.hears is not None:
            self.hears()


class NobodyWaitsError(Exception):
    """The client has gone away, and its query was ended."""


class OperationTimedOutError(CallerError):
    """The query took longer than a query may."""

    def __init__(self, seconds: float) -> None:
        message = Message(
            f"查询超过 {seconds:g} 秒，已被终止。请缩小范围、增加条件或减少一次查询的内容。",
            f"The query took longer than {seconds:g} seconds and was ended. Narrow its scope, add conditions, or ask "
            "for less at a time.",
        )
        super().__init__(Problem("OPERATION_TIMEOUT", message), seconds=seconds)


@asynccontextmanager
async def ended_after(seconds: float, departure: Departure | None) -> AsyncIterator[None]:
    """OperationTimedOutError or NobodyWaitsError when the block had to be cancelled."""
    if departure is not None and departure.has_left:
        raise NobodyWaitsError
    ending = _Ending(seconds)
    if departure is not None:
        departure.hears = partial(ending.end, NobodyWaitsError())
    try:
        yield
    except CancelledError as error:
        if ending.is_its_own():
            raise ending.why from error
        raise
    finally:
        ending.stop()
        if departure is not None:
            departure.hears = None


class _Ending:
    def __init__(self, seconds: float) -> None:
        self._loop = get_running_loop()
        self._task: Task[object] | None = current_task()
        self._cancelled = 0
        self.why: Exception = OperationTimedOutError(seconds)
        self._timer: TimerHandle = self._loop.call_later(seconds, self.end, self.why)

    def end(self, why: Exception) -> None:
        if self._task is None:
            return
        if not self._cancelled:
            self.why = why
        self._cancelled += 1
        self._task.cancel()
        self._timer.cancel()
        self._timer = self._loop.call_later(_AGAIN_AFTER, self.end, why)

    def is_its_own(self) -> bool:
        """Whether nobody else has cancelled the task too."""
        return self._task is not None and self._cancelled > 0 and self._task.cancelling() == self._cancelled

    def stop(self) -> None:
        self._timer.cancel()
        for _ in range(self._cancelled):
            if self._task is not None:
                self._task.uncancel()
