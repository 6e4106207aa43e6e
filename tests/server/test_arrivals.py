"""What arrives is taken as it comes: one alone, or with what is at hand behind it, and nothing is lost by waiting."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from server.operations.arrivals import Arrivals, EndError


class Numbers(AsyncIterator[int]):
    """As many as are there come without waiting."""

    def __init__(self, there: int) -> None:
        self.there = there
        self.given = 0
        self.more = asyncio.Event()

    async def __anext__(self) -> int:
        while self.given == self.there:
            self.more.clear()
            await self.more.wait()
        self.given += 1
        return self.given

    def at_hand(self, most: int) -> list[int]:
        first, self.given = self.given, min(self.given + most, self.there)
        return list(range(first + 1, self.given + 1))


async def test_what_is_at_hand_is_taken_too_up_to_so_many() -> None:
    arrivals = Arrivals(Numbers(10))
    taken = []
    for most in (1, 4, 100):
        assert await arrivals.wait_unless(asyncio.Future())
        taken.append(arrivals.take_some(most))
    assert taken == [[1], [2, 3, 4, 5], [6, 7, 8, 9, 10]]


async def test_something_else_may_come_first_without_losing_what_comes() -> None:
    numbers, other = Numbers(0), asyncio.get_running_loop().create_future()
    arrivals = Arrivals(numbers)
    asyncio.get_running_loop().call_soon(other.set_result, None)
    assert not await arrivals.wait_unless(other)
    numbers.there = 2
    numbers.more.set()
    assert await arrivals.wait_unless(asyncio.Future())
    assert arrivals.take_some(9) == [1, 2]


async def test_nothing_is_asked_for_before_somebody_waits() -> None:
    numbers = Numbers(5)
    arrivals = Arrivals(numbers)
    await asyncio.sleep(0)
    assert numbers.given == 0
    await arrivals.wait_unless(asyncio.Future())
    assert arrivals.take_some(1) == [1]
    await asyncio.sleep(0)
    assert numbers.given == 1


async def test_the_end_is_told() -> None:
    async def one() -> AsyncIterator[int]:
        yield 1

    arrivals = Arrivals(one())
    assert await arrivals.wait_unless(asyncio.Future())
    assert arrivals.take_some(9) == [1]
    assert await arrivals.wait_unless(asyncio.Future())
    with pytest.raises(EndError):
        arrivals.take_some(9)
