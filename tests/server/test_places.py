"""Places at which operations run, and those who wait for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from server.operations.places import PlaceBounds, Places, ServerBusyError

PATIENT = 3600.0  # seconds
TURNS = 50


@dataclass
class Operation:
    """One that is under way until it is let go."""

    caller: str
    done: asyncio.Event = field(default_factory=asyncio.Event)
    running: bool = False
    refused: ServerBusyError | None = None

    async def run(self, places: Places) -> None:
        try:
            async with places.place(self.caller):
                self.running = True
                await self.done.wait()
        except ServerBusyError as error:
            self.refused = error
        finally:
            self.running = False


class Crowd:
    def __init__(self, bounds: PlaceBounds) -> None:
        self.places = Places(bounds)
        self.tasks: list[asyncio.Task[None]] = []

    async def come(self, caller: str, many: int = 1) -> list[Operation]:
        came = [Operation(caller) for _ in range(many)]
        self.tasks += [asyncio.create_task(each.run(self.places)) for each in came]
        await turns()
        return came


async def turns() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


def run_of(operations: list[Operation]) -> int:
    return sum(each.running for each in operations)


@asynccontextmanager
async def crowd(**bounds: float) -> AsyncIterator[Crowd]:
    people = Crowd(PlaceBounds(**{"longest_wait": PATIENT, **bounds}))  # type: ignore[arg-type] # whole numbers
    yield people
    for task in people.tasks:
        task.cancel()
    await asyncio.gather(*people.tasks, return_exceptions=True)
    assert (people.places.under_way, people.places.waiting) == (0, 0)


async def test_as_many_run_as_may_and_the_next_one_waits_for_a_place() -> None:
    async with crowd(at_once=3, per_caller=3) as people:
        first = await people.come("one", 3)
        assert run_of(first) == 3
        (late,) = await people.come("another")
        assert not late.running
        first[0].done.set()
        await turns()
        assert late.running
        assert people.places.under_way == 3


async def test_as_many_wait_as_may_and_one_more_is_refused_with_the_numbers() -> None:
    async with crowd(at_once=1, waiting=2) as people:
        await people.come("one")
        waiting = await people.come("one", 2)
        assert [each.refused for each in waiting] == [None, None]
        more = await people.come("one")
        refused = [each.refused for each in waiting + more if each.refused]
        assert len(refused) == 1
        assert refused[0].problem.code == "SERVER_BUSY"
        assert refused[0].extensions == {"atOnce": 1, "waiting": 2}
        assert "1 operations at a time, and 2 may wait" in refused[0].problem.message.english
        assert "最多 1 个，等候的最多 2 个" in refused[0].problem.message.chinese
        assert people.places.waiting == 2


async def test_who_waits_for_too_long_is_refused_though_nothing_ends() -> None:
    async with crowd(at_once=1, longest_wait=0.05) as people:
        (running,) = await people.come("one")
        (waiting,) = await people.come("another")
        assert waiting.refused is None
        await people.tasks[-1]
        assert waiting.refused is not None
        assert running.running


async def test_a_burst_may_wait_and_what_stays_too_much_may_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two thirds of the places is how many may wait then."""
    monkeypatch.setattr("server.operations.places._TOO_MUCH_AFTER", PATIENT)
    async with crowd(at_once=6, per_caller=6, waiting=100) as people:
        await people.come("one", 6)
        burst = await people.come("one", 20)
        assert [each for each in burst if each.refused] == []
        assert not people.places.has_too_much
        monkeypatch.setattr("server.operations.places._TOO_MUCH_AFTER", 0)
        assert people.places.has_too_much
        await people.come("one")
        assert people.places.waiting == 4
        assert sum(each.refused is not None for each in burst) == 17


async def test_where_not_only_bursts_may_what_stays_too_much_waits_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.operations.places._TOO_MUCH_AFTER", 0)
    async with crowd(at_once=1, waiting=20, only_bursts=False) as people:
        await people.come("one")
        waiting = await people.come("one", 20)
        assert [each for each in waiting if each.refused] == []
        await people.come("one")
        assert sum(each.refused is not None for each in waiting) == 1


async def test_it_is_no_longer_too_much_when_half_as_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    async with crowd(at_once=6, per_caller=6, waiting=100) as people:
        running = await people.come("one", 6)
        monkeypatch.setattr("server.operations.places._TOO_MUCH_AFTER", 0)
        await people.come("one", 5)
        assert people.places.waiting == 4
        for each, is_too_much in zip(running, (True, False), strict=False):
            each.done.set()
            await turns()
            assert people.places.has_too_much == is_too_much


async def test_one_caller_has_its_share_of_the_places_however_many_it_sends() -> None:
    async with crowd(at_once=4, per_caller=2) as people:
        greedy = await people.come("greedy", 100)
        assert run_of(greedy) == 2
        modest = await people.come("modest", 2)
        assert run_of(modest) == 2


async def test_callers_take_turns_and_who_has_most_waiting_is_refused_first() -> None:
    async with crowd(at_once=1, waiting=10) as people:
        (running,) = await people.come("greedy")
        greedy = await people.come("greedy", 10)
        modest = await people.come("modest", 2)
        assert sum(each.refused is not None for each in greedy) == 2
        assert [each.refused for each in modest] == [None, None]
        running.done.set()
        await turns()
        (second,) = [each for each in greedy if each.running]
        second.done.set()
        await turns()
        assert modest[0].running


async def test_who_goes_away_while_waiting_leaves_no_trace() -> None:
    async with crowd(at_once=1) as people:
        (running,) = await people.come("one")
        gone, stays = await people.come("another", 2)
        people.tasks[1].cancel()
        await turns()
        running.done.set()
        await turns()
        assert not gone.running
        assert stays.running


async def test_who_goes_away_just_when_a_place_is_given_to_him_gives_it_back() -> None:
    async with crowd(at_once=1) as people:
        (running,) = await people.come("one")
        await people.come("another")
        running.done.set()
        while people.places.waiting:  # noqa: ASYNC110 # turn by turn is meant
            await asyncio.sleep(0)
        people.tasks[-1].cancel()
        await turns()
        assert people.places.under_way == 0
        assert (await people.come("third"))[0].running


async def test_while_it_is_too_much_there_is_room_for_who_has_nothing_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    async with crowd(at_once=6, per_caller=6) as people:
        await people.come("greedy", 6)
        monkeypatch.setattr("server.operations.places._TOO_MUCH_AFTER", 0)
        await people.come("greedy", 100)
        assert people.places.would_be_refused("greedy")
        assert not people.places.would_be_refused("modest")
        (modest,) = await people.come("modest")
        assert modest.refused is None
        assert people.places.waiting == 4


async def test_one_begins_in_each_turn_of_the_loop() -> None:
    async with crowd(at_once=10, per_caller=10) as people:
        came = [Operation("one") for _ in range(4)]
        people.tasks += [asyncio.create_task(each.run(people.places)) for each in came]
        seen = []
        while run_of(came) < 4:
            await asyncio.sleep(0)
            seen.append(run_of(came))
        assert {later - earlier for earlier, later in pairwise(seen)} <= {0, 1}
