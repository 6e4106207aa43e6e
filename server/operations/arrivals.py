from asyncio import FIRST_COMPLETED, Future, Task, create_task, wait
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Any, Generic, TypeVar

from storage.beside import end_all

ThingT = TypeVar("ThingT")


class EndError(Exception):
    """No more will arrive."""


class Arrivals(Generic[ThingT]):
    """What comes from a source, waited for without losing any when something else comes first.

    Nothing is asked for before somebody waits for it: whoever is slow to take holds the source back. A source that has
    `at_hand` gives by it what follows without waiting, so that many are taken at once.
    """

    def __init__(self, source: AsyncIterator[ThingT]) -> None:
        self._source = source
        self._coming: Task[ThingT] | None = None
        self._at_hand: Callable[[int], list[ThingT]] = getattr(source, "at_hand", lambda _most: [])

    async def wait(self, seconds: float) -> bool:
        """Whether the next, or the end, is there."""
        done, _ = await wait({self._asked_for()}, timeout=seconds)
        return bool(done)

    async def wait_unless(self, other: Future[Any]) -> bool:
        """Whether the next, or the end, is there; comes back when the other is done, too."""
        coming = self._asked_for()
        if not other.done():
            await wait((coming, other), return_when=FIRST_COMPLETED)
        return coming.done()

    def take(self) -> ThingT:
        """What has arrived, or EndError, or the source's error. There must have been a wait for it."""
        coming, self._coming = self._asked_for(), None
        return coming.result()

    def take_some(self, most: int) -> list[ThingT]:
        """With what is at hand behind it, up to so many."""
        return [self.take(), *self._at_hand(most - 1)]

    def _asked_for(self) -> Task[ThingT]:
        if self._coming is None:
            self._coming = create_task(_next(self._source))
        return self._coming

    async def aclose(self) -> None:
        if self._coming is not None:
            await end_all([self._coming])
        if isinstance(self._source, AsyncGenerator):
            await self._source.aclose()


async def _next(source: AsyncIterator[ThingT]) -> ThingT:
    try:
        return await anext(source)
    except StopAsyncIteration:
        raise EndError from None
