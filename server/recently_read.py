from asyncio import Future, shield
from asyncio import ensure_future as begun
from collections.abc import Awaitable, Callable, Hashable
from math import inf
from time import monotonic
from typing import Generic, NamedTuple, TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")

GOOD_FOR = 0.5
"""Seconds. Whatever is withdrawn must be gone within a second, also for streams, which are looked after twice in it."""

_MOST = 10_000


class _Read(NamedTuple, Generic[ValueT]):
    began: float
    value: ValueT


class RecentlyRead(Generic[KeyT, ValueT]):
    """What was read a moment ago. That there is nothing is not remembered."""

    def __init__(self, read: Callable[[KeyT], Awaitable[ValueT | None]]) -> None:
        self._read = read
        self._kept: dict[KeyT, _Read[ValueT]] = {}
        self._under_way: dict[KeyT, _Read[Future[ValueT | None]]] = {}

    async def get(self, key: KeyT, as_of: float = -inf) -> ValueT | None:
        """As it is, or was at most half a second ago; in no case as it was before `as_of`, a time of `monotonic`."""
        oldest = max(as_of, monotonic() - GOOD_FOR)
        kept = self._kept.get(key)
        if kept is not None and kept.began > oldest:
            return kept.value
        reading = self._under_way.get(key)
        if reading is None or reading.began < oldest:
            reading = self._under_way[key] = _Read(monotonic(), begun(self._read(key)))
            reading.value.add_done_callback(lambda done: self._take(key, reading, done))
        return await shield(reading.value)

    def _take(self, key: KeyT, reading: "_Read[Future[ValueT | None]]", done: "Future[ValueT | None]") -> None:
        """One that was begun later counts, whichever comes first."""
        if self._under_way.get(key) is not reading:
            return
        del self._under_way[key]
        self._kept.pop(key, None)
        if done.cancelled() or done.exception() is not None:
            return
        value = done.result()
        if value is not None:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[key] = _Read(reading.began, value)
