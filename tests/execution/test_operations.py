"""Which operations are compiled, which are declined, and what is remembered of them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLSchema, build_schema, execute, parse

from execution import CompiledExecutor, Declined
from tests.execution.both import Asked

SDL = """
type Query { a: Int b: Int child: Query echo(x: Int, in: In, list: [Int!], required: Int! = 1): String }
input In { n: Int! = 4 s: String }
"""
DEFER = "directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT"
STREAM = "directive @stream(if: Boolean! = true, label: String, initialCount: Int = 0) on FIELD"
ON_QUERY = "directive @traced on QUERY"
ROOT: dict[str, Any] = {
    "a": 1,
    "b": 2,
    "child": {"a": 3},
    "echo": lambda _info, **arguments: str(sorted(arguments.items())),
}


def schema(extra: str = "") -> GraphQLSchema:
    return build_schema(f"{extra} {SDL}")


def compiling(document: str, extra: str = "", name: str | None = None, **options: Any) -> Any:
    return CompiledExecutor(schema(extra)).compile(parse(document, **options), name)


@pytest.mark.parametrize(
    ("document", "extra", "reason"),
    [
        ("{ a }", DEFER, "incremental delivery"),
        ("{ a }", STREAM, "incremental delivery"),
        ("query @traced { a }", ON_QUERY, "a directive on the operation"),
        ("mutation { a }", "", "a schema without a type for mutation"),
        ("subscription { a }", "", "a schema without a type for subscription"),
    ],
)
def test_what_is_not_compiled_is_declined_with_its_reason(document: str, extra: str, reason: str) -> None:
    with pytest.raises(Declined) as declined:
        compiling(document, extra)
    assert str(declined.value) == reason


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("{ ...F } fragment F($x: Int) on Query { a }", "variables of a fragment"),
        ("{ child { ...F(x: 1) } } fragment F on Query { a }", "arguments of a fragment"),
    ],
)
def test_fragments_with_variables_are_declined(document: str, reason: str) -> None:
    with pytest.raises(Declined) as declined:
        compiling(document, experimental_fragment_arguments=True)
    assert str(declined.value) == reason


@pytest.mark.parametrize(
    ("document", "name"),
    [
        ("query A { a } query B { b }", None),
        ("query A { a } query B { b }", "C"),
        ("{ a }", "A"),
        ("{ a }", ""),
        ("fragment F on Query { a }", None),
    ],
)
def test_an_operation_that_is_not_there_is_refused_in_the_words_of_graphql_core(
    document: str, name: str | None
) -> None:
    result: Any = execute(schema(), parse(document), operation_name=name)
    with pytest.raises(GraphQLError) as refused:
        compiling(document, name=name)
    assert [refused.value.message] == [error.message for error in result.errors]


@pytest.mark.parametrize("name", ["A", "B"])
def test_the_operation_of_that_name_is_compiled(name: str) -> None:
    document = "query A { a } query B { b }"
    result: Any = execute(schema(), parse(document), ROOT, operation_name=name)
    assert compiling(document, name=name).execute(ROOT) == result


@pytest.mark.parametrize(
    ("variables", "count"),
    [
        ({}, 1),
        ({"x": None}, 1),
        ({"x": "three"}, 1),
        ({"x": 2**31, "in": {"m": 1}, "list": [None, "x"]}, 4),
        ({"x": 1, "in": {"n": None}}, 1),
        ({"x": True}, 1),
        ({"x": 1, "unknown": 2}, 0),
        ({"x": 1, "list": 3, "in": {}}, 0),
        ({"x": 1, "list": [1] * 3 + ["x"] * 60}, 51),
    ],
)
async def test_variables_are_coerced_and_refused_as_by_graphql_core(variables: dict[str, Any], count: int) -> None:
    document = "query ($x: Int!, $in: In, $list: [Int!]) { echo(x: $x, in: $in, list: $list) }"
    answer = await Asked(schema()).on_both(document, ROOT, **variables)
    assert len(answer.get("errors", ())) == count


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        ("", "[('required', 1)]"),
        ("(x: null)", "[('required', 1), ('x', None)]"),
        ("(x: $none, required: 2)", "[('required', 2)]"),
        ("(in: {s: $text})", "[('in', {'n': 4, 's': 'a'}), ('required', 1)]"),
        ("(list: 5, in: {})", "[('in', {'n': 4}), ('list', [5]), ('required', 1)]"),
        ("(required: $null)", None),
    ],
)
async def test_arguments_are_coerced_as_by_graphql_core(arguments: str, given: str | None) -> None:
    declared = [f"${name}: {kind}" for name, kind in VARIABLES.items() if f"${name}" in arguments]
    document = f"query {f'({chr(44).join(declared)})' if declared else ''} {{ echo{arguments} }}"
    answer = await Asked(schema()).on_both(document, ROOT, **{"null": None} if "$null" in arguments else {})
    assert answer["data"] == {"echo": given}


VARIABLES = {"none": "Int", "text": 'String = "a"', "null": "Int = 7"}


def test_who_gets_arguments_may_change_them() -> None:
    def take(_info: object, **arguments: Any) -> str:
        arguments["list"].append(3)
        return str(arguments["list"])

    operation = compiling("{ echo(list: [1, 2]) other: echo(list: [1, 2]) }")
    for _ in range(2):
        assert operation.execute({"echo": take}).data == {"echo": "[1, 2, 3]", "other": "[1, 2, 3]"}


# -- conditions

CONDITIONS = "query ($x: Boolean!, $y: Boolean! = false) { a @skip(if: $x) b @include(if: $y) child { a @include(if: $x) __typename } }"


async def test_each_outcome_of_the_conditions_has_its_own_plan() -> None:
    operation = compiling(CONDITIONS)
    below = {True: {"a": 3, "__typename": "Query"}, False: {"__typename": "Query"}}
    for _ in range(2):
        for x in (True, False):
            assert operation.execute(ROOT, variables={"x": x}).data == {**({} if x else {"a": 1}), "child": below[x]}
            both = operation.execute(ROOT, variables={"x": x, "y": True}).data
            assert both == {**({} if x else {"a": 1}), "b": 2, "child": below[x]}
    assert len(operation._plans) == 4


@pytest.mark.parametrize(
    "place", ["a @skip(if: $x)", "child { a @skip(if: $x) }", "child { child { a @skip(if: $x) } }"]
)
async def test_a_condition_that_is_null_is_an_error_of_what_it_stands_in(place: str) -> None:
    document = f"query ($x: Boolean = true) {{ b {place} }}"
    answer = await Asked(schema()).on_both(document, {**ROOT, "child": {"a": 1, "child": {"a": 2}}}, x=None)
    assert [error["message"] for error in answer["errors"]] == [
        "Argument 'if' has invalid value: Expected variable '$x' provided to non-null type 'Boolean!' not to be None."
    ]


async def test_many_outcomes_do_not_grow_without_end() -> None:
    names = [f"v{number}" for number in range(8)]
    document = f"query ({' '.join(f'${name}: Boolean!' for name in names)}) {{ __typename {' '.join(f'{name}: a @skip(if: ${name})' for name in names)} }}"
    operation = compiling(document)
    most = 0
    for outcome in range(2**8):
        variables = {name: bool(outcome >> place & 1) for place, name in enumerate(names)}
        shown = {name: 1 for name in names if not variables[name]}
        assert operation.execute(ROOT, variables=variables).data == {"__typename": "Query", **shown}
        most = max(most, len(operation._plans))
    assert most == 64


async def test_an_outcome_that_cannot_be_planned_is_not_remembered() -> None:
    operation = compiling("query ($x: Boolean = true) { a @skip(if: $x) b }")
    for _ in range(2):
        assert operation.execute(ROOT, variables={"x": None}).data is None
        assert operation.execute(ROOT).data == {"b": 2}
    assert len(operation._plans) == 1


# -- many executions of one operation


async def test_executions_at_the_same_time_do_not_see_each_other() -> None:
    async def echo(_info: object, **arguments: Any) -> str:
        for _ in range(arguments["x"] % 4):
            await asyncio.sleep(0)
        return str(arguments["x"])

    operation = compiling("query ($x: Int!) { echo(x: $x) child { echo(x: $x) } a }")
    running = [
        operation.execute({"echo": echo, "a": number, "child": {"echo": echo}}, variables={"x": number})
        for number in range(20)
    ]
    for number, result in enumerate(await asyncio.gather(*running)):
        assert result.data == {"echo": str(number), "child": {"echo": str(number)}, "a": number}


def test_threads_may_share_an_operation() -> None:
    operation = compiling("query ($x: Boolean!) { a b @skip(if: $x) child { a } }")

    def run(number: int) -> Any:
        root = {"a": number, "b": -number, "child": {"a": number + 1}}
        return operation.execute(root, variables={"x": bool(number % 2)}).data

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(run, range(400)))
    for number, data in enumerate(found):
        shown = {} if number % 2 else {"b": -number}
        assert data == {"a": number, **shown, "child": {"a": number + 1}}
