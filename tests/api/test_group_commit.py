"""Operations that come together share transactions of the audit log, and none is answered without its entry."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import create_engine, text

from domain.codes import AuditKind
from domain.records import OrganizationRecord
from storage.audit_verifying import verified_log
from storage.engine import connect
from tests.asking import AUDIT_KEY, Api, Caller
from tests.audit import entries_of_kind
from tests.losing import lose_connections

READ = "{ members(first: 3) { nodes { name } } }"
TOGETHER, CLIENTS, EACH = 100, 16, 10
PATIENCE = 20
"""Seconds, on a machine that has much else to do."""
EXECUTED = re.compile(r'^dengta_operations_total\{executor="compiled",type="query"\} (\S+)$', re.MULTILINE)
LOCK = text("LOCK TABLE audit_entries IN SHARE MODE")


@pytest.fixture
async def own_api(own_province_url: str) -> AsyncIterator[Api]:
    application = Api(connect(own_province_url, connections=8, audit_key=AUDIT_KEY))
    yield application
    await application.http.aclose()
    await application.database.close()


async def executed(api: Api) -> float:
    """How many queries were, whether or not their entries are there yet."""
    found = EXECUTED.search((await api.http.get("/metrics")).text)
    return float(found[1]) if found else 0.0


async def recorded(api: Api) -> Counter[str]:
    """How often each correlation id stands in the log."""
    return Counter(entry.correlation_id for entry in await entries_of_kind(api.database, AuditKind.ARCHIVE_LOOKUP))


async def read(caller: Caller, request: str) -> httpx.Response:
    return await caller.post(READ, None, **{"X-Request-ID": request})


async def test_operations_that_wait_together_are_recorded_together(
    own_api: Api, own_province_url: str, county: OrganizationRecord
) -> None:
    caller, requests = own_api.as_(county), [f"together-{number}" for number in range(TOGETHER)]
    superuser = create_engine(own_province_url)
    with superuser.connect() as lock:
        lock.execute(LOCK)
        before = await executed(own_api)
        asked = [asyncio.create_task(read(caller, request)) for request in requests]
        async with asyncio.timeout(PATIENCE):
            while await executed(own_api) < before + TOGETHER:
                assert not any(each.done() for each in asked)
    superuser.dispose()
    for answer in await asyncio.gather(*asked):
        assert len(answer.json()["data"]["members"]["nodes"]) == 3
    assert own_api.database.audit_log.groups == 2  # that of the first, and that of all who came meanwhile
    assert await recorded(own_api) == Counter(requests)


async def test_nothing_is_answered_without_its_entry_when_the_database_is_lost_midway(
    own_api: Api, own_province_url: str, county: OrganizationRecord
) -> None:
    caller, answered, refused = own_api.as_(county), Counter[str](), Counter[str]()

    async def ask_again_and_again(client: int) -> None:
        for number in range(EACH):
            request = f"reader-{client}-{number}"
            body = (await read(caller, request)).json()
            if "data" in body:
                answered[request] += 1
            else:
                refused[body["errors"][0]["extensions"]["code"]] += 1

    lose_connections(own_province_url, first=3, last=6)  # two groups, each of them twice
    await asyncio.gather(*map(ask_again_and_again, range(CLIENTS)))
    assert await recorded(own_api) == answered
    assert set(refused) == {"DATABASE_UNAVAILABLE"}
    assert answered.total() + refused.total() == CLIENTS * EACH
    assert (await verified_log(own_api.database, AUDIT_KEY)).is_intact
