"""Errors: which, where, in which order."""

import asyncio
from typing import Any

import pytest
from graphql import GraphQLError

from execution import no_shortcuts
from tests.execution.both import Asked, messages, schema_with

SDL = """
type Query { a: Int b: Int must: Int! child: Query mustChild: Query! list: [Query] mustList: [Query!]! table: [[Query!]]! }
"""
SCHEMA = schema_with(SDL)
NO_INT = "Int cannot represent non-integer value: 'x'"
NULL = "Cannot return null for non-nullable field Query.{}."


@pytest.mark.parametrize("find_shortcut", [Asked(SCHEMA).find_shortcut, no_shortcuts])
@pytest.mark.parametrize(
    ("document", "root", "errors"),
    [
        ("{ b list { a child { a } } a }", {"a": "x", "b": "x", "list": [{"a": "x", "child": {"a": "x"}}, {"a": "x"}]}, [
            (NO_INT, ["b"]),
            (NO_INT, ["list", 0, "a"]),
            (NO_INT, ["list", 0, "child", "a"]),
            (NO_INT, ["list", 1, "a"]),
            (NO_INT, ["a"]),
        ]),
        ("{ child { a must b } a }", {"a": "x", "child": {"a": "x", "b": "x"}}, [
            (NO_INT, ["child", "a"]),
            (NULL.format("must"), ["child", "must"]),
            (NO_INT, ["a"]),
        ]),
        ("{ list { a mustChild { must } } }", {"list": [{"a": "x", "mustChild": {}}, {"a": 1, "mustChild": {"must": 1}}, 3]}, [
            (NO_INT, ["list", 0, "a"]),
            (NULL.format("must"), ["list", 0, "mustChild", "must"]),
            (NULL.format("mustChild"), ["list", 2, "mustChild"]),
        ]),
        ("{ child { mustList { must } } b }", {"b": "x", "child": {"mustList": [{"must": 1}, None, {"must": "x"}]}}, [
            (NULL.format("mustList"), ["child", "mustList", 1]),
            (NO_INT, ["b"]),
        ]),
        ("{ table { must } }", {"table": [[{"must": 1}, {}], None, [{"must": 2}]]}, [
            (NULL.format("must"), ["table", 0, 1, "must"]),
        ]),
        ("{ a mustChild { mustChild { must } } b }", {"a": "x", "b": "x", "mustChild": {"mustChild": {}}}, [
            (NO_INT, ["a"]),
            (NULL.format("must"), ["mustChild", "mustChild", "must"]),
        ]),
    ],
)  # fmt: skip
async def test_they_come_in_the_order_of_the_document(
    find_shortcut: Any, document: str, root: Any, errors: list[Any]
) -> None:
    answer = await Asked(SCHEMA, find_shortcut).on_both(document, root)
    assert messages(answer) == errors


async def test_an_error_keeps_its_extensions_and_a_place_of_its_own() -> None:
    constant = GraphQLError("one for all", extensions={"code": "C"})
    elsewhere = GraphQLError("from within", path=["elsewhere", 1])

    def fail(source: Any, _info: object) -> Any:
        raise {"list": constant, 1: constant, 2: elsewhere}[source]

    answer = await Asked(schema_with(SDL, Query_a=fail)).on_both("{ list { a } }", {"list": [1, 1, 2]})
    assert answer["errors"] == [
        {"message": "one for all", "locations": [{"line": 1, "column": 10}], "path": ["list", 0, "a"], "extensions": {"code": "C"}},
        {"message": "one for all", "locations": [{"line": 1, "column": 10}], "path": ["list", 1, "a"], "extensions": {"code": "C"}},
        {"message": "from within", "path": ["elsewhere", 1]},
    ]  # fmt: skip


async def test_of_awaited_errors_that_null_one_field_the_first_in_the_document_is_told() -> None:
    """graphql-core tells whichever came first."""

    def failing(turns: int) -> Any:
        async def fail(_source: object, _info: object) -> int:
            for _ in range(turns):
                await asyncio.sleep(0)
            raise RuntimeError(f"after {turns}")

        return fail

    asked = Asked(schema_with(SDL, Query_mustChild=failing(3), Query_must=failing(1)))
    late = await asked.compiled("{ child { mustChild { a } must } }", {"child": {}})
    assert (late["data"], messages(late)) == ({"child": None}, [("after 3", ["child", "mustChild"])])
    soon = await asked.compiled("{ child { must mustChild { a } } }", {"child": {}})
    assert (soon["data"], messages(soon)) == ({"child": None}, [("after 1", ["child", "must"])])


async def test_a_merged_field_tells_all_its_locations() -> None:
    answer = await Asked(SCHEMA).on_both(
        "{ list { a } ...F } fragment F on Query { list { a } }", {"list": [{"a": "x"}]}
    )
    assert answer["errors"][0]["locations"] == [{"line": 1, "column": 10}, {"line": 1, "column": 50}]


async def test_a_subscription_may_be_executed_as_a_query() -> None:
    schema = schema_with("type Query { a: Int } type Subscription { a: Int b: Int }")
    assert await Asked(schema).on_both("subscription { a }", {"a": 1}) == {"data": {"a": 1}}
