"""What GraphQL over HTTP asks of a server, as a table. `tests/http_audit` asks the same in the words of graphql-http.

https://graphql.github.io/graphql-over-http/draft/ as of its second stage.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from domain.records import OrganizationRecord
from tests.asking import GRAPHQL_JSON, Api

JSON = "application/json"
BOTH = (JSON, GRAPHQL_JSON)
ASKED = {"query": "query Q($n: Boolean = true) { __typename @include(if: $n) }"}
OF_NO_TYPE: dict[str, tuple[Any, ...]] = {
    "query": ({"a": 1}, 0, False, ["x"], None),
    "operationName": ({"a": 1}, 0, False, ["x"]),
    "variables": ("x", 0, False, ["x"]),
    "extensions": ("x", 0, False, ["x"]),
}


@dataclass(frozen=True)
class Case:
    body: Any
    status: int
    accept: str = JSON
    content_type: str | None = f"{JSON}; charset=utf-8"
    errors: bool = False
    raw: bytes | None = None


CASES: dict[str, Case] = {
    **{f"a query as {accept}": Case(ASKED, 200, accept) for accept in BOTH},
    **{f"Accept {accept!r}": Case(ASKED, 200, accept) for accept in ("*/*", "application/*", f"{JSON};charset=utf-8")},
    "UTF-8 unsaid": Case(ASKED, 200, content_type=JSON),
    "UTF-8 said": Case({"query": "{ __typename } # 党"}, 200),
    "UTF-8 in capitals": Case(ASKED, 200, content_type="Application/JSON; Charset=UTF-8"),
    "another charset": Case(ASKED, 415, content_type=f"{JSON}; charset=utf-16", errors=True),
    "no content type": Case(ASKED, 415, content_type=None, errors=True),
    "another content type": Case(ASKED, 415, content_type="application/graphql", errors=True),
    "no body": Case(None, 400, raw=b"", errors=True),
    "no JSON": Case(None, 400, raw=b'{"query', errors=True),
    "no JSON, and the new type": Case(None, 400, GRAPHQL_JSON, raw=b'{"query', errors=True),
    "no JSON in another encoding": Case(None, 400, raw='{"query": "{ __typename }"}'.encode("utf-16"), errors=True),
    "a batch": Case([ASKED], 400, errors=True),
    "a text": Case("{ __typename }", 400, errors=True),
    "null": Case(None, 400, raw=b"null", errors=True),
    "no query": Case({"notquery": "{ __typename }"}, 400, GRAPHQL_JSON, errors=True),
    "an operation by name": Case({**ASKED, "operationName": "Q"}, 200),
    "variables": Case({**ASKED, "variables": {"n": True}}, 200),
    "extensions": Case({**ASKED, "extensions": {"x": 1}}, 200),
    "other parameters": Case({**ASKED, "x": 1}, 200),
    **{f"null for {name}": Case({**ASKED, name: None}, 200) for name in ("operationName", "variables", "extensions")},
    **{
        f"{value!r} for {name}": Case({**ASKED, name: value}, 400, errors=True)
        for name, values in OF_NO_TYPE.items()
        for value in values
    },
    **{
        f"{wrong} as {accept}": Case(body, 400 if accept == GRAPHQL_JSON else 200, accept, errors=True)
        for accept in BOTH
        for wrong, body in {
            "what cannot be parsed": {"query": "{"},
            "what is not valid": {"query": "{ nothing }"},
            "a variable that cannot be coerced": {
                "query": "query ($id: ID!) { node(id: $id) { id } }",
                "variables": {"id": {}},
            },
            "a variable that is missing": {"query": "query ($id: ID!) { node(id: $id) { id } }"},
            "an operation that is not there": {**ASKED, "operationName": "R"},
            "an operation that is not said": {"query": "query A { __typename } query B { __typename }"},
        }.items()
    },
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_it_is_answered_as_the_specification_has_it(api: Api, county: OrganizationRecord, case: Case) -> None:
    headers = {"Authorization": f"Bearer {api.as_(county).token}", "Accept": case.accept}
    if case.content_type is not None:
        headers["Content-Type"] = case.content_type
    content = json.dumps(case.body, ensure_ascii=False).encode() if case.raw is None else case.raw
    response = await api.http.post("/graphql", content=content, headers=headers)
    assert response.status_code == case.status
    expected = GRAPHQL_JSON if case.accept == GRAPHQL_JSON else JSON
    assert response.headers["content-type"] == f"{expected}; charset=utf-8"
    answer = response.json()
    assert set(answer) == ({"errors"} if case.errors else {"data"})
    if case.errors:
        assert all(error["message"] and error["extensions"]["code"] for error in answer["errors"])
    else:
        assert answer["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"query": "{ __typename }"}, 200),
        ({**ASKED, "variables": '{"n": true}', "operationName": "Q", "extensions": "{}"}, 200),
        ({**ASKED, "variables": "", "operationName": ""}, 200),
        ({**ASKED, "variables": "{"}, 400),
        ({**ASKED, "variables": "[]"}, 400),
        ({**ASKED, "extensions": "1"}, 400),
        ({}, 400),
        ({"query": "mutation { __typename }"}, 405),
        ({"query": "subscription { permissionsChanged { version } }"}, 406),
        ({"query": "query A { __typename } mutation B { __typename }", "operationName": "B"}, 405),
        ({"query": "query A { __typename } mutation B { __typename }", "operationName": "A"}, 200),
    ],
)
async def test_a_get_is_answered_as_the_specification_has_it(
    api: Api, county: OrganizationRecord, parameters: dict[str, str], status: int
) -> None:
    headers = {"Authorization": f"Bearer {api.as_(county).token}", "Accept": GRAPHQL_JSON}
    response = await api.http.get("/graphql", params=parameters, headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"] == f"{GRAPHQL_JSON}; charset=utf-8"
