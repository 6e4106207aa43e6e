"""Costs of operations: told when asked for, bounded for one operation, and for one caller in a minute."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from auth.actor import Role
from domain.records import OrganizationRecord
from schema.identifiers import encoded
from server.operations.document_policy import DocumentPolicy
from server.operations.limits.bounds import CostBounds, DocumentBounds, Limits
from server.operations.manifests import TrustedDocument
from tests.asking import GRAPHQL_JSON, Api, Caller
from tests.event_streams import event_stream
from tests.serving import served
from tests.sockets import socket

THREE = "{ members(first: 2) { nodes { id } } }"
FOUR = "query Four($n: Int! = 3) { members(first: $n) { nodes { id } } }"
LISTEN = "subscription { permissionsChanged { version } }"


def costing(api: Api, **bounds: int) -> Api:
    """The same application with other limits; those who ask in tests have operators' tokens."""
    return Api(api.database, api.matrix, api.clock, api.key, limits=Limits(costs=CostBounds(**bounds)))


def another(api: Api, organization: OrganizationRecord) -> Caller:
    return Caller(api, api.authority.issue("another", Role.ADMINISTRATOR, organization, timedelta(hours=1)))


async def asked(caller: Caller, body: dict[str, Any], **headers: str) -> httpx.Response:
    wanted = {"Authorization": f"Bearer {caller.token}", "Accept": GRAPHQL_JSON, "Accept-Language": "en"}
    return await caller.api.http.post("/graphql", json=body, headers=wanted | headers)


async def test_an_operation_may_cost_as_much_as_the_limit(api: Api, county: OrganizationRecord) -> None:
    caller = costing(api, operation=3).as_(county)
    await caller.ask(THREE)
    await caller.ask(FOUR, {"n": 2})
    response = await caller.post(FOUR, {"n": 3})
    assert response.status_code == 400
    error = response.json()["errors"][0]
    assert error["extensions"] == {"code": "COST_TOO_HIGH", "requested": 4, "limit": 3}
    assert error["message"].startswith("The operation costs 4; 3 are allowed.")


async def test_what_asks_for_lists_in_lists_is_refused_by_default(api: Api, county: OrganizationRecord) -> None:
    query = "{ organizations(first: 1000) { nodes { members(first: 1000) { nodes { id } } } } }"
    error = await api.as_(county).refused(query)
    assert error["extensions"] == {"code": "COST_TOO_HIGH", "requested": 1_002_001, "limit": 200_000}


@pytest.mark.parametrize(
    ("more", "headers"), [({"extensions": {"cost": True}}, {}), ({}, {"Dengta-Cost": "1"})], ids=["body", "header"]
)
async def test_who_wants_to_know_is_told_the_cost(
    api: Api, county: OrganizationRecord, more: dict[str, Any], headers: dict[str, str]
) -> None:
    answer = (await asked(api.as_(county), {"query": THREE, **more}, **headers)).json()
    assert list(answer) == ["data", "extensions"]
    assert answer["extensions"] == {"cost": {"requested": 3, "limit": 200_000}}


async def test_the_cost_is_told_with_what_is_left_of_the_budget(api: Api, county: OrganizationRecord) -> None:
    caller = costing(api, operator=1_000_000).as_(county)
    answer = (await asked(caller, {"query": FOUR, "variables": {"n": 1000}, "extensions": {"cost": True}})).json()
    told = answer["extensions"]["cost"]
    assert (told["requested"], told["limit"], told["budget"]) == (1_001, 200_000, 1_000_000)
    assert 1_000_000 - 1_001 <= told["remaining"] < 1_000_000


async def test_nobody_else_is_told(api: Api, county: OrganizationRecord) -> None:
    for extensions in ({}, {"cost": False}, {"cost": 1}, None):
        answer = (await asked(api.as_(county), {"query": THREE, "extensions": extensions})).json()
        assert list(answer) == ["data"]


async def test_an_answer_that_is_kept_tells_it_when_the_address_asks(api: Api, county: OrganizationRecord) -> None:
    headers = {"Authorization": f"Bearer {api.as_(county).token}", "Dengta-Cost": "1"}
    plain = await api.http.get("/graphql", params={"query": THREE}, headers=headers)
    told = await api.http.get("/graphql", params={"query": THREE, "extensions": '{"cost": true}'}, headers=headers)
    assert list(plain.json()) == ["data"]
    assert told.json()["extensions"]["cost"]["requested"] == 3
    again = {**headers, "If-None-Match": told.headers["etag"]}
    held = await api.http.get("/graphql", params={"query": THREE, "extensions": '{"cost": true}'}, headers=again)
    assert held.status_code == 304


