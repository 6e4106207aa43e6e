"""GraphQL over HTTP: statuses, media types and headers by the specification."""

from typing import Any

import httpx
import pytest

from domain.records import OrganizationRecord
from tests.asking import GRAPHQL_JSON, Api

JSON = "application/json"
QUERY = "{ viewer { role } }"
ANSWER = {"data": {"viewer": {"role": "ADMINISTRATOR"}}}


@pytest.fixture
def headers(api: Api, county: OrganizationRecord) -> dict[str, str]:
    return {"Authorization": f"Bearer {api.as_(county).token}", "Accept-Language": "en"}


async def post(api: Api, headers: dict[str, str], body: Any, **more: str) -> httpx.Response:
    return await api.http.post("/graphql", json=body, headers={**headers, **more})


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, JSON),
        ("*/*", JSON),
        (JSON, JSON),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (f"{JSON};q=0.5, {GRAPHQL_JSON}", GRAPHQL_JSON),
        (f"text/html, {GRAPHQL_JSON};q=0.1, */*;q=0.0", GRAPHQL_JSON),
        ("application/*", JSON),
    ],
)
async def test_the_answer_has_the_media_type_that_is_wanted(
    api: Api, headers: dict[str, str], accept: str | None, content_type: str
) -> None:
    request = api.http.build_request("POST", "/graphql", json={"query": QUERY}, headers=headers)
    del request.headers["accept"]
    if accept is not None:
        request.headers["accept"] = accept
    response = await api.http.send(request)
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{content_type}; charset=utf-8"
    assert response.json() == ANSWER


async def test_a_query_can_be_asked_by_get(api: Api, headers: dict[str, str]) -> None:
    parameters = {"query": "query ($n: Int) { viewer { role } members(first: $n) { nodes { id } } }"}
    response = await api.http.get("/graphql", params={**parameters, "variables": '{"n": 1}'}, headers=headers)
    assert response.status_code == 200
    assert len(response.json()["data"]["members"]["nodes"]) == 1


REFUSED: list[tuple[str, Any, int, int, str]] = [
    # what, body, status as application/graphql-response+json, as application/json, code
    ("a syntax error", {"query": "{ viewer"}, 400, 200, "GRAPHQL_PARSE_FAILED"),
    ("an unknown field", {"query": "{ nothing }"}, 400, 200, "GRAPHQL_VALIDATION_FAILED"),
    ("a missing variable", {"query": "query ($id: ID!) { member(id: $id) { id } }"}, 400, 200, "BAD_USER_INPUT"),
    ("no such operation", {"query": QUERY, "operationName": "X"}, 400, 200, "OPERATION_NOT_FOUND"),
    (
        "two operations, none named",
        {"query": "query A { viewer { role } } query B { viewer { role } }"},
        400,
        200,
        "OPERATION_NOT_FOUND",
    ),
    ("no query", {"variables": {}}, 400, 400, "BAD_REQUEST"),
    ("a query of another type", {"query": 7}, 400, 400, "BAD_REQUEST"),
    ("variables of another type", {"query": QUERY, "variables": "x"}, 400, 400, "BAD_REQUEST"),
    ("an operation name of another type", {"query": QUERY, "operationName": 1}, 400, 400, "BAD_REQUEST"),
    ("extensions of another type", {"query": QUERY, "extensions": []}, 400, 400, "BAD_REQUEST"),
    ("a batch", [{"query": QUERY}], 400, 400, "BATCHING_NOT_SUPPORTED"),
    ("a number", 7, 400, 400, "BAD_REQUEST"),
]


@pytest.mark.parametrize(
    ("body", "status", "plain_status", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
async def test_a_refused_request_has_the_status_of_the_specification(
    api: Api, headers: dict[str, str], body: Any, status: int, plain_status: int, code: str
) -> None:
    for accept, expected in ((GRAPHQL_JSON, status), (JSON, plain_status)):
        response = await post(api, headers, body, Accept=accept)
        assert response.status_code == expected
        assert "data" not in response.json()
        assert response.json()["errors"][0]["extensions"]["code"] == code


async def test_an_error_in_one_field_leaves_the_status_at_200(api: Api, headers: dict[str, str]) -> None:
    response = await post(api, headers, {"query": '{ viewer { role } member(id: "x") { id } }'}, Accept=GRAPHQL_JSON)
    assert response.status_code == 200
    assert response.json()["data"] == {"viewer": {"role": "ADMINISTRATOR"}, "member": None}


@pytest.mark.parametrize(
    ("content", "content_type", "status", "code"),
    [
        (b"{", JSON, 400, "BAD_REQUEST"),
        (b"\xff\xfe", JSON, 400, "BAD_REQUEST"),
        (b"", JSON, 400, "BAD_REQUEST"),
        (b'{"query": "{ viewer { role } }"}', "text/plain", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b'{"query": "{ viewer { role } }"}', "", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b'{"query": "{ viewer { role } }"}', "application/json; charset=gbk", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b"query=x", "application/x-www-form-urlencoded", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b" " * 2_097_153, JSON, 413, "BODY_TOO_LARGE"),
    ],
)
async def test_a_body_that_is_no_graphql_request_is_refused(
    api: Api, headers: dict[str, str], content: bytes, content_type: str, status: int, code: str
) -> None:
    response = await api.http.post("/graphql", content=content, headers={**headers, "Content-Type": content_type})
    assert response.status_code == status
    assert response.json()["errors"][0]["extensions"]["code"] == code


async def test_a_body_of_unknown_length_is_cut_off_at_the_limit(api: Api, headers: dict[str, str]) -> None:
    async def endless() -> Any:
        for _ in range(100):
            yield b" " * 65_536

    response = await api.http.post("/graphql", content=endless(), headers={**headers, "Content-Type": JSON})
    assert response.status_code == 413


async def test_what_is_not_acceptable_is_said(api: Api, headers: dict[str, str]) -> None:
    response = await post(api, headers, {"query": QUERY}, Accept="text/html")
    assert response.status_code == 406
    assert response.json()["errors"][0]["extensions"]["code"] == "NOT_ACCEPTABLE"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_not_allowed(api: Api, headers: dict[str, str], method: str) -> None:
    response = await api.http.request(method, "/graphql", json={"query": QUERY}, headers=headers)
    assert response.status_code == 405
    assert set(response.headers["allow"].replace(" ", "").split(",")) >= {"GET", "POST"}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "访问令牌"),
        ("en-GB,en;q=0.9", "access token"),
        ("fr", "访问令牌"),
        (None, "访问令牌"),
    ],
)
async def test_errors_are_in_the_language_of_the_caller(api: Api, language: str | None, words: str) -> None:
    headers = {} if language is None else {"Accept-Language": language}
    response = await api.http.post("/graphql", json={"query": QUERY}, headers=headers)
    assert response.status_code == 401
    error = response.json()["errors"][0]
    assert words in error["message"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"


async def test_answers_are_not_stored_and_carry_their_correlation(api: Api, headers: dict[str, str]) -> None:
    response = await post(api, headers, {"query": QUERY}, **{"X-Request-Id": "partner-0001"})
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-request-id"] == "partner-0001"
    forged = await post(api, headers, {"query": QUERY}, **{"X-Request-Id": "a b\tc"})
    assert len(forged.headers["x-request-id"]) == 32


async def test_health_says_whether_the_database_answers(api: Api) -> None:
    assert (await api.http.get("/healthz")).json() == {"status": "ok"}
    assert (await api.http.get("/readyz")).json() == {"database": "ok"}
