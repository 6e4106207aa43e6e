"""A field whose resolver is called once for all objects of a level."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from graphql import GraphQLResolveInfo, GraphQLSchema

from execution import BATCHED
from tests.execution.both import Asked, messages, schema_with

SDL = """
type Query { people(n: Int!): [Person!]! other: Person score(times: Int! = 1): Int }
type Person { number: Int! friends: [Person!]! score(times: Int! = 1): Int required: Int! friend: Person list: [Int!] }
"""
Give = Callable[[list[Any], int], Any]


class Person:
    def __init__(self, number: int) -> None:
        self.number = number
        self.friends = [self, self]


class Root:
    other = Person(9)
    number = 0

    def people(self, _info: object, n: int) -> list[Person]:
        return [Person(number) for number in range(n)]


class Calls:
    """A batched resolver that remembers how it was called."""

    def __init__(self, give: Give) -> None:
        self.give = give
        self.numbers: list[list[int]] = []
        self.paths: list[list[Any]] = []

    def at_once(self, people: list[Person], info: GraphQLResolveInfo[Any], times: int = 1) -> Any:
        self.numbers.append([person.number for person in people])
        self.paths.append(info.path.as_list())
        return self.give(people, times)

    async def in_time(self, people: list[Person], info: GraphQLResolveInfo[Any], times: int = 1) -> Any:
        await asyncio.sleep(0)
        return self.at_once(people, info, times)

    @property
    def both_ways(self) -> Sequence[Any]:
        return (self.at_once, self.in_time)


def with_batched(name: str, resolve: Any) -> GraphQLSchema:
    schema = schema_with(SDL)
    for type_name in ("Query", "Person"):
        object_type: Any = schema.type_map[type_name]
        if name in object_type.fields:
            object_type.fields[name].resolve = resolve
            object_type.fields[name].extensions = {BATCHED: True}
    return schema


def product(people: list[Person], times: int) -> list[int]:
    return [person.number * times for person in people]


@pytest.mark.parametrize("way", [0, 1])
async def test_it_is_called_once_for_a_level_with_its_arguments(way: int) -> None:
    calls = Calls(product)
    asked = Asked(with_batched("score", calls.both_ways[way]))
    answer = await asked.compiled(
        "query ($t: Int!) { people(n: 4) { score(times: $t) friends { number } } }", Root(), t=10
    )
    assert [person["score"] for person in answer["data"]["people"]] == [0, 10, 20, 30]
    assert (calls.numbers, calls.paths) == ([[0, 1, 2, 3]], [["people", 0, "score"]])


@pytest.mark.parametrize("way", [0, 1])
async def test_each_branch_of_the_answer_is_a_level_of_its_own(way: int) -> None:
    calls = Calls(product)
    asked = Asked(with_batched("score", calls.both_ways[way]))
    answer = await asked.compiled("{ people(n: 3) { score friends { score } } other { score } score }", Root())
    assert answer == {
        "data": {
            "people": [{"score": n, "friends": [{"score": n}, {"score": n}]} for n in range(3)],
            "other": {"score": 9},
            "score": 0,
        }
    }
    assert sorted(calls.numbers) == [[0], [0, 0, 1, 1, 2, 2], [0, 1, 2], [9]]


async def test_an_alias_with_other_arguments_is_a_call_of_its_own() -> None:
    calls = Calls(product)
    answer = await Asked(with_batched("score", calls.at_once)).compiled(
        "{ people(n: 2) { one: score two: score(times: 2) } }", Root()
    )
    assert answer["data"]["people"] == [{"one": 0, "two": 0}, {"one": 1, "two": 2}]
    assert calls.numbers == [[0, 1], [0, 1]]


async def test_it_is_not_called_where_there_is_no_object() -> None:
    calls = Calls(product)
    answer = await Asked(with_batched("score", calls.at_once)).compiled("{ people(n: 0) { score } }", Root())
    assert (answer, calls.numbers) == ({"data": {"people": []}}, [])


@pytest.mark.parametrize("way", [0, 1])
async def test_its_failure_fails_the_field_of_each_object(way: int) -> None:
    def fail(_people: list[Person], _times: int) -> Any:
        raise RuntimeError("none of them")

    schema = with_batched("score", Calls(fail).both_ways[way])
    answer = await Asked(schema).compiled("{ people(n: 2) { number score } }", Root())
    assert answer["data"] == {"people": [{"number": 0, "score": None}, {"number": 1, "score": None}]}
    assert messages(answer) == [
        ("none of them", ["people", 0, "score"]),
        ("none of them", ["people", 1, "score"]),
    ]


async def test_wrong_arguments_fail_each_object_without_a_call() -> None:
    calls = Calls(product)
    asked = Asked(with_batched("score", calls.at_once))
    answer = await asked.compiled("query ($t: Int = 3) { people(n: 2) { score(times: $t) } }", Root(), t=None)
    words = (
        "Argument 'times' has invalid value: Expected variable '$t' provided to non-null type 'Int!' not to be None."
    )
    assert messages(answer) == [(words, ["people", 0, "score"]), (words, ["people", 1, "score"])]
    assert calls.numbers == []


@pytest.mark.parametrize("way", [0, 1])
async def test_an_exception_in_its_list_fails_only_that_object(way: int) -> None:
    def give(people: list[Person], _times: int) -> Any:
        return [ValueError("not this one") if person.number == 1 else person.number for person in people]

    answer = await Asked(with_batched("score", Calls(give).both_ways[way])).compiled(
        "{ people(n: 3) { score } }", Root()
    )
    assert answer["data"] == {"people": [{"score": 0}, {"score": None}, {"score": 2}]}
    assert messages(answer) == [("not this one", ["people", 1, "score"])]


@pytest.mark.parametrize("way", [0, 1])
@pytest.mark.parametrize("given", [[1], [1, 2, 3], None, "ab", {1: 1, 2: 2}, 7])
async def test_what_is_no_list_of_one_value_each_is_an_error_that_says_so(way: int, given: Any) -> None:
    schema = with_batched("score", Calls(lambda _people, _times: given).both_ways[way])
    answer = await Asked(schema).compiled("{ people(n: 2) { score } }", Root())
    words = "The batched resolver of Person.score gave no list of one value each."
    assert messages(answer) == [(words, ["people", 0, "score"]), (words, ["people", 1, "score"])]


async def test_null_where_it_may_not_be_null_propagates_from_each_object() -> None:
    schema = with_batched("required", Calls(lambda people, _times: [None for _ in people]).at_once)
    answer = await Asked(schema).compiled("{ other { required } people(n: 2) { number } }", Root())
    assert answer["data"] == {"other": None, "people": [{"number": 0}, {"number": 1}]}
    assert messages(answer) == [("Cannot return null for non-nullable field Person.required.", ["other", "required"])]


@pytest.mark.parametrize("way", [0, 1])
async def test_awaitables_in_its_list_are_awaited_side_by_side(way: int) -> None:
    barrier = asyncio.Barrier(2)

    async def wait(number: int) -> int:
        await barrier.wait()
        return number

    def give(people: list[Person], _times: int) -> Any:
        return (5, *(wait(person.number) for person in people[1:]))

    async with asyncio.timeout(10):
        answer = await Asked(with_batched("score", Calls(give).both_ways[way])).compiled(
            "{ people(n: 3) { score } }", Root()
        )
    assert answer == {"data": {"people": [{"score": 5}, {"score": 1}, {"score": 2}]}}


async def test_its_values_may_be_lists_and_objects() -> None:
    people = with_batched("list", Calls(lambda people, _times: [[person.number, 8] for person in people]).at_once)
    assert await Asked(people).compiled("{ people(n: 2) { list } }", Root()) == {
        "data": {"people": [{"list": [0, 8]}, {"list": [1, 8]}]}
    }
    friends = with_batched("friend", Calls(lambda people, _times: [*people[1:], None]).in_time)
    assert await Asked(friends).compiled("{ people(n: 2) { friend { number } } }", Root()) == {
        "data": {"people": [{"friend": {"number": 1}}, {"friend": None}]}
    }
