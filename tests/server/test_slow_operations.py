"""Which operations are worth a line in the log."""

from itertools import count
from typing import Any

import pytest
from structlog.testing import capture_logs

from domain.records import OrganizationRecord
from storage.engine import Database
from tests.asking import Api

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
    monkeypatch.setattr("server.routes.graphql.perf_counter", count(step=1).__next__)
    [line] = await logged(api, county)
    assert len(line.pop("document")) == 16
    assert line == {
        "event": "operation",
        "log_level": "info",
        "name": "Named",
        "type": "query",
        "errors": 0,
        "milliseconds": 1000,
    }


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
