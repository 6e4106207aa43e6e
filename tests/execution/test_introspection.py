"""Introspection is resolved by graphql-core's own resolvers on either executor."""

from graphql import get_introspection_query

from execution import strawberry_shortcuts
from schema.build import build_schema, graphql_schema
from tests.execution.both import Asked
from tests.execution.torture import torture_schema

QUERY = get_introspection_query(input_value_deprecation=True, directive_is_repeatable=True, specified_by_url=True)


async def test_the_torture_schema_is_described_alike() -> None:
    answer = await Asked(torture_schema()).on_both(QUERY)
    assert [kind["name"] for kind in answer["data"]["__schema"]["types"] if kind["kind"] == "UNION"] == ["Pet"]


async def test_the_register_is_described_alike() -> None:
    answer = await Asked(graphql_schema(build_schema()), strawberry_shortcuts).on_both(QUERY)
    assert "Member" in {kind["name"] for kind in answer["data"]["__schema"]["types"]}


async def test_a_type_that_does_not_exist_is_null() -> None:
    answer = await Asked(torture_schema()).on_both('{ __type(name: "Nowhere") { name } __typename }')
    assert answer == {"data": {"__type": None, "__typename": "Query"}}
