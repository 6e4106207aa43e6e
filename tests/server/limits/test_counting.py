"""Who is refused by a limit is counted by its code, once, and nobody else is."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from domain.records import OrganizationRecord
from server.operations.limits.bounds import CostBounds, DocumentBounds, Limits
from server.operations.limits.counting import CODES
from server.operations.subscribers import StreamManners
from server.routes.websocket import SocketBounds
from tests.api.test_charts import asked, fetched
from tests.api.test_limits import CASES
from tests.asking import Api
from tests.contract.test_packages import ROOT
from tests.serving import served
from tests.sockets import socket

LISTEN = "subscription { permissionsChanged { version } }"
OTHER_CODES = {"GRAPHQL_VALIDATION_FAILED"}


async def refusals(api: Api) -> Counter[str]:
    """So far, by code; of every code, if it is only none."""
    families = text_string_to_metric_families((await api.http.get("/metrics")).text)
    [family] = [each for each in families if each.name == "dengta_over_limit"]
    return Counter({sample.labels["code"]: int(sample.value) for sample in family.samples})


@asynccontextmanager
async def counted(api: Api, *codes: str) -> AsyncIterator[None]:
    """The block has exactly these refused."""
    before = await refusals(api)
    yield
    assert await refusals(api) - before == Counter(codes)


async def test_the_codes_are_those_of_the_page_and_all_are_told_from_the_start(api: Api) -> None:
    words = re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", (ROOT / "docs" / "limits.md").read_text())
    assert {word for word in words if not word.startswith("DENGTA_")} - OTHER_CODES == set(CODES)
    assert set(await refusals(api)) == set(CODES)


@pytest.mark.parametrize(("bound", "number", "below", "above", "code"), [case[:5] for case in CASES])
async def test_documents_are(
    api: Api, county: OrganizationRecord, bound: str, number: int, below: str, above: str, code: str
) -> None:
    caller = replace(api, limits=Limits(DocumentBounds(**{bound: number}))).as_(county)
    async with counted(api):
        await caller.ask(below)
    async with counted(api, code, code):
        await caller.refused(above)
        await caller.refused(above)


async def test_so_is_what_they_cost_and_ask_for(api: Api, county: OrganizationRecord) -> None:
    costs = CostBounds(operation=2, operator=2)
    caller = replace(api, limits=Limits(costs=costs, introspectors=frozenset())).as_(county)
    async with counted(api, "COST_TOO_HIGH", "COST_BUDGET_SPENT", "INTROSPECTION_NOT_ALLOWED"):
        await caller.refused("{ members(first: 2) { nodes { id } } }")
        await caller.ask("{ members(first: 1) { nodes { id } } }")
        await caller.refused("{ members(first: 1) { nodes { id } } }")
        await caller.refused("{ __schema { queryType { name } } }")


async def test_so_is_a_chart_for_which_nobody_can_pay(api: Api, county: OrganizationRecord) -> None:
    address = (await asked(api.as_(county), county))["chartUrl"]
    poor = replace(api, limits=Limits(costs=CostBounds(operator=1))).as_(county)
    async with counted(api, "COST_BUDGET_SPENT"):
        assert (await fetched(poor, address)).status_code == 200  # a whole budget is enough for the server's own
        assert (await fetched(poor, address)).status_code == 429


async def test_so_are_bodies(api: Api, county: OrganizationRecord) -> None:
    headers = {"Authorization": f"Bearer {api.as_(county).token}", "Content-Type": "application/json"}
    async with counted(api, "BODY_TOO_LARGE", "BATCHING_NOT_SUPPORTED"):
        for body in (b"{}".ljust(2_097_153), b"[{}]"):
            await api.http.post("/graphql", content=body, headers=headers)


async def test_so_is_what_runs_on_a_socket_or_listens(api: Api, province_url: str, county: OrganizationRecord) -> None:
    small = replace(api, sockets=SocketBounds(operations=1), streams=StreamManners(per_person=1))
    token = api.as_(county).token
    stream = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    async with (
        served(small, province_url) as place,
        socket(place, token) as listening,
        socket(place, token) as another,
        httpx.AsyncClient(base_url=f"http://{place}") as client,
    ):
        await listening.subscribe(LISTEN)
        await listening.next_data()
        async with counted(api, "TOO_MANY_OPERATIONS", "TOO_MANY_SUBSCRIPTIONS", "TOO_MANY_SUBSCRIPTIONS"):
            await listening.subscribe(LISTEN, "2")
            assert (await listening.ended_with())["code"] == "TOO_MANY_OPERATIONS"
            await another.subscribe(LISTEN)
            assert (await another.ended_with())["code"] == "TOO_MANY_SUBSCRIPTIONS"
            assert (await client.post("/graphql", json={"query": LISTEN}, headers=stream)).status_code == 429


async def test_nobody_else_is(api: Api, county: OrganizationRecord) -> None:
    caller = api.as_(county)
    async with counted(api):
        await caller.refused("{ nothing }")
        await caller.refused("{")
        await caller.refused("query ($id: ID!) { member(id: $id) { id } }")
        await api.http.post("/graphql", json={"query": "{ viewer { role } }"})
