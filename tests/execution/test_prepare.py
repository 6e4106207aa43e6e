"""What is prepared ahead is what the execution would have made, and all of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from graphql import ExecutionResult, build_schema, execute, parse

from execution import CompiledExecutor, CompiledOperation
from execution.generating import generated
from execution.plans import SelectionPlan

SCHEMA = build_schema("""
interface Animal { name: String! friends: [Animal!]! }
type Cat implements Animal { name: String! friends: [Animal!]! claws: Int! home: Home! }
type Dog implements Animal { name: String! friends: [Animal!]! home: Home! }
type Home { street: String! number(plus: Int = 0): Int }
type Query { animals: [Animal!]! cat: Cat! }
""")
DOCUMENT = """
query ($home: Boolean = true, $undecided: Boolean = true) {
  cat { name home { street @skip(if: $undecided) } }
  animals {
    __typename name
    ... on Cat { claws home @include(if: $home) { street number(plus: 1) } }
    ... on Dog { home @include(if: $home) { street } }
    friends { name friends { __typename ... on Dog { home { street } } } }
  }
}
"""
HOME = {"street": "德胜街", "number": 3}
DOG = {"__typename": "Dog", "name": "旺财", "friends": [], "home": HOME}
CAT = {"__typename": "Cat", "name": "咪咪", "friends": [DOG, DOG], "claws": 20, "home": HOME}
DATA = {"animals": [CAT, {**DOG, "friends": [CAT]}] * 300, "cat": CAT}
EVERY_OUTCOME: list[dict[str, Any]] = [{}, {"home": False}, {"undecided": None}, {"home": None}, {"home": "no boolean"}]


def compiled(document: str = DOCUMENT) -> CompiledOperation:
    return CompiledExecutor(SCHEMA).compile(parse(document))


def answer(operation: CompiledOperation, variables: dict[str, Any]) -> Any:
    return operation.execute(DATA, None, variables)


@contextmanager
def made() -> Iterator[list[str]]:
    """What comes into being meanwhile: plans by their types, functions by their columns."""
    things: list[str] = []
    init = SelectionPlan.__init__

    def noted_plan(plan: SelectionPlan, *arguments: Any) -> None:
        init(plan, *arguments)
        things.append(f"plan of {plan.parent_type}")

    def noted_function(columns: Any, fields: Any = ()) -> Any:
        things.append(f"function of {' '.join(column.name for column in columns)}")
        return generated(columns, fields)

    with patch.object(SelectionPlan, "__init__", noted_plan), patch("execution.records.generated", noted_function):
        yield things


@pytest.mark.parametrize("variables", EVERY_OUTCOME)
def test_what_was_prepared_answers_as_graphql_core_does(variables: dict[str, Any]) -> None:
    expected = execute(SCHEMA, parse(DOCUMENT), DATA, variable_values=variables)
    assert isinstance(expected, ExecutionResult)
    operation = compiled()
    operation.prepare(variables)
    for found in (answer(operation, variables), answer(compiled(), variables)):
        assert found.formatted == expected.formatted


@pytest.mark.parametrize("variables", EVERY_OUTCOME)
def test_nothing_is_left_to_be_made_by_the_execution(variables: dict[str, Any]) -> None:
    operation = compiled()
    operation.prepare(variables)
    with made() as things:
        answer(operation, variables)
    assert things == []


def test_without_preparation_the_execution_makes_all_that_it_meets() -> None:
    with made() as things:
        answer(compiled(), {})
    assert {"plan of Query", "plan of Dog", "plan of Home", "function of __typename name claws home friends"} <= {
        *things
    }


def test_it_is_made_once_however_often_it_is_prepared() -> None:
    operation = compiled()
    operation.prepare()
    with made() as things:
        operation.prepare()
        operation.prepare({"undecided": True})
    assert things == []
