"""What is not selected is not read; and what is selected is there, however it is asked for."""

import re
from typing import Any

import pytest

from domain.records import OrganizationRecord
from schema.build import build_schema
from schema.traits import record_name, traits_of
from storage.engine import Database
from tests.api.random_queries import NEVER_TWICE_THE_SAME
from tests.api.test_statement_counts import counted
from tests.asking import Api, Caller

SCALARS = "id name"
BELOW = {
    "branch": "{ name kind }",
    "parent": "{ name parent { kind } }",
    "account": "{ phone state }",
    "validationResults": "{ foundAt rule { code } }",
    "attachments": "{ name size }",
    "ancestors": "{ name }",
    "children": "(first: 2) { nodes { name } }",
    "members": "(first: 2) { nodes { name } }",
}


def fields_of(type_name: str) -> list[str]:
    """As they are asked for, with what is below them."""
    definition: Any = build_schema().schema_converter.type_map[type_name].definition
    names = [field.graphql_name or camel(field.python_name) for field in definition.fields]
    return [f"{name}{BELOW.get(name, '')}" for name in names if f"{type_name}.{name}" not in NEVER_TWICE_THE_SAME]


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def columns_read(statement: str, table: str) -> set[str]:
    selected = statement.partition("FROM")[0]
    return set(re.findall(rf"\b{table}\.(\w+)", selected))


async def members_statement(database: Database, caller: Caller, query: str) -> set[str]:
    with counted(database) as statements:
        await caller.ask(query)
    [statement] = [each for each in statements if "FROM members" in each]
    return columns_read(statement, "members")


@pytest.fixture
def caller(either_api: Api, province_committee: OrganizationRecord) -> Caller:
    return either_api.as_(province_committee)


@pytest.mark.parametrize(
    ("selection", "columns"),
    [
        ("nodes { name }", {"name"}),
        ("nodes { id }", set()),
        ("edges { node { gender } }", {"gender"}),
        ("nodes { name } edges { node { gender } }", {"name", "gender"}),
        ("nodes { age }", {"birth_date"}),
        ("nodes { branch { name } }", set()),
        ("nodes { attachments { name } }", set()),
        ("nodes { ...F }", {"phone", "education"}),
        ("nodes { ... on Member { a: phone } ... on Node { id } __typename }", {"phone"}),
        ("nodes { name @skip(if: true) status @include(if: false) floating }", {"name", "status", "floating"}),
        ("pageInfo { endCursor }", set()),
        ("pageInfo { hasNextPage } totalCount", set()),
    ],
)
async def test_a_page_reads_the_columns_that_are_selected(
    selection: str, columns: set[str], caller: Caller, province: Database
) -> None:
    """Beside them those of the order, which the cursors hold."""
    fragment = " fragment F on Member { phone ...G } fragment G on Node { id ... on Member { education } }"
    query = f"{{ members(first: 2) {{ {selection} }} }}{fragment if '...F' in selection else ''}"
    with counted(province) as statements:
        await caller.ask(query)
    pages = [each for each in statements if "FROM members" in each and "count(" not in each and "JOIN" not in each]
    assert [columns_read(each, "members") for each in pages] == [columns | {"id", "org_path"}]


async def test_an_order_reads_its_column_for_the_cursors(caller: Caller, province: Database) -> None:
    query = "{ members(first: 2, orderBy: [{field: JOINED_ON}]) { edges { cursor } } }"
    assert await members_statement(province, caller, query) == {"id", "joined_on"}


async def test_a_filtered_page_reads_the_columns_that_are_selected(caller: Caller, province: Database) -> None:
    query = '{ members(first: 2, where: {name: {fuzzy: "王"}}) { nodes { gender } } }'
    with counted(province) as statements:
        await caller.ask(query)
    assert all("phone" not in statement and "home_address" not in statement for statement in statements)


