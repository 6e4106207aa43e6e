"""A Strawberry schema gives through the compiled executor what it gives through Strawberry."""

from functools import wraps
from typing import Any

import pytest
import strawberry
from graphql import ExecutionResult, parse
from strawberry.schema.config import StrawberryConfig

from execution import Attribute, Batched, CompiledExecutor, OfContext, OfSource, Shortcut, strawberry_shortcuts
from tests.execution import bookshop

Answer = tuple[Any, list[tuple[str, Any]]]


async def by_strawberry(document: str, schema: strawberry.Schema, context: Any, **variables: Any) -> Answer:
    result = await schema.execute(document, variable_values=variables, context_value=context)
    return result.data, [(error.message, error.path) for error in result.errors or ()]


async def compiled(document: str, schema: strawberry.Schema, context: Any, **variables: Any) -> Answer:
    operation = CompiledExecutor(schema._schema, strawberry_shortcuts).compile(parse(document))
    result = operation.execute(None, context, variables)
    result = result if isinstance(result, ExecutionResult) else await result
    return result.data, [(error.message, error.path) for error in result.errors or ()]


async def both(document: str, *, staff: bool = False, **variables: Any) -> Answer:
    expected = await by_strawberry(document, bookshop.SCHEMA, bookshop.context(staff=staff), **variables)
    assert await compiled(document, bookshop.SCHEMA, bookshop.context(staff=staff), **variables) == expected
    return expected


def shortcut(type_name: str, name: str, schema: strawberry.Schema = bookshop.SCHEMA) -> Shortcut | None:
    parent: Any = schema._schema.type_map[type_name]
    return strawberry_shortcuts(parent, name, parent.fields[name])


# -- answers


async def test_attributes_of_inherited_generic_and_lazy_types() -> None:
    data, errors = await both(
        "{ books { edges { cursor node { name price genre pages tags anotherName translated { name translated { name } } } } nodes { author { id name } } } }"
    )
    assert errors == []
    assert data["books"]["edges"][1]["node"] == {
        "name": "second", "price": 20.5, "genre": "POETRY", "pages": None, "tags": [], "anotherName": 5,
        "translated": {"name": "first", "translated": None},
    }  # fmt: skip
    assert [book["author"]["name"] for book in data["books"]["nodes"]] == ["王", "Li", "王"]


async def test_resolvers_by_self_root_parent_and_info() -> None:
    data, errors = await both("{ books { nodes { label shout title slowly excerpt more: excerpt(words: 2) worth } } }")
    assert errors == []
    assert data["books"]["nodes"][0] == {
        "label": "first: 10.00", "shout": "FIRST", "title": "First", "slowly": "first",
        "excerpt": "excerpt excerpt 1 of 120", "more": "excerpt excerpt 2 of 120", "worth": "10 ¥",
    }  # fmt: skip


async def test_interfaces_and_unions() -> None:
    data, errors = await both(
        "{ products { nodes { __typename name label ... on Map { scale } ... on Book { genre } } }"
        " anything { __typename ... on Product { name } ... on Author { id best { __typename price } } } }"
    )
    assert errors == []
    assert [one["__typename"] for one in data["products"]["nodes"]] == ["Book", "Book", "Map"]
    assert data["anything"][2] == {"__typename": "Author", "id": "1", "best": None}


async def test_extensions_and_field_classes_of_ones_own() -> None:
    data, _ = await both('{ books { nodes { shouted whisper quoted other: whisper(to: "all") } } }')
    assert data["books"]["nodes"][0] == {
        "shouted": "QUIET", "whisper": "FIRST TO ME", "quoted": "“said”", "other": "FIRST TO ALL",
    }  # fmt: skip


@pytest.mark.parametrize("staff", [True, False])
async def test_permissions_hold(staff: bool) -> None:
    data, errors = await both("{ products { nodes { name ... on Book { secret } } } }", staff=staff)
    assert (data is not None, len(errors)) == (staff, 0 if staff else 1)
    refused, reasons = await both('{ books(where: {names: ["first"]}) { nodes { name profit } } }', staff=staff)
    assert reasons == ([] if staff else [("not even slowly", ["books", "nodes", 0, "profit"])])
    assert (refused is not None) is staff


async def test_an_exception_in_a_permission_is_the_fields_error() -> None:
    data, errors = await both('{ books(where: {names: ["first"]}) { nodes { oddSecret } } }', staff=True)
    assert (data, errors) == (None, [("no permissions here", ["books", "nodes", 0, "oddSecret"])])


async def test_an_exception_in_a_resolver_of_the_object_alone_is_the_fields_error() -> None:
    data, errors = await both('{ books(where: {names: ["first", "second"]}) { nodes { thickness } } }')
    assert (data, errors) == (None, [("nobody knows of second", ["books", "nodes", 1, "thickness"])])


@pytest.mark.parametrize(
    ("where", "described"),
    [
        ({}, "None 100.0 ['*'] True"),
        ({"genre": "POETRY", "unset": None}, "Genre.POETRY 100.0 ['*'] False"),
        ({"atMost": 3, "names": "a", "unset": "x"}, "None 3.0 ['a'] False"),
    ],
)
async def test_input_types_have_their_defaults(where: dict[str, Any], described: str) -> None:
    data, errors = await both("query ($where: Filter!) { describe(where: $where) }", where=where)
    assert (data, errors) == ({"describe": described}, [])


