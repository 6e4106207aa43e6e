"""Answers to GET are kept by the caller's own cache, and asked for anew before each use."""

import httpx
import pytest

from auth.actor import Role
from domain.codes import AuditKind
from domain.records import OrganizationRecord
from tests.asking import GRAPHQL_JSON, Api
from tests.audit import entries_of_kind
from tests.listened import ListenedRegister

QUERY = "query Seen { members(first: 2) { nodes { name phone } } }"
NAMES = {"accept", "accept-language", "authorization", "origin"}


async def get(api: Api, token: str, query: str = QUERY, **headers: str) -> httpx.Response:
    wanted = {"Authorization": f"Bearer {token}", "Accept-Language": "en", **headers}
    return await api.http.get("/graphql", params={"query": query}, headers=wanted)


@pytest.fixture
def token(api: Api, county: OrganizationRecord) -> str:
    return api.as_(county).token


async def test_whoever_holds_the_answer_gets_no_other(api: Api, token: str) -> None:
    first = await get(api, token)
    tag = first.headers["etag"]
    for held in (tag, f"W/{tag}", f'"another", {tag}', "*"):
        again = await get(api, token, **{"If-None-Match": held})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == "private, no-cache"
        assert "content-type" not in again.headers
    other = await get(api, token, **{"If-None-Match": '"another"'})
    assert (other.status_code, other.content) == (200, first.content)


async def test_the_answer_is_for_the_callers_own_cache_and_for_this_way_of_asking(api: Api, token: str) -> None:
    answer = await get(api, token)
    assert answer.headers["cache-control"] == "private, no-cache"
    assert {name.strip().lower() for name in answer.headers["vary"].split(",")} == NAMES
    from_elsewhere = await get(api, token, Origin="https://elsewhere.example")
    assert {name.strip().lower() for name in from_elsewhere.headers["vary"].split(",")} == NAMES


async def test_another_form_of_the_answer_has_another_tag(api: Api, token: str) -> None:
    plain, graphql = await get(api, token), await get(api, token, Accept=GRAPHQL_JSON)
    assert plain.content == graphql.content
    assert plain.headers["etag"] != graphql.headers["etag"]


async def test_an_answer_that_has_changed_comes_whole(listened: ListenedRegister, county: OrganizationRecord) -> None:
    token = listened.api.as_(county).token
    tag = (await get(listened.api, token)).headers["etag"]
    listened.execute(f"UPDATE members SET name = '更名' WHERE org_path LIKE '{county.path}%'")
    again = await get(listened.api, token, **{"If-None-Match": tag})
    assert again.status_code == 200
    assert [node["name"] for node in again.json()["data"]["members"]["nodes"]] == ["更名", "更名"]


async def test_nobody_learns_anything_by_anothers_tag(
    api: Api, token: str, county: OrganizationRecord, approving_committee: OrganizationRecord
) -> None:
    tag = (await get(api, token)).headers["etag"]
    elsewhere = await get(api, api.as_(approving_committee).token, **{"If-None-Match": tag})
    assert elsewhere.status_code == 200
    refused = await get(api, api.token(Role.AUDITOR, county), **{"If-None-Match": tag})
    assert refused.json()["errors"][0]["extensions"]["code"] == "FIELD_HIDDEN"
    assert (await get(api, "x.y.z", **{"If-None-Match": tag})).status_code == 401


async def test_a_look_up_without_a_body_is_recorded_as_any_other(
    listened: ListenedRegister, county: OrganizationRecord
) -> None:
    token = listened.api.as_(county).token
    tag = (await get(listened.api, token)).headers["etag"]
    assert (await get(listened.api, token, **{"If-None-Match": tag})).status_code == 304
    entries = await entries_of_kind(listened.api.database, AuditKind.ARCHIVE_LOOKUP)
    assert [entry.operation for entry in entries] == ["Seen", "Seen"]


@pytest.mark.parametrize("query", ["{ nothing }", '{ member(id: "x") { id } }'])
async def test_an_answer_with_errors_is_kept_by_nobody(api: Api, token: str, query: str) -> None:
    answer = await get(api, token, query, **{"If-None-Match": "*"})
    assert answer.json()["errors"]
    assert (answer.headers["cache-control"], answer.headers.get("etag")) == ("no-store", None)


async def test_neither_posts_nor_streams_are_kept(api: Api, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "If-None-Match": "*"}
    posted = await api.http.post("/graphql", json={"query": QUERY}, headers=headers)
    streamed = await get(api, token, Accept="text/event-stream", **{"If-None-Match": "*"})
    for answer in (posted, streamed):
        assert answer.status_code == 200
        assert "etag" not in answer.headers
        assert "no-store" in answer.headers["cache-control"]
