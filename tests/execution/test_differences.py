"""Random documents give on the compiled executor what they give on graphql-core."""

import json
import os
from typing import Any
from unittest.mock import patch

import pytest
from graphql import ExecutionResult, GraphQLSchema, execute, parse, validate
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from execution import CompiledExecutor, FindShortcut, declared_shortcuts, records
from tests.comparing import errors_in_order, explained
from tests.execution.random_documents import documents
from tests.execution.torture import Animal, read_directly, torture_schema

EXAMPLES = int(os.environ.get("DENGTA_TEST_EXAMPLES", "100")) * 10
SCHEMA, AT_ONCE = torture_schema(), torture_schema(waits=False)
VARIABLES = st.fixed_dictionaries(
    {},
    optional={
        "number": st.integers(-3, 9),
        "text": st.one_of(st.none(), st.text(max_size=3)),
        "color": st.sampled_from(["RED", "GREEN"]),
        "yes": st.booleans(),
        "no": st.one_of(st.booleans(), st.none()),
    },
)
_SLOW = [HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.differing_executors]
many = settings(max_examples=EXAMPLES, suppress_health_check=_SLOW)
some = settings(max_examples=EXAMPLES // 2, suppress_health_check=_SLOW)


async def on_core(document: str, variables: dict[str, Any], schema: GraphQLSchema = SCHEMA) -> ExecutionResult:
    result = execute(schema, parse(document), Animal("Root", 5), variable_values=variables)
    return await result if not isinstance(result, ExecutionResult) else result


async def compiled(
    document: str,
    variables: dict[str, Any],
    schema: GraphQLSchema = SCHEMA,
    find_shortcut: FindShortcut = declared_shortcuts,
) -> ExecutionResult:
    operation = CompiledExecutor(schema, find_shortcut).compile(parse(document))
    result = None
    for _ in range(2):  # a plan must not be spoilt by its first use
        running = operation.execute(Animal("Root", 5), variables=variables)
        again = running if isinstance(running, ExecutionResult) else await running
        assert result is None or same(again, result)
        result = again
    assert result is not None
    return result


def same(one: ExecutionResult, other: ExecutionResult) -> bool:
    return json.dumps(one.data) == json.dumps(other.data) and errors_in_order(one.errors) == errors_in_order(
        other.errors
    )


@many
@given(document=documents(AT_ONCE, waits=False), variables=VARIABLES)
async def test_what_need_not_be_awaited_is_equal_in_errors_and_their_order(
    document: str, variables: dict[str, Any]
) -> None:
    assume(not validate(AT_ONCE, parse(document)))
    expected = await on_core(document, variables, AT_ONCE)
    found = await compiled(document, variables, AT_ONCE)
    assert json.dumps(found.data) == json.dumps(expected.data)
    assert errors_in_order(found.errors) == errors_in_order(expected.errors)


@pytest.mark.parametrize("worth_generating", [0, 3, 10**9])
@some
@given(document=documents(AT_ONCE, waits=False), variables=VARIABLES)
async def test_what_is_read_without_its_resolver_is_equal(
    worth_generating: int, document: str, variables: dict[str, Any]
) -> None:
    assume(not validate(AT_ONCE, parse(document)))
    expected = await on_core(document, variables, AT_ONCE)
    with patch.object(records, "_WORTH_GENERATING", worth_generating):
        found = await compiled(document, variables, AT_ONCE, read_directly)
    assert json.dumps(found.data) == json.dumps(expected.data)
    assert errors_in_order(found.errors) == errors_in_order(expected.errors)


@many
@given(document=documents(SCHEMA), variables=VARIABLES)
async def test_what_has_to_be_awaited_is_equal(document: str, variables: dict[str, Any]) -> None:
    assume(not validate(SCHEMA, parse(document)))
    expected = await on_core(document, variables)
    found = await compiled(document, variables)
    assert json.dumps(found.data) == json.dumps(expected.data)
    assert explained(found.data, found.errors) == explained(expected.data, expected.errors)
    assert len({tuple(error.path or ()) for error in found.errors or ()}) == len(found.errors or ())


@some
@given(document=documents(SCHEMA, "Mutation"), variables=VARIABLES)
async def test_a_mutation_is_equal(document: str, variables: dict[str, Any]) -> None:
    assume(not validate(SCHEMA, parse(document)))
    expected = await on_core(document, variables)
    found = await compiled(document, variables)
    assert json.dumps(found.data) == json.dumps(expected.data)
    assert explained(found.data, found.errors) == explained(expected.data, expected.errors)


@pytest.mark.parametrize("waits", [True, False])
def test_documents_are_seldom_refused_by_validation(waits: bool) -> None:
    """Else the tests above would test little."""
    valid, refused = 0, 0

    @settings(max_examples=100, database=None, suppress_health_check=list(HealthCheck))
    @given(document=documents(SCHEMA, waits=waits))
    def count(document: str) -> None:
        nonlocal valid, refused
        if validate(SCHEMA, parse(document)):
            refused += 1
        else:
            valid += 1

    count()
    assert valid > refused
