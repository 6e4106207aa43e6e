"""导出进度: an export is followed while a worker writes it."""

from contextlib import AsyncExitStack

import pytest

from domain.codes import OrganizationKind
from domain.exports import ExportBounds
from domain.records import OrganizationRecord
from schema.identifiers import number_of
from server import exporting as exporting_module
from tests.asking import Api, Caller
from tests.exported import CANCEL, asked, exporting_of, started
from tests.listened import ListenedRegister
from tests.oracle import Register
from tests.sockets import socket

PROGRESS = "subscription ($id: ID!) { exportProgress(id: $id) { state rowsDone rowsTotal percent url } }"


@pytest.fixture
def caller(listened: ListenedRegister, province_committee: OrganizationRecord) -> Caller:
    """Of another process than that which is listened to."""
    api = Api(listened.api.database, key=listened.api.key, exports=ExportBounds(direct_rows=0))
    return Caller(api, api.as_(province_committee).token)


def told(state: str, done: int, percent: int, url: str | None = None) -> dict[str, object]:
    return {"state": state, "rowsDone": done, "rowsTotal": 2_000, "percent": percent, "url": url}


async def test_each_step_is_told_until_it_is_ready(
    listened: ListenedRegister, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting_module, "_TELLS_EVERY", 0)
    export = await started(caller, format="CSV", columns=["NAME"])
    seen = []
    async with socket(listened.place, caller.token) as following:
        await following.subscribe(PROGRESS, id=export["id"])
        seen.append((await following.next_data())["exportProgress"])
        await exporting_of(caller.api).run(number_of("Export", export["id"]))
        while (message := await following.receive())["type"] == "next":
            seen.append(message["payload"]["data"]["exportProgress"])
    assert seen[0] == told("QUEUED", 0, 0)
    assert seen[-1] == told("READY", 2_000, 100, f"/exports/{export['id']}")
    assert [each["rowsDone"] for each in seen] == sorted(each["rowsDone"] for each in seen)
    assert all(each["percent"] == min(99, each["rowsDone"] // 20) for each in seen[:-1])
    assert message["type"] == "complete"


async def test_that_it_was_cancelled_is_told(listened: ListenedRegister, caller: Caller) -> None:
    export = await started(caller, format="CSV", columns=["NAME"])
    async with socket(listened.place, caller.token) as following:
        await following.subscribe(PROGRESS, id=export["id"])
        assert (await following.next_data())["exportProgress"] == told("QUEUED", 0, 0)
        await asked(caller, CANCEL, id=export["id"])
        assert (await following.next_data())["exportProgress"] == told("CANCELLED", 0, 0)
        assert (await following.receive())["type"] == "complete"


async def test_it_is_followed_by_whoever_asked_alone(
    listened: ListenedRegister, caller: Caller, register: Register
) -> None:
    export = await started(caller, format="CSV", columns=["NAME"])
    county = register.first_of_kind(OrganizationKind.COUNTY)
    async with AsyncExitStack() as stack:
        another = await stack.enter_async_context(socket(listened.place, caller.api.as_(county).token))
        await another.subscribe(PROGRESS, id=export["id"])
        assert (await another.ended_with())["code"] == "NOT_FOUND"
