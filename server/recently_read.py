from collections.abc import Awaitable, Callable, Hashable
from time import monotonic
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")

GOOD_FOR = 0.5
"""Seconds. Whatever is withdrawn must be gone within a second, also for a stream, which asks twice a second."""

_MOST = 10_000


class RecentlyRead(Generic[KeyT, ValueT]):
    """What was read a moment ago. That there is nothing is not remembered."""

    def __init__(self, read: Callable[[KeyT], Awaitable[ValueT | None]]) -> None:
        self._read = read
        self._kept: dict[KeyT, tuple[float, ValueT]] = {}

    async def get(self, key: KeyT) -> ValueT | None:
        """As it is, or was at most half a second ago."""
        now = monotonic()
        kept = self._kept.get(key)
        if kept is not None and now - kept[0] < GOOD_FOR:
            return kept[1]
        value = await self._read(key)
        self._kept.pop(key, None)
        if value is not None:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[key] = (now, value)
        return value
