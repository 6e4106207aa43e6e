"""GraphQL over server-sent events on a real server, as its protocol has it: distinct connections."""

from typing import Any

import httpx
import pytest

from domain.codes import AuditKind
from domain.records import OrganizationRecord
from tests.asking import Api
from tests.audit import entries_of_kind
from tests.editing import change
from tests.event_streams import event_stream
from tests.listened import ListenedRegister
from tests.losing import shut_everybody_out

EVENT_STREAM = "text/event-stream"
PERMISSIONS = "subscription { permissionsChanged { version changed { field read } } }"
ORGANIZATION = "subscription { permissionsChanged { viewer { organization { name } } } }"
MEMBERS = (
    "subscription Listen { permissionsChanged { viewer { organization { members(first: 2) { nodes { name } } } } } }"
)


@pytest.fixture
def headers(api: Api, county: OrganizationRecord) -> dict[str, str]:
    return {"Authorization": f"Bearer {api.as_(county).token}", "Accept-Language": "en", "Accept": EVENT_STREAM}


async def post(api: Api, headers: dict[str, str], query: str, **more: str) -> httpx.Response:
    return await api.http.post("/graphql", json={"query": query}, headers={**headers, **more})


async def test_events_come_as_they_happen(listened: ListenedRegister, county: OrganizationRecord) -> None:
    async with event_stream(listened.place, listened.api.as_(county).token, PERMISSIONS) as following:
        assert following.response.status_code == 200
        assert (await following.next_data())["permissionsChanged"]["version"] == 0
        for version, read in enumerate(("MASKED", "HIDDEN"), 1):
            await listened.officer.edits(change("Member.phone", read=read))
            assert (await following.next_data())["permissionsChanged"] == {
                "version": version,
                "changed": [{"field": "Member.phone", "read": read}],
            }


async def test_the_response_is_kept_by_nobody_on_its_way(
    listened: ListenedRegister, county: OrganizationRecord
) -> None:
    async with event_stream(listened.place, listened.api.as_(county).token, PERMISSIONS) as following:
        headers = following.response.headers
        assert headers["content-type"] == "text/event-stream; charset=utf-8"
        assert headers["cache-control"] == "no-store, no-transform"
        assert headers["x-accel-buffering"] == "no"
        assert headers["x-content-type-options"] == "nosniff"
        assert len(headers["x-request-id"]) > 8


async def test_a_subscription_can_be_asked_for_by_get(listened: ListenedRegister, county: OrganizationRecord) -> None:
    headers = {"Authorization": f"Bearer {listened.api.as_(county).token}", "Accept": EVENT_STREAM}
    parameters = {"query": PERMISSIONS}
    async with (
        httpx.AsyncClient() as client,
        client.stream("GET", f"http://{listened.place}/graphql", params=parameters, headers=headers) as response,
    ):
        lines = response.aiter_lines()
        while not (line := await anext(lines)).startswith("event"):
            pass
        assert line == "event: next"
        assert (await anext(lines)).startswith('data: {"data":{"permissionsChanged":{"version":0,')


async def test_a_stream_ends_when_a_field_of_it_gets_hidden(
    listened: ListenedRegister, county: OrganizationRecord
) -> None:
    token = listened.api.as_(county).token
    hidden = {"code": "FIELD_HIDDEN", "fields": ["Organization.name"]}
    async with event_stream(listened.place, token, ORGANIZATION) as following:
        await following.next_data()
        await listened.officer.edits(change("Organization.name", read="HIDDEN"))
        assert await following.ended_with() == hidden
    async with event_stream(listened.place, token, ORGANIZATION) as refused:
        assert refused.response.status_code == 200
        assert await refused.ended_with() == hidden


async def test_each_event_that_reads_members_is_recorded_before_it_comes(
    listened: ListenedRegister, county: OrganizationRecord
) -> None:
    async with event_stream(listened.place, listened.api.as_(county).token, MEMBERS) as following:
        for number, read in enumerate(("MASKED", "HIDDEN"), 1):
            await following.next_data()
            entries = await entries_of_kind(listened.api.database, AuditKind.ARCHIVE_LOOKUP)
            assert [entry.operation for entry in entries] == ["Listen"] * number
            assert {entry.correlation_id for entry in entries} == {following.response.headers["x-request-id"]}
            await listened.officer.edits(change("Member.phone", read=read))


