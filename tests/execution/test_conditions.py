"""@skip and @include in places where the compiled executor decides earlier than graphql-core."""

from graphql import ExecutionResult, build_schema, execute, parse

from execution import CompiledExecutor

SCHEMA = build_schema("""
type Query { cat: Cat }
type Cat { home: Home! }
type Home { street: String }
""")
DATA = {"cat": {"home": {"street": "德胜街"}}}


def test_a_condition_that_cannot_be_decided_is_told_of_in_its_place() -> None:
    document = parse("query ($no: Boolean = true) { cat { home { street @skip(if: $no) } } }")
    found = CompiledExecutor(SCHEMA).compile(document).execute(DATA, None, {"no": None})
    expected = execute(SCHEMA, document, DATA, variable_values={"no": None})
    assert isinstance(found, ExecutionResult)
    assert isinstance(expected, ExecutionResult)
    assert found.formatted == expected.formatted
    assert [error.path for error in found.errors or ()] == [["cat", "home"]]
