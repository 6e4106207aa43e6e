"""docs/reference shows the whole schema, and its links lead somewhere."""

import re

from graphql import GraphQLInputObjectType, GraphQLObjectType

from schema.build import build_schema, graphql_schema
from server.schema_reference import SCHEMA_PAGES

SCHEMA = graphql_schema(build_schema())
PAGES = {name: page() for name, page in SCHEMA_PAGES.items()}
ROOTS = {"Query": "queries.md", "Mutation": "mutations.md", "Subscription": "subscriptions.md"}


def test_every_type_and_operation_has_a_place() -> None:
    headings = {heading for page in PAGES.values() for heading in re.findall(r"^## (\w+)$", page, re.MULTILINE)}
    types = {name for name in SCHEMA.type_map if not name.startswith("__") and name not in ROOTS}
    operations = {name for root in ROOTS for name in SCHEMA.type_map[root].fields}  # type: ignore[attr-defined] # objects
    assert headings == types | operations


def test_every_link_leads_to_a_heading() -> None:
    headings = {
        f"{name}#{heading.lower()}"
        for name, page in PAGES.items()
        for heading in re.findall(r"^## (\w+)$", page, re.MULTILINE)
    }
    links = {link for page in PAGES.values() for link in re.findall(r"\]\(([a-z]+\.md#\w+)\)", page)}
    assert len(links) > 200
    assert links - headings == set()


def test_fields_stand_with_type_class_and_description() -> None:
    assert "| `phone` | [`String`](scalars.md#string) | PERSONAL | 联系电话。" in PAGES["types.md"]


def test_arguments_stand_with_their_defaults() -> None:
    assert "`format`" not in PAGES["queries.md"]
    row = next(line for line in PAGES["inputs.md"].splitlines() if line.startswith("| `direction` |"))
    assert row.split(" | ")[2] == "`ASC`"


def test_every_field_of_objects_and_inputs_is_there() -> None:
    for a_type in SCHEMA.type_map.values():
        if a_type.name.startswith("__") or a_type.name in ROOTS:
            continue
        if isinstance(a_type, GraphQLObjectType | GraphQLInputObjectType):
            page = PAGES["types.md" if isinstance(a_type, GraphQLObjectType) else "inputs.md"]
            part = page.partition(f"\n## {a_type.name}\n")[2].partition("\n## ")[0]
            assert re.findall(r"^\| `(\w+)`", part, re.MULTILINE) == list(a_type.fields)