@pytest.mark.parametrize("accept", [EVENT_STREAM, f"application/json;q=0.9, {EVENT_STREAM}"])
async def test_a_query_is_answered_by_one_event(api: Api, headers: dict[str, str], accept: str) -> None:
    response = await post(api, headers, "{ viewer { role } }", Accept=accept)
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.text == (
        'event: next\ndata: {"data":{"viewer":{"role":"ADMINISTRATOR"}}}\n\nevent: complete\ndata:\n\n'
    )


async def test_a_mutation_is_answered_by_one_event_and_never_by_get(api: Api, headers: dict[str, str]) -> None:
    unknown = 'mutation { updateMember(input: {id: "TWVtYmVyOjk5OTk5OTk5", version: 1}) { errors { code } } }'
    response = await post(api, headers, unknown)
    assert response.status_code == 200
    assert '"NOT_FOUND"' in response.text
    assert response.text.endswith("\n\nevent: complete\ndata:\n\n")
    response = await api.http.get("/graphql", params={"query": unknown}, headers=headers)
    assert response.status_code == 405


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($id: ID!) { member(id: $id) { id } }", "BAD_USER_INPUT"),
    ],
)
async def test_what_is_wrong_with_a_document_is_said_in_the_stream(
    api: Api, headers: dict[str, str], query: str, code: str
) -> None:
    """As the protocol has it: browsers show no body of another status."""
    response = await post(api, headers, query)
    assert response.status_code == 200
    assert response.text.startswith('event: next\ndata: {"errors":[')
    assert f'"code":"{code}"' in response.text
    assert response.text.endswith("\n\nevent: complete\ndata:\n\n")


@pytest.mark.parametrize(
    ("more", "content", "status", "code"),
    [
        ({"Authorization": "Bearer x.y.z"}, b'{"query": "subscription { x }"}', 401, "UNAUTHENTICATED"),
        ({"Content-Type": "text/plain"}, b'{"query": "subscription { x }"}', 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({}, b"{", 400, "BAD_REQUEST"),
        ({}, b" " * 2_097_153, 413, "BODY_TOO_LARGE"),
    ],
)
async def test_what_is_wrong_with_the_request_has_its_status(
    api: Api, headers: dict[str, str], more: dict[str, str], content: bytes, status: int, code: str
) -> None:
    wanted = {"Content-Type": "application/json"} | headers | more
    response = await api.http.post("/graphql", content=content, headers=wanted)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.json()["errors"][0]["extensions"]["code"] == code


@pytest.mark.parametrize("accept", [f"application/json, {EVENT_STREAM};q=0.1", "*/*", "text/*"])
async def test_a_subscription_is_streamed_to_whoever_takes_streams_at_all(
    listened: ListenedRegister, county: OrganizationRecord, accept: str
) -> None:
    token = listened.api.as_(county).token
    async with event_stream(listened.place, token, PERMISSIONS, Accept=accept) as following:
        assert (await following.next_data())["permissionsChanged"]["version"] == 0


@pytest.mark.parametrize("accept", ["application/json", f"*/*, {EVENT_STREAM};q=0"])
async def test_others_are_told_that_it_needs_a_stream(api: Api, headers: dict[str, str], accept: str) -> None:
    response = await post(api, headers, PERMISSIONS, Accept=accept)
    assert response.status_code == 406
    assert response.json()["errors"][0]["extensions"]["code"] == "STREAM_NEEDED"


async def test_a_stream_ends_with_the_database(
    listened: ListenedRegister, county: OrganizationRecord, own_province_url: str
) -> None:
    async with event_stream(listened.place, listened.api.as_(county).token, PERMISSIONS) as following:
        await following.next_data()
        shut_everybody_out(own_province_url)
        ended: dict[str, Any] = await following.ended_with()
        assert ended["code"] == "DATABASE_UNAVAILABLE"
