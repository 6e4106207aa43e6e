import asyncio

import pytest

from server import recently_read
from server.recently_read import RecentlyRead


class Shelf:
    """What is read from it can be held back."""

    def __init__(self) -> None:
        self.value: str | None = "old"
        self.reads = 0
        self.open = asyncio.Event()
        self.open.set()

    async def read(self, _key: str) -> str | None:
        self.reads += 1
        found = self.value
        await self.open.wait()
        return found

    async def has_been_read(self, times: int) -> None:
        while self.reads < times:  # noqa: ASYNC110 # one turn of the loop after another
            await asyncio.sleep(0)


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    seconds = [100.0]
    monkeypatch.setattr(recently_read, "monotonic", lambda: seconds[0])
    return seconds


async def test_it_is_read_again_after_half_a_second(seconds: list[float]) -> None:
    shelf = Shelf()
    reading = RecentlyRead[str, str](shelf.read)
    assert await reading.get("a") == "old"
    shelf.value = "new"
    seconds[0] += 0.4
    assert await reading.get("a") == "old"
    seconds[0] += 0.2
    assert await reading.get("a") == "new"


async def test_nobody_gets_what_was_read_before_the_time_as_of_which_it_is_asked_for(seconds: list[float]) -> None:
    shelf = Shelf()
    reading = RecentlyRead[str, str](shelf.read)
    assert await reading.get("a") == "old"
    shelf.value = "new"
    seconds[0] += 0.1
    assert await reading.get("a", as_of=100.05) == "new"
    assert await reading.get("a", as_of=100.05) == "new"
    assert shelf.reads == 2


async def test_a_read_that_was_begun_before_does_not_serve_and_does_not_overwrite(seconds: list[float]) -> None:
    shelf = Shelf()
    shelf.open.clear()
    reading = RecentlyRead[str, str](shelf.read)
    earlier = asyncio.ensure_future(reading.get("a"))
    await shelf.has_been_read(1)
    shelf.value = "new"
    seconds[0] += 0.1
    later = asyncio.ensure_future(reading.get("a", as_of=100.05))
    await shelf.has_been_read(2)
    shelf.open.set()
    assert (await earlier, await later) == ("old", "new")
    assert await reading.get("a") == "new"
    assert shelf.reads == 2


async def test_those_who_ask_at_once_are_served_by_one_read() -> None:
    shelf = Shelf()
    shelf.open.clear()
    reading = RecentlyRead[str, str](shelf.read)
    asking = [asyncio.ensure_future(reading.get("a")) for _ in range(20)]
    await shelf.has_been_read(1)
    asking[0].cancel()
    shelf.open.set()
    assert await asyncio.gather(*asking[1:]) == ["old"] * 19
    assert shelf.reads == 1


async def test_neither_nothing_nor_a_failure_is_remembered() -> None:
    shelf = Shelf()
    shelf.value = None
    reading = RecentlyRead[str, str](shelf.read)
    assert await reading.get("a") is None
    shelf.value = "new"
    assert await reading.get("a") == "new"

    async def failing(_key: str) -> str:
        raise ConnectionError

    for _ in range(2):
        with pytest.raises(ConnectionError):
            await RecentlyRead[str, str](failing).get("a")
