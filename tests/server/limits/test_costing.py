"""What operations cost, by what the schema says of its fields."""

from typing import Any

import pytest
from graphql import (
    FragmentDefinitionNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    OperationDefinitionNode,
    get_introspection_query,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    parse,
    validate,
)
from graphql.type import is_introspection_type

from schema.build import graphql_schema
from server.app import SCHEMA
from server.operations.limits.costing import cost_of, costs_of

SCHEMA_CORE = graphql_schema(SCHEMA)
CHEAP_LISTS = {"UserError"}
"""What is wrong with an input is seldom more than one thing."""


def cost(query: str, **variables: Any) -> int:
    document = parse(query)
    assert validate(SCHEMA_CORE, document) == []
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    return cost_of(SCHEMA_CORE, operation, fragments).of(variables)


@pytest.mark.parametrize(
    ("query", "points"),
    [
        ("{ viewer { role tier } }", 1),
        ("{ viewer { organization { name parent { name } } } }", 3),
        ("{ members { nodes { id name } } }", 1 + 50),
        ("{ members(first: 3) { nodes { id name } } }", 1 + 3),
        ("{ members(last: 4) { nodes { id } } }", 1 + 4),
        ("{ members(first: 0) { nodes { id } } }", 1),
        ("{ members(first: null) { nodes { id } } }", 1 + 50),
        ("{ members(first: 2147483647) { nodes { id } } }", 1 + 10_000),
        ("{ members(first: 3) { edges { cursor node { name } } pageInfo { hasNextPage } } }", 1 + 3),
        ("{ members(first: 3) { totalCount } }", 1 + 10),
        ('{ members(first: 3, where: {name: {fuzzy: "建"}}) { nodes { id } } }', 1 + 10 + 3),
        ("{ members(first: 3, where: null) { nodes { id } } }", 1 + 3),
        (
            "{ members(first: 3) { nodes { branch { name } validationResults { rule { code } } } } }",
            1 + 3 * (1 + 1 + 5 * 2),
        ),
        (
            "{ organizations(first: 10) { nodes { members(first: 20) { nodes { id } totalCount } } } }",
            1 + 10 * (1 + 1 + 20 + 10),
        ),
        ('{ nodes(ids: ["a", "b"]) { id ... on Member { branch { name } } } }', 2 * (1 + 1)),
        ("{ a: viewer { role } b: viewer { role } }", 2),
        ("{ viewer { role } viewer { tier } ...V } fragment V on Query { viewer { role } }", 1),
        ("{ viewer @skip(if: true) { role } }", 1),
        ("{ __schema { types { name fields { name } } } __typename }", 0),
        (get_introspection_query(), 0),
        ("{ memberStatistics(dimension: GENDER) { total buckets { count } } }", 200 + 10),
    ],
)
def test_an_operation_costs_what_its_fields_do(query: str, points: int) -> None:
    assert cost(query) == points


def test_a_size_comes_from_a_variable_or_its_default() -> None:
    query = "query ($n: Int = 7) { members(first: $n) { nodes { branch { name } } } }"
    assert [cost(query), cost(query, n=2), cost(query, n=None), cost(query, n="x"), cost(query, n=-1)] == [
        15,
        5,
        101,
        101,
        1,
    ]


def test_sizes_multiply_through_every_level() -> None:
    query = "query ($n: Int, $m: Int) { organizations(first: $n) { nodes { members(first: $m) { nodes { branch { id } } } } } }"
    assert cost(query, n=10, m=100) == 1 + 10 * (1 + 1 + 100 * 2)


def test_conditions_cost_when_there_are_any() -> None:
    query = "query ($where: MemberFilter) { members(first: 1, where: $where) { nodes { id } } }"
    assert [cost(query), cost(query, where=None), cost(query, where={})] == [2, 2, 12]


def test_a_change_costs_as_often_as_it_is_made() -> None:
    query = "mutation ($input: UpdateMembersInput!) { updateMembers(input: $input) { changedCount } }"
    member = {"memberId": "x", "version": 1}
    assert [cost(query, input={"members": [member] * many}) for many in (1, 3)] == [11, 33]


def test_ids_are_counted_within_variables() -> None:
    query = "query ($ids: [ID!]!, $id: ID!) { all: nodes(ids: $ids) { id } some: nodes(ids: [$id, $id]) { id } }"
    assert cost(query, ids=["a", "b", "c"], id="d") == 3 + 2


def test_every_list_of_objects_says_how_many_it_is_taken_to_have() -> None:
    undeclared = [
        f"{kind.name}.{name}"
        for kind in SCHEMA_CORE.type_map.values()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not is_introspection_type(kind)
        for name, field in kind.fields.items()
        if is_list_type(get_nullable_type(field.type)) and is_composite_type(get_named_type(field.type))
        if get_named_type(field.type).name not in CHEAP_LISTS and costs_of(field).size is None
    ]
    assert undeclared == []


def test_every_size_that_an_argument_tells_is_told_by_an_argument() -> None:
    told = {
        f"{kind.name}.{name}": costs_of(field).size
        for kind in SCHEMA_CORE.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items()
        if isinstance(costs_of(field).size, str) and costs_of(field).size != "page"
    }
    assert told == {"Query.nodes": "ids", "Mutation.updateMembers": "input.members"}
