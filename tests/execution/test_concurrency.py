"""Branches of an answer go on side by side, and end together when the execution is ended."""

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest
from graphql import parse

from execution import CompiledExecutor
from tests.execution.both import Asked, schema_with

SDL = """
type Query { left: Int right: Int required: Int! child: Query children(n: Int!): [Query!]! numbers: [Int] stream: [Int] }
"""
ENDLESS = 10.0
"""Seconds after which a test that waits for what never comes is a failure."""

place = ContextVar("place", default="outside")


@contextmanager
def nothing_is_left_behind() -> Iterator[None]:
    """No coroutine that nobody awaited, no task of ours that nobody waited for."""
    gc.collect(1)  # what others have left
    before = asyncio.all_tasks()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", RuntimeWarning)
        yield
        gc.collect(1)
    assert [str(one.message) for one in warned if one.category is RuntimeWarning] == []
    assert [task for task in asyncio.all_tasks() - before if _is_ours(task)] == []


def _is_ours(task: asyncio.Task[Any]) -> bool:
    """Others may have tasks in the same loop, that come and go."""
    code: Any = getattr(task.get_coro(), "cr_code", None)
    return code is None or code.co_filename == __file__ or Path(code.co_filename).parent.name == "execution"


def meeting(parties: int) -> Callable[..., Any]:
    """A resolver that returns when so many calls of it are under way."""
    barrier = asyncio.Barrier(parties)

    async def meet(_source: object, _info: object) -> int:
        async with asyncio.timeout(ENDLESS):
            return await barrier.wait()

    return meet


async def test_two_fields_that_wait_for_each_other_finish() -> None:
    meet = meeting(2)
    schema = schema_with(SDL, Query_left=meet, Query_right=meet)
    answer = await Asked(schema).compiled("{ left right }")
    assert sorted(answer["data"].values()) == [0, 1]


async def test_fields_of_two_branches_that_wait_for_each_other_finish() -> None:
    meet = meeting(3)
    schema = schema_with(SDL, Query_left=meet, Query_right=meet)
    root = {"child": {"child": {}}, "children": lambda _info, n: [{}] * n}
    answer = await Asked(schema).compiled("{ left child { child { right } } children(n: 1) { left } }", root)
    found = [answer["data"]["left"], answer["data"]["child"]["child"]["right"], answer["data"]["children"][0]["left"]]
    assert sorted(found) == [0, 1, 2]


async def test_the_same_field_of_many_objects_is_waited_for_at_once() -> None:
    schema = schema_with(SDL, Query_left=meeting(5))
    answer = await Asked(schema).compiled("{ children(n: 5) { left } }", {"children": lambda _info, n: [{}] * n})
    assert sorted(child["left"] for child in answer["data"]["children"]) == [0, 1, 2, 3, 4]


async def test_items_of_a_list_that_wait_for_each_other_finish() -> None:
    meet = meeting(2)
    schema = schema_with(SDL, Query_numbers=lambda *_: [7, meet(None, None), None, meet(None, None)])
    answer = await Asked(schema).compiled("{ numbers }")
    assert sorted(filter(None, answer["data"]["numbers"])) == [1, 7]


# -- context variables


async def test_resolvers_see_the_context_that_the_execution_was_started_in() -> None:
    async def see(_source: object, _info: object) -> int:
        await asyncio.sleep(0)
        return len(place.get())

    schema = schema_with(SDL, Query_left=see, Query_right=see)
    token = place.set("here")
    answer = await Asked(schema).on_both("{ left right child { left right } }", {"child": {}})
    place.reset(token)
    assert answer == {"data": {"left": 4, "right": 4, "child": {"left": 4, "right": 4}}}


