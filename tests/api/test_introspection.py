"""内省: who may ask for the schema, and who is told what else there is in it."""

from typing import Any

import pytest
from graphql import get_introspection_query

from auth.actor import Role
from domain.records import OrganizationRecord
from server.operations.limits.bounds import Limits
from tests.asking import Api
from tests.serving import served
from tests.sockets import socket

ASKING = [
    "{ __schema { queryType { name } } }",
    '{ viewer { role } __type(name: "Member") { name } }',
    "{ ... { ...A } } fragment A on Query { ...B } fragment B on Query { __schema { queryType { name } } }",
    get_introspection_query(),
]
TWICE = "{ __schema { types { fields { type { interfaces { name } } } } } }"
THRICE = "{ __schema { types { fields { type { interfaces { fields { name } } } } } } }"


def allowing(api: Api, *roles: Role) -> Api:
    return Api(api.database, api.matrix, api.clock, api.key, limits=Limits(introspectors=frozenset(roles)))


@pytest.fixture
def silent(api: Api) -> Api:
    """Administrators alone may ask it."""
    return allowing(api, Role.ADMINISTRATOR)


@pytest.mark.parametrize("query", ASKING)
async def test_who_is_signed_in_may_ask_for_the_schema_by_default(
    api: Api, county: OrganizationRecord, query: str
) -> None:
    for role in (Role.ADMINISTRATOR, Role.SECURITY_OFFICER, Role.AUDITOR):
        assert await api.as_(county, role).ask(query)


@pytest.mark.parametrize("query", ASKING)
async def test_the_roles_that_may_ask_for_it_can_be_set(silent: Api, county: OrganizationRecord, query: str) -> None:
    assert await silent.as_(county).ask(query)
    response = await silent.as_(county, Role.AUDITOR).post(query)
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "INTROSPECTION_NOT_ALLOWED"}
    assert "data" not in response.json()


async def test_typename_is_no_introspection(silent: Api, county: OrganizationRecord) -> None:
    answer = await silent.as_(county, Role.AUDITOR).ask("{ __typename viewer { __typename } }")
    assert answer == {"__typename": "Query", "viewer": {"__typename": "Viewer"}}


@pytest.mark.parametrize("query", [*ASKING, "{ viewer { rol } }"])
async def test_strangers_are_told_nothing(api: Api, query: str) -> None:
    for headers in ({}, {"Authorization": "Bearer nobody"}):
        for way in ("POST", "GET"):
            body: dict[str, Any] = {"json": {"query": query}} if way == "POST" else {"params": {"query": query}}
            response = await api.http.request(way, "/graphql", headers=headers, **body)
            assert response.status_code == 401
            assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
            assert "role" not in response.text
            assert "mean" not in response.text


async def test_the_schema_is_followed_so_far_and_no_further(api: Api, county: OrganizationRecord) -> None:
    await api.as_(county).ask(TWICE)
    error = await api.as_(county).refused(THRICE)
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert "2 times" in error["message"]


WRONG: list[tuple[str, dict[str, Any], str]] = [
    # query, variables, what is suggested
    ("{ viewer { rol } }", {}, "role"),
    ("{ membrs { nodes { id } } }", {}, "members"),
    ("{ members(frst: 1) { nodes { id } } }", {}, "first"),
    ('{ node(id: "x") { ... on Membr { id } } }', {}, "Member"),
    ('{ members(where: {nme: {exact: "x"}}) { nodes { id } } }', {}, "name"),
    ("{ members(where: {gender: {exact: MAL}}) { nodes { id } } }", {}, "MALE"),
    ("query ($w: MemberFilter) { members(where: $w) { nodes { id } } }", {"w": {"nme": {"exact": "x"}}}, "name"),
    ("query ($w: MemberFilter) { members(where: $w) { nodes { id } } }", {"w": {"gender": {"exact": "MAL"}}}, "MALE"),
]


@pytest.mark.parametrize(("query", "variables", "suggested"), WRONG)
async def test_who_may_ask_for_the_schema_is_told_what_may_have_been_meant(
    api: Api, silent: Api, county: OrganizationRecord, query: str, variables: dict[str, Any], suggested: str
) -> None:
    told = await silent.as_(county).refused(query, variables)
    untold = await allowing(api, Role.AUDITOR).as_(county).refused(query, variables)
    hint = told["message"].partition(" Did you mean ")[2]
    assert f"'{suggested}'" in hint
    assert "Did you mean" not in untold["message"]
    assert untold["message"].startswith(told["message"].partition(" Did you mean ")[0])
    assert untold["extensions"] == told["extensions"]


@pytest.mark.parametrize(
    ("query", "named", "shown_to", "hidden_from"),
    [
        ("{ acounts { nodes { id } } }", "accounts", Role.SECURITY_OFFICER, Role.ADMINISTRATOR),
        ('{ member(id: "x") { identityNumbr } }', "identityNumber", Role.ADMINISTRATOR, Role.SECURITY_OFFICER),
        (
            '{ members(where: {identityNumbr: {exact: "x"}}) { nodes { id } } }',
            "identityNumber",
            Role.ADMINISTRATOR,
            Role.SECURITY_OFFICER,
        ),
        ("{ members(orderBy: [{field: BIRTH_DAT}]) { nodes { id } } }", "BIRTH_DATE", Role.ADMINISTRATOR, Role.AUDITOR),
    ],
)
async def test_what_is_hidden_is_not_suggested(
    api: Api, county: OrganizationRecord, query: str, named: str, shown_to: Role, hidden_from: Role
) -> None:
    assert named in (await api.as_(county, shown_to).refused(query))["message"]
    assert named not in (await api.as_(county, hidden_from).refused(query))["message"]


async def test_it_is_the_same_on_a_socket(silent: Api, province_url: str, county: OrganizationRecord) -> None:
    async with (
        served(silent, province_url) as place,
        socket(place, silent.as_(county, Role.AUDITOR).token) as following,
    ):
        for number, (query, code) in enumerate(
            [(ASKING[0], "INTROSPECTION_NOT_ALLOWED"), ("{ viewer { rol } }", "GRAPHQL_VALIDATION_FAILED")]
        ):
            await following.subscribe(query, str(number))
            message = await following.receive()
            assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", code)
            assert "Did you mean" not in message["payload"][0]["message"]
