"""Lists: from whatever can be gone through, at once or in time, however deep."""

import asyncio
import gc
import warnings
from collections import UserList, deque
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.execution.both import Asked, messages, schema_with

SDL = """
type Query { list: [Int] required: [Int!] table: [[Int]] strict: [[Int!]!]! items: [Item] mustItems: [Item!]! deep: [[[Int!]]] }
type Item { n: Int! list: [Int] }
"""


async def later(value: Any) -> Any:
    await asyncio.sleep(0)
    if isinstance(value, Exception):
        raise value
    return value


async def stream(*values: Any) -> AsyncIterator[Any]:
    for value in values:
        await asyncio.sleep(0)
        if isinstance(value, Breaking):
            raise value
        yield value


def breaking(*values: Any) -> Iterator[Any]:
    yield from values
    raise Breaking


class Breaking(Exception):  # noqa: N818 - it breaks a list in its midst
    def __str__(self) -> str:
        return "it breaks"


def giving(field: str, value: Any) -> Asked:
    """`value` is a function where each execution needs a value of its own."""
    give = (lambda *_: value()) if callable(value) else (lambda *_: value)
    return Asked(schema_with(SDL, **{f"Query_{field}": give}))


@pytest.mark.parametrize(
    "value", [[1, 2], (1, 2), deque([1, 2]), UserList([1, 2]), {1: 0, 2: 0}.keys(), lambda: iter([1, 2]), range(1, 3), {1, 2}]
)  # fmt: skip
async def test_whatever_can_be_gone_through_is_a_list(value: Any) -> None:
    assert await giving("list", value).on_both("{ list }") == {"data": {"list": [1, 2]}}


@pytest.mark.parametrize("value", ["12", b"12", {1: 2}, 12, object(), True])
async def test_texts_mappings_and_single_values_are_none(value: Any) -> None:
    answer = await giving("list", value).on_both("{ list }")
    assert messages(answer) == [("Expected Iterable, but did not find one for field 'Query.list'.", ["list"])]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("list", lambda: [later(1), 2, later(None), later(3)], [1, 2, None, 3]),
        ("list", lambda: later([1, later(2)]), [1, 2]),
        ("list", lambda: later(stream(1, later(2), None)), [1, 2, None]),
        ("required", lambda: stream(later(1), 2), [1, 2]),
        ("table", lambda: [[1, later(2)], later([3]), stream(4, None), None, later(stream(5))], [[1, 2], [3], [4, None], None, [5]]),
        ("strict", lambda: stream([1], later([2]), stream(later(3))), [[1], [2], [3]]),
        ("deep", lambda: later([stream([later(1)], later(stream(2))), later([[3]])]), [[[1], [2]], [[3]]]),
    ],
)  # fmt: skip
async def test_awaitables_and_streams_may_stand_anywhere_in_lists(field: str, value: Any, expected: Any) -> None:
    assert await giving(field, value).on_both(f"{{ {field} }}") == {"data": {field: expected}}


async def test_objects_may_come_in_time_too() -> None:
    def items() -> list[Any]:
        return [{"n": 1, "list": lambda _info: stream(7)}, later({"n": 2}), later(ValueError("no item"))]

    answer = await giving("items", items).on_both("{ items { n list } }")
    assert answer["data"] == {"items": [{"n": 1, "list": [7]}, {"n": 2, "list": None}, None]}
    assert messages(answer) == [("no item", ["items", 2])]


# -- what breaks in the midst

NULL = "Cannot return null for non-nullable field Query.{}."
NO_INT = "Int cannot represent non-integer value: 'x'"


@pytest.mark.parametrize("make", [breaking, lambda *values: stream(*values, Breaking())])
@pytest.mark.parametrize(
    ("field", "values", "errors"),
    [
        ("list", [], [("it breaks", ["list"])]),
        ("list", [1, "x", 3], [(NO_INT, ["list", 1]), ("it breaks", ["list"])]),
        ("list", ["x", None, "x"], [(NO_INT, ["list", 0]), (NO_INT, ["list", 2]), ("it breaks", ["list"])]),
        ("required", [1, None, "x"], [(NULL.format("required"), ["required", 1])]),
        ("required", [1, 2], [("it breaks", ["required"])]),
        ("table", [["x"], 3, [4]], [
            (NO_INT, ["table", 0, 0]),
            ("Expected Iterable, but did not find one for field 'Query.table'.", ["table", 1]),
            ("it breaks", ["table"]),
        ]),
    ],
)  # fmt: skip
async def test_the_errors_of_the_items_before_it_are_kept(
    make: Any, field: str, values: list[Any], errors: list[Any]
) -> None:
    answer = await giving(field, lambda: make(*values)).on_both(f"{{ {field} }}")
    assert (answer["data"], messages(answer)) == ({field: None}, errors)


async def test_a_list_within_a_list_breaks_alone() -> None:
    answer = await giving("table", lambda: [[1], breaking("x"), [2]]).on_both("{ table }")
    assert answer["data"] == {"table": [[1], None, [2]]}
    assert messages(answer) == [(NO_INT, ["table", 1, 0]), ("it breaks", ["table", 1])]


async def test_objects_before_the_break_are_resolved_and_dropped() -> None:
    answer = await giving("items", lambda: breaking({"n": None}, {"n": 2, "list": ["x"]})).on_both(
        "{ items { n list } }"
    )
    assert answer["data"] == {"items": None}
    assert messages(answer) == [
        ("Cannot return null for non-nullable field Item.n.", ["items", 0, "n"]),
        (NO_INT, ["items", 1, "list", 0]),
        ("it breaks", ["items"]),
    ]
    nulled = await giving("mustItems", lambda: breaking({"n": None}, {"n": 2})).on_both("{ mustItems { n } }")
    assert (nulled["data"], len(nulled["errors"])) == (None, 1)


async def test_awaitables_of_a_list_that_breaks_are_awaited_all_the_same() -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", RuntimeWarning)
        answer = await giving("list", lambda: breaking(later(1), later("x"))).compiled("{ list }")
        gc.collect(1)
    assert answer["data"] == {"list": None}
    assert [str(one.message) for one in warned if one.category is RuntimeWarning] == []


@pytest.mark.parametrize("value", [ValueError("no list"), lambda: later(ValueError("no list"))])
async def test_a_list_that_is_an_error_is_the_error_of_its_field(value: Any) -> None:
    answer = await giving("list", value).on_both("{ list }")
    assert messages(answer) == [("no list", ["list"])]
