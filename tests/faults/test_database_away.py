"""The database is away: every address says so within a moment, and answers again once it is back."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from domain.records import OrganizationRecord
from storage.engine import connect
from tests.asking import AUDIT_KEY, Api
from tests.losing import let_everybody_in, shut_everybody_out

COUNT = "{ members { totalCount } }"
CLIENT = {"grant_type": "client_credentials", "client_id": "some", "client_secret": "some"}


@pytest.fixture
async def own_api(own_province_url: str) -> AsyncIterator[Api]:
    async with connect(own_province_url, connections=4, patience=0.5, audit_key=AUDIT_KEY) as database:
        api = Api(database)
        yield api
        await api.http.aclose()


async def statuses(api: Api, organization: OrganizationRecord) -> dict[str, int]:
    """By what is asked for; GraphQL as somebody with a good token."""
    http, caller = api.http, api.as_(organization)
    answers = {
        "alive": await http.get("/healthz"),
        "ready": await http.get("/readyz"),
        "metrics": await http.get("/metrics"),
        "token": await http.post("/oauth/token", data=CLIENT),
        "query": await caller.post(COUNT),
        "stream": await caller.post("subscription { permissionsChanged { number } }", Accept="text/event-stream"),
    }
    return {asked: response.status_code for asked, response in answers.items()}


async def test_every_address_says_so_and_answers_again_afterwards(
    own_api: Api, own_province_url: str, province_committee: OrganizationRecord
) -> None:
    caller = own_api.as_(province_committee)
    await caller.ask(COUNT)
    shut_everybody_out(own_province_url)
    away = await statuses(own_api, province_committee)
    assert away == {"alive": 200, "metrics": 200} | dict.fromkeys(("ready", "token", "query", "stream"), 503)
    let_everybody_in(own_province_url)
    async with asyncio.timeout(20):
        while (await own_api.http.get("/readyz")).status_code != 200:
            pass
    assert (await caller.ask(COUNT))["members"]["totalCount"] > 0
    assert (await own_api.http.post("/oauth/token", data=CLIENT)).status_code == 401