async def test_input_that_is_wrong_is_refused() -> None:
    data, errors = await both("query ($where: Filter!) { describe(where: $where) }", where={"genre": "PROSE"})
    assert data is None
    assert len(errors) == 1
    assert "Value 'PROSE' does not exist in 'Genre' enum." in errors[0][0]


async def test_loaders_load_once_for_a_level_and_lists_below_are_awaited() -> None:
    data, errors = await both("{ books { nodes { author { name books { name author { best { label } } } } } } }")
    assert errors == []
    assert [[book["name"] for book in one["author"]["books"]] for one in data["books"]["nodes"]] == [
        ["first", "third"], ["second"], ["first", "third"],
    ]  # fmt: skip


async def test_mutations_run_in_their_order() -> None:
    data, _ = await both('mutation { one: order(name: "a") cancel two: order(name: "b") three: order(name: "c") }')
    assert data == {"one": ["a"], "cancel": "a", "two": ["b"], "three": ["b", "c"]}


async def test_a_batched_field_is_called_once_and_gives_the_same() -> None:
    document = "{ books { nodes { stock translated { stock } } } }"
    asked, asked_by_strawberry = bookshop.context(), bookshop.context()
    found = await compiled(document, bookshop.SCHEMA, asked)
    assert found == await by_strawberry(document, bookshop.SCHEMA, asked_by_strawberry)
    assert asked["asked"] == [["first", "second", "third"], ["first", "first"]]
    assert asked_by_strawberry["asked"] == ["first", "second", "first", "third", "first"]


# -- shortcuts


@pytest.mark.parametrize(
    ("type_name", "name", "attribute"),
    [
        ("Book", "name", "name"),
        ("Book", "price", "price"),
        ("Book", "tags", "tags"),
        ("Book", "translated", "translated"),
        ("Book", "anotherName", "renamed"),
        ("Map", "scale", "scale"),
        ("BookConnection", "edges", "edges"),
        ("ProductEdge", "node", "node"),
    ],
)
def test_a_field_without_a_resolver_is_an_attribute(type_name: str, name: str, attribute: str) -> None:
    assert shortcut(type_name, name) == Attribute(attribute)


@pytest.mark.parametrize(
    ("type_name", "name"),
    [("Book", "label"), ("Map", "label"), ("Book", "shout"), ("Book", "thickness"), ("BookConnection", "nodes")],
)
def test_a_function_of_the_object_alone_is_called_without_info(type_name: str, name: str) -> None:
    assert isinstance(shortcut(type_name, name), OfSource)


def test_what_the_metadata_says_is_taken() -> None:
    assert shortcut("Book", "stock") == Batched()
    found = shortcut("Book", "worth")
    assert isinstance(found, OfContext)
    assert found.function(bookshop.books()[0], {"currency": "$"}) == "10 $"


@pytest.mark.parametrize(
    ("type_name", "name"),
    [
        ("Book", "secret"),  # guarded
        ("Book", "oddSecret"),
        ("Book", "profit"),
        ("Book", "shouted"),  # extended
        ("Book", "whisper"),
        ("Book", "quoted"),  # of a class of its own
        ("Book", "excerpt"),  # asks for more than the object
        ("Book", "author"),
        ("Book", "title"),  # calls it by a name of its own
        ("Book", "slowly"),  # has to be awaited
        ("Author", "books"),
        ("Query", "describe"),
        ("Mutation", "cancel"),
    ],
)
def test_all_else_has_none(type_name: str, name: str) -> None:
    assert shortcut(type_name, name) is None


def test_what_is_wrapped_around_a_resolver_is_not_passed_by() -> None:
    schema = strawberry.Schema(bookshop.Query, types=[bookshop.Map])
    field: Any = schema._schema.type_map["Book"].fields["name"]  # type: ignore[attr-defined]
    field.resolve = wraps(field.resolve)(lambda *_, **__: "wrapped")
    assert shortcut("Book", "name", schema) is None


# -- a default resolver of the schema's own


@strawberry.type
class Row:
    name: str
    next: "Row | None"


@strawberry.type
class Rows:
    @strawberry.field
    def rows(self) -> list[Row]:
        rows: list[Any] = [{"name": "a", "next": {"name": "b", "next": None}}, {"name": "c"}, {"next": None}]
        return rows


def get(source: Any, name: str) -> Any:
    return source.get(name) if name == "next" else source[name]


async def test_a_default_resolver_reads_the_objects() -> None:
    schema = strawberry.Schema(Rows, config=StrawberryConfig(default_resolver=get))
    assert isinstance(shortcut("Row", "name", schema), OfSource)
    for document in ("{ rows { name next { name } } }", "{ rows { next { name next { name } } } }"):
        assert await compiled(document, schema, None) == await by_strawberry(document, schema, None)
    data, errors = await compiled("{ rows { next { name } } }", schema, None)
    assert (data, errors) == ({"rows": [{"next": {"name": "b"}}, {"next": None}, {"next": None}]}, [])