async def test_a_total_alone_reads_no_page(caller: Caller, province: Database) -> None:
    await caller.ask("{ __typename }")
    with counted(province) as statements:
        await caller.ask("{ members { totalCount } organizations { totalCount __typename } }")
    assert ["count(" in statement for statement in statements] == [True, True]


@pytest.mark.parametrize("argument", ['after: "rubbish"', "first: -1", "first: 1, last: 1"])
async def test_a_total_alone_refuses_a_wrong_page_all_the_same(caller: Caller, argument: str) -> None:
    error = await caller.refused(f"{{ members({argument}) {{ totalCount }} }}")
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("depth", [1, 2, 4])
async def test_all_organisations_above_are_one_statement(depth: int, caller: Caller, province: Database) -> None:
    upwards = "name " + "parent { name " * depth + "}" * depth
    await caller.ask("{ __typename }")
    with counted(province) as statements:
        await caller.ask(f"{{ members(first: 50) {{ nodes {{ branch {{ {upwards} }} }} }} }}")
    assert len(statements) == 2


@pytest.mark.parametrize("field", fields_of("Member"))
async def test_each_field_of_a_member_alone_is_as_among_all(
    field: str, either_api: Api, province_committee: OrganizationRecord
) -> None:
    caller = either_api.as_(province_committee)
    query = "{ members(first: 7, orderBy: [{field: IDENTITY_NUMBER}]) { nodes { %s } } }"
    every = await caller.ask(query % " ".join(fields_of("Member")))
    alone = await caller.ask(query % field)
    assert alone["members"]["nodes"] == [only(field, node) for node in every["members"]["nodes"]]


@pytest.mark.parametrize("field", fields_of("Organization"))
@pytest.mark.parametrize("way", ["organizations(first: 7) { nodes { %s } }", "viewer { organization { %s } }"])
async def test_each_field_of_an_organisation_alone_is_as_among_all(
    field: str, way: str, either_api: Api, county: OrganizationRecord
) -> None:
    caller = either_api.as_(county)
    every = records_in(await caller.ask("{ %s }" % (way % " ".join(fields_of("Organization")))))
    alone = records_in(await caller.ask("{ %s }" % (way % field)))
    assert alone == [only(field, record) for record in every]


async def test_a_record_is_the_same_by_every_way(either_api: Api, province_committee: OrganizationRecord) -> None:
    caller = either_api.as_(province_committee)
    selection = "id name age branch { id name parent { id name } }"
    page = await caller.ask("{ members(first: 3) { edges { node { %s } } nodes { %s } } }" % (selection, selection))
    [edge, *_], [node, *_] = page["members"]["edges"], page["members"]["nodes"]
    found = await caller.ask(
        "query ($id: ID!, $ids: [ID!]!) { member(id: $id) { %s } node(id: $id) { ... on Member { %s } }"
        " nodes(ids: $ids) { ...F } } fragment F on Member { %s }" % (selection, selection, selection),
        {"id": node["id"], "ids": [node["id"]]},
    )
    assert [edge["node"], found["member"], found["node"], *found["nodes"]] == [node] * 4


def only(field: str, record: dict[str, Any]) -> dict[str, Any]:
    name = re.match(r"\w+", field)
    assert name is not None
    return {name[0]: record[name[0]]}


def records_in(data: dict[str, Any]) -> list[dict[str, Any]]:
    if "viewer" in data:
        return [data["viewer"]["organization"]]
    nodes: list[dict[str, Any]] = data["organizations"]["nodes"]
    return nodes


def test_every_field_with_a_resolver_says_what_it_reads() -> None:
    converter = build_schema().schema_converter
    silent = [
        f"{name}.{record_name(field)}"
        for name in ("Member", "Organization")
        for field in converter.type_map[name].definition.fields  # type: ignore[union-attr] # of object types
        if (traits := traits_of(field)) is not None and field.base_resolver is not None and traits.reads is None
    ]
    assert silent == []
