"""All connections are held by slow statements: whoever else comes waits a bounded time, and is told to come back."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

import psycopg
import pytest

from domain.records import OrganizationRecord
from storage.engine import Database, connect, libpq_url
from storage.statements import Statement
from tests.asking import AUDIT_KEY, Api
from tests.commands import wait_until

PATIENCE = 0.3
SLOW = Statement("SELECT pg_sleep(60)", {})
SLEEPING = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event = 'PgSleep'"""
COUNT = "{ members { totalCount } }"


@pytest.fixture
async def narrow(province_url: str) -> AsyncIterator[Database]:
    async with connect(province_url, connections=2, patience=PATIENCE, audit_key=AUDIT_KEY) as database:
        yield database


def sleeping(url: str) -> int:
    """How many statements are under way in PostgreSQL."""
    with psycopg.connect(libpq_url(url)) as connection:
        return int(connection.execute(SLEEPING).fetchall()[0][0])


async def test_others_are_told_to_come_back_and_served_when_they_do(
    narrow: Database, province_url: str, province_committee: OrganizationRecord
) -> None:
    api = Api(narrow)
    caller = api.as_(province_committee)
    await caller.ask(COUNT)
    holding = [asyncio.create_task(narrow.rows(SLOW)) for _ in range(2)]
    await asyncio.to_thread(wait_until, lambda: sleeping(province_url) == len(holding))
    began = monotonic()
    refused = await caller.post(COUNT)
    assert monotonic() - began >= PATIENCE
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json()["errors"][0]["extensions"]["code"] == "DATABASE_BUSY"
    assert (await api.http.get("/healthz")).status_code == 200
    assert (await api.http.get("/readyz")).status_code == 503
    for each in holding:
        each.cancel()
    await asyncio.wait(holding)
    assert (await caller.ask(COUNT))["members"]["totalCount"] > 0
    assert (await api.http.get("/readyz")).status_code == 200
    await api.http.aclose()
