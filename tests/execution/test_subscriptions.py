"""The events of a subscription."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, parse, subscribe

from execution import CompiledExecutor
from tests.execution.both import formatted, schema_with

SDL = """
type Query { tick: Int }
type Subscription { tick(upTo: Int! = 2): Tick! }
type Tick { number: Int! half: Int! later: Int }
"""
Events = Callable[..., Any]


class Source:
    """Gives numbers, and knows whether it was closed."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = list(numbers)
        self.is_closed = False

    def __aiter__(self) -> "Source":
        return self

    async def __anext__(self) -> dict[str, Any]:
        if not self.numbers:
            raise StopAsyncIteration
        return {"tick": {"number": self.numbers.pop(0)}}

    async def aclose(self) -> None:
        self.is_closed = True


def half(tick: dict[str, int], _info: object) -> int:
    if tick["number"] % 2:
        raise ValueError(f"{tick['number']} is odd")
    return tick["number"] // 2


async def later(tick: dict[str, int], _info: object) -> int:
    await asyncio.sleep(0)
    return tick["number"] + 100


async def count(_root: object, _info: object, upTo: int) -> AsyncIterator[Any]:  # noqa: N803 - as in the schema
    for number in range(upTo):
        yield {"tick": {"number": number}}


def ticking(events: Events) -> GraphQLSchema:
    schema = schema_with(SDL, Tick_half=half, Tick_later=later)
    assert schema.subscription_type
    schema.subscription_type.fields["tick"].subscribe = events
    return schema


async def both(document: str, events: Events = count, **variables: Any) -> list[dict[str, Any]]:
    """All results, the same on both; of a subscription that does not start, the one that says why."""
    schema = ticking(events)
    on_core: Any = subscribe(schema, parse(document), variable_values=variables)
    if not isinstance(on_core, ExecutionResult) and not hasattr(on_core, "__aiter__"):
        on_core = await on_core
    expected = await results(on_core)
    compiled = CompiledExecutor(schema).compile(parse(document))
    assert await results(await compiled.subscribe(variables=variables)) == expected
    return expected


async def results(stream: Any) -> list[dict[str, Any]]:
    if isinstance(stream, ExecutionResult):
        return [formatted(stream)]
    return [formatted(result) async for result in stream]


async def test_each_event_has_a_result() -> None:
    assert await both("subscription { tick(upTo: 2) { number later } }") == [
        {"data": {"tick": {"number": 0, "later": 100}}},
        {"data": {"tick": {"number": 1, "later": 101}}},
    ]


async def test_an_event_whose_field_fails_does_not_end_the_rest() -> None:
    found = await both("subscription ($n: Int!) { tick(upTo: $n) { half } }", n=3)
    assert [result["data"] for result in found] == [{"tick": {"half": 0}}, None, {"tick": {"half": 1}}]
    assert found[1]["errors"] == [
        {"message": "1 is odd", "locations": [{"line": 1, "column": 44}], "path": ["tick", "half"]}
    ]


def fails_at_once(*_: object, **__: object) -> Any:
    raise RuntimeError("no stream")


async def fails_in_time(*_: object, **__: object) -> Any:
    await asyncio.sleep(0)
    raise RuntimeError("no stream")


def no_stream(*_: object, **__: object) -> Any:
    return [1, 2]


@pytest.mark.parametrize(
    ("events", "message"),
    [
        (fails_at_once, "no stream"),
        (fails_in_time, "no stream"),
        (no_stream, "Subscription field must return AsyncIterable. Received: [1, 2]."),
    ],
)
async def test_a_source_that_fails_at_its_start_is_one_error(events: Events, message: str) -> None:
    (result,) = await both("subscription { tick { number } }", events)
    assert result["data"] is None
    assert [(error["message"], error["path"]) for error in result["errors"]] == [(message, ["tick"])]


async def test_wrong_variables_are_errors_before_it_starts() -> None:
    (result,) = await both("subscription ($n: Int!) { tick(upTo: $n) { number } }", fails_at_once, n="three")
    assert [error["message"] for error in result["errors"]] == [
        "Variable '$n' has invalid value: Int cannot represent non-integer value: 'three'"
    ]


async def test_a_source_that_fails_in_the_midst_fails_the_stream() -> None:
    async def breaks(*_: object, **__: object) -> AsyncIterator[Any]:
        yield {"tick": {"number": 4}}
        raise RuntimeError("broken")

    stream: Any = await CompiledExecutor(ticking(breaks)).compile(parse("subscription { tick { half } }")).subscribe()
    assert (await anext(stream)).data == {"tick": {"half": 2}}
    with pytest.raises(RuntimeError, match="broken"):
        await anext(stream)


async def test_closing_the_results_closes_the_source() -> None:
    source = Source(1, 2, 3)
    operation = CompiledExecutor(ticking(lambda *_, **__: source)).compile(parse("subscription { tick { number } }"))
    stream: Any = await operation.subscribe()
    assert (await anext(stream)).data == {"tick": {"number": 1}}
    assert not source.is_closed
    await stream.aclose()
    assert source.is_closed
    assert source.numbers == [2, 3]


async def test_each_event_can_be_answered_in_a_context_of_its_own() -> None:
    def who(_tick: object, info: Any) -> int:
        return int(info.context)

    schema = ticking(count)
    schema.type_map["Tick"].fields["number"].resolve = who  # type: ignore[attr-defined] # an object type
    operation = CompiledExecutor(schema).compile(parse("subscription ($n: Int!) { tick(upTo: $n) { number later } }"))
    events: Any = await operation.events(None, 7, {"n": 2})
    answers = [await operation.execute(event, 8 + number, {"n": 2}) async for number, event in numbered(events)]  # type: ignore[misc] # `later` is awaited
    assert [answer.data for answer in answers] == [
        {"tick": {"number": 8, "later": 100}},
        {"tick": {"number": 9, "later": 101}},
    ]


async def numbered(events: Any) -> AsyncIterator[tuple[int, Any]]:
    number = 0
    async for event in events:
        yield number, event
        number += 1


async def test_events_that_there_are_none_of_are_an_answer() -> None:
    operation = CompiledExecutor(ticking(fails_in_time)).compile(parse("subscription { tick { number } }"))
    refused = await operation.events()
    assert isinstance(refused, ExecutionResult)
    assert [error.message for error in refused.errors or ()] == ["no stream"]


async def test_a_query_is_no_subscription() -> None:
    with pytest.raises(GraphQLError, match=r"^Expected subscription operation\.$"):
        await CompiledExecutor(ticking(count)).compile(parse("{ tick }")).subscribe()