async def test_whose_budget_is_spent_waits_and_nobody_else(api: Api, county: OrganizationRecord) -> None:
    own = costing(api, operation=4, operator=4)
    await own.as_(county).ask(FOUR)
    for accept in (GRAPHQL_JSON, "application/json", "text/event-stream"):
        response = await own.as_(county).post(THREE, Accept=accept)
        assert response.status_code == 429
        error = response.json()["errors"][0]
        told = error["extensions"]
        assert told.pop("code") == "COST_BUDGET_SPENT"
        assert response.headers["retry-after"] == str(told.pop("retryAfter"))
        assert 1 <= int(response.headers["retry-after"]) <= 45
        assert told.pop("remaining") < 3
        assert told == {"requested": 3, "limit": 4}
        assert "4 a minute" in error["message"]
    await another(own, county).ask(FOUR)


async def test_introspection_costs_nothing(api: Api, county: OrganizationRecord) -> None:
    own = costing(api, operation=4, operator=4)
    await own.as_(county).ask(FOUR)
    await own.as_(county).ask("{ __schema { queryType { name } } }")


async def test_a_picture_is_paid_for_as_a_question(api: Api, county: OrganizationRecord) -> None:
    own = costing(api, operator=1_000_000)
    caller = own.as_(county)
    query = "{ memberStatistics(dimension: GENDER) { chartUrl } }"
    url = (await caller.ask(query))["memberStatistics"]["chartUrl"]
    poor = costing(api, operation=1, operator=1)
    headers = {"Authorization": f"Bearer {caller.token}"}
    assert (await poor.http.get(url, headers=headers)).status_code == 200
    response = await poor.http.get(url, headers=headers)
    assert (response.status_code, response.headers["retry-after"]) == (429, "60")
    assert response.json()["errors"][0]["extensions"]["code"] == "COST_BUDGET_SPENT"


async def test_a_trusted_document_may_be_large_but_not_dear(
    api: Api, county: OrganizationRecord, tmp_path: Any
) -> None:
    policy = DocumentPolicy([TrustedDocument(tmp_path, "four", FOUR)])
    limits = Limits(DocumentBounds(depth=1), CostBounds(operation=4, operator=9))
    own = Api(api.database, api.matrix, api.clock, api.key, documents=policy, limits=limits)
    caller = own.as_(county)
    assert (await caller.refused("{ viewer { role } }"))["extensions"]["code"] == "TOO_DEEP"
    for variables, code in (
        ({"n": 3}, None),
        ({"n": 4}, "COST_TOO_HIGH"),
        ({"n": 2}, None),
        ({"n": 3}, "COST_BUDGET_SPENT"),
    ):
        answer = (await asked(caller, {"documentId": "four", "variables": variables})).json()
        assert answer.get("errors", [{"extensions": {"code": None}}])[0]["extensions"]["code"] == code


async def test_limits_hold_over_every_transport(api: Api, province_url: str, county: OrganizationRecord) -> None:
    own = costing(api, operation=500, operator=504)
    token = own.as_(county).token
    async with served(own, province_url) as place:
        async with socket(place, token) as following:
            await following.subscribe("subscription { permissionsChanged { changed { field } } }")
            message = await following.receive()
            assert message["type"] == "error"
            assert message["payload"][0]["extensions"] == {"code": "COST_TOO_HIGH", "requested": 501, "limit": 500}
            await following.subscribe(THREE, "2")
            assert (await following.receive())["payload"]["data"]["members"]["nodes"]
            assert (await following.receive())["type"] == "complete"
        async with event_stream(place, token, LISTEN) as listening:
            assert (await listening.next_data())["permissionsChanged"]
        query = "query ($n: Int = 499) { members(first: $n) { nodes { id } } }"
        async with event_stream(place, token, query) as one:
            assert await one.next_data()
        async with event_stream(place, token, query) as refused:
            assert refused.response.status_code == 429
        async with socket(place, token) as following:
            await following.subscribe(query)
            message = await following.receive()
            assert message["payload"][0]["extensions"]["code"] == "COST_BUDGET_SPENT"


async def test_one_record_after_another_costs_its_records(api: Api, county: OrganizationRecord) -> None:
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    ids = [encoded("Organization", county.id)] * 3
    answer = (
        await asked(api.as_(county), {"query": query, "variables": {"ids": ids}, "extensions": {"cost": True}})
    ).json()
    assert answer["extensions"]["cost"]["requested"] == 3
