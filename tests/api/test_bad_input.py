"""Bad input: a clear error each, in the caller's language, never the server's fault, and nothing leaks."""

import re
from typing import Any

import pytest

from domain.records import OrganizationRecord
from schema.identifiers import encoded
from server.operations.documents import Documents
from tests.asking import GRAPHQL_JSON, Api

COUNT = "query ($w: MemberFilter) { members(where: $w) { totalCount } }"
PAGE = "query ($first: Int, $after: String, $last: Int, $before: String) { members(first: $first, after: $after, last: $last, before: $before) { totalCount } }"
INTERNALS = re.compile(r"Traceback|psycopg|sqlalchemy|\.py|SELECT|File \"", re.IGNORECASE)

BAD: list[tuple[str, str, dict[str, Any], str, str]] = [
    # what, query, variables, code, a piece of the message
    ("an id of nothing", '{ member(id: "hello") { id } }', {}, "BAD_USER_INPUT", "no id"),
    ("an empty id", '{ member(id: "") { id } }', {}, "BAD_USER_INPUT", "no id"),
    ("an id with NUL", "query ($i: ID!) { node(id: $i) { id } }", {"i": "\0"}, "BAD_USER_INPUT", "no id"),
    (
        "an id beyond numbers",
        "query ($i: ID!) { node(id: $i) { id } }",
        {"i": encoded("Member", 2**63)},
        "BAD_USER_INPUT",
        "no id",
    ),
    ("an id of Chinese", '{ node(id: "党员") { id } }', {}, "BAD_USER_INPUT", "no id"),
    (
        "an id of another type",
        "query ($i: ID!) { member(id: $i) { id } }",
        {"i": encoded("Organization", 1)},
        "BAD_USER_INPUT",
        "not of a Organization",
    ),
    ("too many ids", "query ($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["x"] * 1001}, "BAD_USER_INPUT", "1001"),
    ("a page below zero", PAGE, {"first": -1}, "BAD_USER_INPUT", "first is -1"),
    ("a page too large", PAGE, {"last": 10001}, "BAD_USER_INPUT", "10000"),
    ("both directions", PAGE, {"first": 1, "last": 1}, "BAD_USER_INPUT", "not both"),
    ("a cursor of nothing", PAGE, {"after": "hello"}, "BAD_USER_INPUT", "no cursor"),
    ("a cursor with NUL", PAGE, {"before": "\0"}, "BAD_USER_INPUT", "no cursor"),
    ("an empty cursor", PAGE, {"after": ""}, "BAD_USER_INPUT", "no cursor"),
    ("a cursor that is a number", PAGE, {"after": "Nw"}, "BAD_USER_INPUT", "no cursor"),
    ("a cursor of wrong values", PAGE, {"after": "WyJvcmdfcGF0aCxpZCIsMSwyXQ"}, "BAD_USER_INPUT", "no cursor"),
    (
        "a cursor of huge values",
        PAGE,
        {"after": "WyJvcmdfcGF0aCxpZCIsIjEvIiw5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OV0"},
        "BAD_USER_INPUT",
        "no cursor",
    ),
    ("a day that does not exist", COUNT, {"w": {"birthDate": {"exact": "2023-02-29"}}}, "BAD_USER_INPUT", "YYYY-MM-DD"),
    ("a date of another form", COUNT, {"w": {"birthDate": {"exact": "20230228"}}}, "BAD_USER_INPUT", "YYYY-MM-DD"),
    ("a date that is a number", COUNT, {"w": {"joinedOn": {"exact": 19900101}}}, "BAD_USER_INPUT", "YYYY-MM-DD"),
    (
        "a range that runs backwards",
        COUNT,
        {"w": {"birthDate": {"range": {"from": "2020-01-02", "to": "2020-01-01"}}}},
        "BAD_USER_INPUT",
        "starts after its end",
    ),
    ("an unknown code", COUNT, {"w": {"gender": {"exact": "UNKNOWN"}}}, "BAD_USER_INPUT", "Gender"),
    ("a code that is a number", COUNT, {"w": {"gender": {"exact": 1}}}, "BAD_USER_INPUT", "Gender"),
    ("an unknown field", COUNT, {"w": {"shoeSize": {"exact": 1}}}, "BAD_USER_INPUT", "shoeSize"),
    ("a method that does not fit", COUNT, {"w": {"gender": {"fuzzy": "M"}}}, "BAD_USER_INPUT", "fuzzy"),
    ("a text with NUL", COUNT, {"w": {"name": {"fuzzy": "a\0b"}}}, "BAD_USER_INPUT", "no stored text"),
    ("a text of 1 MB", COUNT, {"w": {"name": {"fuzzy": "国" * 350_000}}}, "BAD_USER_INPUT", "longer than 200"),
    ("a list that is too long", COUNT, {"w": {"name": {"multi": ["王"] * 5001}}}, "BAD_USER_INPUT", "5001"),
    ("an age beyond numbers", COUNT, {"w": {"age": {"exact": 2**31}}}, "BAD_USER_INPUT", "Int"),
    ("too many conditions", COUNT, {"w": {"or": [{"name": {"exact": "王"}}] * 501}}, "BAD_USER_INPUT", "500"),
    (
        "an organisation that does not exist",
        COUNT,
        {"w": {"within": encoded("Organization", 10**12)}},
        "NOT_FOUND",
        "does not exist",
    ),
    (
        "an organisation by a member's id",
        COUNT,
        {"w": {"within": encoded("Member", 1)}},
        "BAD_USER_INPUT",
        "not of a Member",
    ),
]


@pytest.mark.parametrize(("query", "variables", "code", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
async def test_bad_input_is_a_clear_error(
    api: Api, county: OrganizationRecord, query: str, variables: dict[str, Any], code: str, words: str
) -> None:
    caller = api.as_(county)
    response = await caller.post(query, variables)
    assert response.status_code in (200, 400)
    error = response.json()["errors"][0]
    assert error["extensions"]["code"] == code
    assert words in error["message"]
    assert not INTERNALS.search(response.text)
    caller.language = "zh"
    assert re.search(r"[\u4e00-\u9fff]", (await caller.refused(query, variables))["message"])


async def test_a_lone_surrogate_is_refused(api: Api, county: OrganizationRecord) -> None:
    caller = api.as_(county)
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": "application/json"}
    body = b'{"query": "query ($n: String) { members(where: {name: {exact: $n}}) { totalCount } }", "variables": {"n": "\\ud800"}}'
    response = await api.http.post("/graphql", content=body, headers=headers)
    assert response.status_code == 400


@pytest.mark.parametrize("depth", [21, 300, 900])
async def test_a_filter_nested_too_deeply_is_refused(api: Api, county: OrganizationRecord, depth: int) -> None:
    where: dict[str, Any] = {"name": {"exact": "王"}}
    for _ in range(depth):
        where = {"not": where}
    error = await api.as_(county).refused(COUNT, {"w": where})
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "deep" in error["message"]


async def test_days_may_reach_to_both_ends_of_the_calendar(api: Api, county: OrganizationRecord) -> None:
    caller = api.as_(county)
    every = (await caller.ask(COUNT))["members"]
    for day in ("0001-01-01", "9999-12-31"):
        for end in ("from", "to"):
            found = await caller.ask(COUNT, {"w": {"createdAt": {"range": {end: day}}}})
            assert found["members"] == (every if (end == "from") == (day < "2000") else {"totalCount": 0})


async def test_a_nest_of_fragments_costs_no_more_than_its_text(api: Api, county: OrganizationRecord) -> None:
    """Each fragment spreads the next one twice: 2^24 fields if every spread were walked anew."""
    chain = " ".join(f"fragment F{n} on Organization {{ ...F{n + 1} ...F{n + 1} }}" for n in range(24))
    query = f"{{ viewer {{ organization {{ ...F0 }} }} }} {chain} fragment F24 on Organization {{ name }}"
    answer = await api.as_(county).ask(query)
    assert answer == {"viewer": {"organization": {"name": county.name}}}


async def test_an_unexpected_failure_is_masked(
    api: Api, county: OrganizationRecord, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("secret 370102199001011234")

    monkeypatch.setattr("resolvers.members.page_of_members", fail)
    response = await api.as_(county).post("{ members { nodes { id } } }")
    assert response.status_code == 200
    error = response.json()["errors"][0]
    assert error["extensions"] == {
        "code": "INTERNAL_SERVER_ERROR",
        "correlationId": response.headers["x-request-id"],
    }
    assert "secret" not in response.text
    logged = capsys.readouterr()
    assert "RuntimeError" in logged.out + logged.err
    assert "370102199001011234" not in logged.out + logged.err


async def test_an_unexpected_failure_before_execution_is_masked(
    api: Api, county: OrganizationRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(Documents, "_valid_document", fail)
    response = await api.as_(county).post("{ viewer { tier } }")
    assert response.status_code == 500
    assert response.headers["x-request-id"] == response.json()["errors"][0]["extensions"]["correlationId"]
    assert "secret" not in response.text
    assert response.headers["content-type"].startswith((GRAPHQL_JSON, "application/json"))