async def test_what_one_resolver_sets_its_sibling_does_not_see() -> None:
    async def change(_source: object, _info: object) -> int:
        place.set("elsewhere")
        await asyncio.sleep(0)
        return len(place.get())

    async def see(_source: object, _info: object) -> int:
        for _ in range(3):
            await asyncio.sleep(0)
        return len(place.get())

    answer = await Asked(schema_with(SDL, Query_left=change, Query_right=see)).on_both("{ left right }")
    assert answer == {"data": {"left": len("elsewhere"), "right": len("outside")}}
    assert place.get() == "outside"


# -- cancellation


class Hanging:
    """Resolvers that wait for ever; it counts those under way and those that were cancelled."""

    def __init__(self, expected: int) -> None:
        self.started = asyncio.Barrier(expected + 1)
        self.cancelled = 0

    async def resolve(self, *_: object) -> int:
        try:
            await self.started.wait()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return 0

    async def stream(self) -> AsyncIterator[int]:
        yield 1
        yield await self.resolve()


@pytest.mark.parametrize(
    ("document", "under_way"),
    [
        ("{ left }", 1),
        ("{ left right }", 2),
        ("{ children(n: 3) { left } }", 3),
        ("{ right children(n: 2) { left right } child { left } numbers stream }", 8),
    ],
)
async def test_cancelling_the_execution_cancels_the_resolvers_under_way(document: str, under_way: int) -> None:
    hanging = Hanging(under_way)
    schema = schema_with(
        SDL,
        Query_left=hanging.resolve,
        Query_right=hanging.resolve,
        Query_numbers=lambda *_: [1, hanging.resolve()],
        Query_stream=lambda *_: hanging.stream(),
    )
    root = {"children": lambda _info, n: [{}] * n, "child": {}}
    with nothing_is_left_behind():
        execution: Any = CompiledExecutor(schema).compile(parse(document)).execute(root)
        task = asyncio.create_task(execution)
        async with asyncio.timeout(ENDLESS):
            await hanging.started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert hanging.cancelled == under_way


async def test_a_failure_that_nulls_the_answer_leaves_nothing_behind() -> None:
    async def slow(_source: object, _info: object) -> int:
        for _ in range(5):
            await asyncio.sleep(0)
        return 1

    async def fail(_source: object, _info: object) -> int:
        raise RuntimeError("no")

    schema = schema_with(SDL, Query_left=slow, Query_required=fail, Query_right=slow)
    with nothing_is_left_behind():
        answer = await Asked(schema).compiled("{ left required right child { left } }", {"child": {}})
    assert answer["data"] is None
    assert [error["message"] for error in answer["errors"]] == ["no"]


# -- what is nobody's field error


class Stop(BaseException):
    pass


@pytest.mark.parametrize("failure", [Stop, asyncio.CancelledError])
@pytest.mark.parametrize(
    "document", ["{ left }", "{ left child { left } }", "{ right left }", "{ child { right } children(n: 2) { left } }"]
)
async def test_what_is_no_exception_ends_the_execution(failure: type[BaseException], document: str) -> None:
    """A cancellation that comes from within, as of a loader's future, must not pass for null."""
    under_way = 0

    async def fail(_source: object, _info: object) -> int:
        await asyncio.sleep(0)
        raise failure

    async def wait(_source: object, _info: object) -> int:
        nonlocal under_way
        under_way += 1
        try:
            await asyncio.Event().wait()
        finally:
            under_way -= 1
        return 1

    schema = schema_with(SDL, Query_left=fail, Query_right=wait)
    root = {"children": lambda _info, n: [{}] * n, "child": {}}
    with nothing_is_left_behind(), pytest.raises(failure):
        async with asyncio.timeout(ENDLESS):
            await Asked(schema).compiled(document, root)
    assert under_way == 0


async def test_what_is_no_exception_is_raised_at_once_by_what_need_not_be_awaited() -> None:
    def stop(_source: object, _info: object) -> int:
        raise Stop

    with pytest.raises(Stop):
        await Asked(schema_with(SDL, Query_left=stop)).on_core("{ left }")
    with pytest.raises(Stop):
        await Asked(schema_with(SDL, Query_left=stop)).compiled("{ left }")
