"""Which operations are worth a line in the log."""

from dataclasses import replace
from hashlib import sha256
from itertools import count
from typing import Any

import pytest
from structlog.testing import capture_logs

from auth.actor import Role
from domain.records import OrganizationRecord
from storage.engine import Database
from tests.asking import Api
from tests.serving import served
from tests.sockets import socket

QUERY = 'query Named { members(where: {name: {exact: "王建国"}}) { totalCount } }'


async def logged(api: Api, caller_of: OrganizationRecord, query: str = QUERY) -> list[Any]:
    with capture_logs() as lines:
        await api.as_(caller_of).post(query)
    return lines


async def test_a_quick_operation_is_not_logged(api: Api, county: OrganizationRecord) -> None:
    assert await logged(api, county) == []


async def test_a_slow_operation_is_logged_without_its_text(
    api: Api, county: OrganizationRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.operations.running.perf_counter", count(step=1).__next__)
    [line] = await logged(api, county)
    assert line.pop("statement_milliseconds") > 0
    assert line == {
        "event": "operation",
        "log_level": "info",
        "name": "Named",
        "type": "query",
        "document": sha256(QUERY.encode()).hexdigest(),
        "errors": 0,
        "milliseconds": 3000,
        "statements": 1,
    }


async def test_statements_of_each_operation_are_counted_apart(province: Database, county: OrganizationRecord) -> None:
    api = Api(province, slow_operation=0.0)
    nested = "query Nested { members(first: 2) { totalCount nodes { branch { name } } } }"
    lines = [*await logged(api, county), *await logged(api, county, nested), *await logged(api, county)]
    assert [line["statements"] for line in lines] == [1, 3, 1]


async def test_an_operation_over_a_websocket_is_logged_too(
    api: Api, province_url: str, county: OrganizationRecord
) -> None:
    slow = replace(api, slow_operation=0.0)
    with capture_logs() as lines:
        async with served(slow, province_url) as place, socket(place, api.token(Role.ADMINISTRATOR, county)) as opened:
            await opened.subscribe(QUERY)
            await opened.next_data()
    assert [line["name"] for line in lines if line["event"] == "operation"] == ["Named"]


async def test_with_zero_every_operation_is_logged(province: Database, county: OrganizationRecord) -> None:
    api = Api(province, slow_operation=0.0)
    [line] = await logged(api, county)
    assert (line["event"], line["name"]) == ("operation", "Named")


async def test_a_failure_tells_which_operation_it_was(
    api: Api, county: OrganizationRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("resolvers.members.page_of_members", fail)
    failure, operation = await logged(api, county, "query Named { members { nodes { id } } }")
    assert (failure["event"], failure["error"]) == ("failure", "RuntimeError")
    assert (operation["event"], operation["name"], operation["errors"]) == ("operation", "Named", 1)


async def test_a_mistake_of_the_caller_is_not_logged(api: Api, county: OrganizationRecord) -> None:
    assert await logged(api, county, '{ member(id: "x") { id } }') == []
