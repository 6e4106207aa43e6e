"""Automatic persisted queries, by Apollo's protocol."""

import json
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import httpx
import pytest

from auth.actor import Role
from domain.records import OrganizationRecord
from server.operations.document_policy import DocumentPolicy
from tests.asking import GRAPHQL_JSON, Api
from tests.serving import served
from tests.sockets import socket

QUERY = "query Kept { viewer { role } }"
ANSWER = {"data": {"viewer": {"role": "ADMINISTRATOR"}}}
NOT_FOUND = ("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")


def named(query: str, /, **more: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(query.encode()).hexdigest()}}, **more}


def said(answer: httpx.Response) -> tuple[str, str]:
    error = answer.json()["errors"][0]
    return error["message"], error["extensions"]["code"]


@pytest.fixture
async def own(api: Api) -> AsyncIterator[Api]:
    """A server that has not been asked anything yet."""
    fresh = Api(api.database, api.matrix, api.clock, api.key)
    yield fresh
    await fresh.http.aclose()


@pytest.fixture
def headers(api: Api, county: OrganizationRecord) -> dict[str, str]:
    return {"Authorization": f"Bearer {api.as_(county).token}", "Accept-Language": "zh", "Accept": GRAPHQL_JSON}


async def post(api: Api, headers: dict[str, str], body: dict[str, Any]) -> httpx.Response:
    return await api.http.post("/graphql", json=body, headers=headers)


async def test_a_query_that_was_sent_once_is_asked_for_by_its_hash(own: Api, headers: dict[str, str]) -> None:
    first = await post(own, headers, named(QUERY))
    assert (said(first), first.status_code) == (NOT_FOUND, 400)
    assert (await post(own, headers, named(QUERY, query=QUERY))).json() == ANSWER
    assert (await post(own, headers, named(QUERY))).json() == ANSWER
    parameters = {"extensions": json.dumps(named(QUERY)["extensions"])}
    assert (await own.http.get("/graphql", params=parameters, headers=headers)).json() == ANSWER


async def test_a_query_is_kept_under_no_hash_but_its_own(own: Api, headers: dict[str, str]) -> None:
    forged = await post(own, headers, named(QUERY, query="{ viewer { tier } }"))
    assert said(forged)[1] == "PERSISTED_QUERY_HASH_MISMATCH"
    assert said(await post(own, headers, named(QUERY))) == NOT_FOUND


async def test_what_cannot_be_run_is_not_kept(own: Api, headers: dict[str, str]) -> None:
    for wrong in ("{ nothing }", "{ viewer"):
        await post(own, headers, named(wrong, query=wrong))
        assert said(await post(own, headers, named(wrong))) == NOT_FOUND


async def test_another_callers_query_is_run_with_ones_own_permissions(
    own: Api, headers: dict[str, str], county: OrganizationRecord
) -> None:
    query = "{ members(first: 1) { nodes { phone } } }"
    assert "errors" not in (await post(own, headers, named(query, query=query))).json()
    auditor = {**headers, "Authorization": f"Bearer {own.token(Role.AUDITOR, county)}"}
    assert said(await post(own, auditor, named(query)))[1] == "FIELD_HIDDEN"


async def test_sockets_ask_by_hash_too(api: Api, own: Api, province_url: str, county: OrganizationRecord) -> None:
    async with served(own, province_url) as place, socket(place, api.as_(county).token) as asking:
        await asking.send({"id": "1", "type": "subscribe", "payload": named(QUERY)})
        assert (await asking.ended_with())["code"] == "PERSISTED_QUERY_NOT_FOUND"
        for number, payload in (("2", named(QUERY, query=QUERY)), ("3", named(QUERY))):
            await asking.send({"id": number, "type": "subscribe", "payload": payload})
            assert await asking.next_data() == ANSWER["data"]
            assert (await asking.receive())["type"] == "complete"


@pytest.mark.parametrize(
    "persisted",
    [7, {}, {"version": 2, "sha256Hash": "0" * 64}, {"version": 1}, {"version": 1, "sha256Hash": "0" * 63}],
    ids=str,
)
async def test_what_is_no_such_extension_is_refused(own: Api, headers: dict[str, str], persisted: Any) -> None:
    answer = await post(own, headers, {"query": QUERY, "extensions": {"persistedQuery": persisted}})
    assert (answer.status_code, said(answer)[1]) == (400, "BAD_REQUEST")


async def test_a_server_without_them_says_so_and_runs_what_is_sent(api: Api, headers: dict[str, str]) -> None:
    own = Api(api.database, api.matrix, api.clock, api.key, documents=DocumentPolicy(persisted_query_bytes=0))
    assert (await post(own, headers, named(QUERY, query=QUERY))).json() == ANSWER
    answer = await post(own, headers, named(QUERY))
    assert said(answer) == ("PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED")
    await own.http.aclose()
