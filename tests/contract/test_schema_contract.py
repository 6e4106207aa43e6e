import re
from collections.abc import Iterator
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    is_introspection_type,
    is_specified_scalar_type,
)
from strawberry.types.base import StrawberryObjectDefinition

from schema.build import build_schema, governed_fields, graphql_schema
from schema.traits import is_open, record_name, traits_of
from server.reference import PAGES

ROOT = Path(__file__).parents[2]
SCHEMA = build_schema()
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def described_elements() -> Iterator[tuple[str, str | None]]:
    """Every type, field, argument, input field and enum value of ours, with its description."""
    for name, graphql_type in graphql_schema(SCHEMA).type_map.items():
        if is_introspection_type(graphql_type) or is_specified_scalar_type(graphql_type):
            continue
        yield name, graphql_type.description
        yield from described_parts(name, graphql_type)


def described_parts(name: str, graphql_type: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    if isinstance(graphql_type, GraphQLEnumType):
        yield from ((f"{name}.{key}", value.description) for key, value in graphql_type.values.items())
    if isinstance(graphql_type, GraphQLInputObjectType):
        yield from ((f"{name}.{key}", field.description) for key, field in graphql_type.fields.items())
    if isinstance(graphql_type, GraphQLObjectType | GraphQLInterfaceType):
        for key, field in graphql_type.fields.items():
            yield f"{name}.{key}", field.description
            yield from ((f"{name}.{key}({arg})", argument.description) for arg, argument in field.args.items())


def test_the_schema_file_is_the_schema() -> None:
    assert (ROOT / "schema.graphql").read_text(encoding="utf-8") == SCHEMA.as_str() + "\n"


def test_every_element_is_described_with_its_chinese_term() -> None:
    elements = dict(described_elements())
    assert len(elements) > 300
    assert [name for name, description in elements.items() if not CHINESE.search(description or "")] == []


def test_every_output_field_is_governed_by_the_matrix_or_said_to_be_open() -> None:
    undecided = [
        f"{definition.name}.{record_name(field)}"
        for concrete in SCHEMA.schema_converter.type_map.values()
        if isinstance(definition := concrete.definition, StrawberryObjectDefinition) and not definition.is_input
        for field in definition.fields
        if traits_of(field) is None and not is_open(field)
    ]
    assert undecided == []


def test_every_field_of_a_record_is_governed() -> None:
    governed = set(governed_fields(SCHEMA))
    records = ("Member", "Organization", "Attachment")
    fields = {
        f"{definition.name}.{record_name(field)}"
        for concrete in SCHEMA.schema_converter.type_map.values()
        if isinstance(definition := concrete.definition, StrawberryObjectDefinition) and definition.name in records
        for field in definition.fields
    }
    assert fields
    assert fields <= governed


def test_the_reference_pages_are_what_the_code_gives() -> None:
    stale = [name for name, page in PAGES.items() if (ROOT / "docs/reference" / name).read_text("utf-8") != page()]
    assert stale == []
