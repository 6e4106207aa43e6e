"""后台导出: exports that jobs write, cancelled, bounded and given up."""

from typing import Any

import pytest
from sqlalchemy import create_engine, text

from domain.records import OrganizationRecord
from schema.identifiers import number_of
from tests.asking import Api, Caller
from tests.exported import (
    CANCEL,
    MEMBERS,
    READ,
    asked,
    downloaded,
    exporting,
    exporting_of,
    fetched,
    finished,
    started,
)
from tests.exporting import ALL, refused, somebody


async def test_a_worker_writes_it_and_reports_nothing(large: Api, exports_url: str, county: OrganizationRecord) -> None:
    caller = somebody(large, county)
    async with exporting(large, exports_url) as reported:
        export = await finished(caller, await started(caller, format="XLSX", columns=ALL))
    assert (export["state"], export["percent"], reported) == ("READY", 100, [])
    assert export["rowsDone"] == export["rowsTotal"] == len((await downloaded(caller, export)).rows)
    assert export["size"] == len((await fetched(caller, export["url"])).content)


async def test_one_that_waits_cannot_be_downloaded_and_can_be_cancelled(large: Api, county: OrganizationRecord) -> None:
    caller = somebody(large, county)
    export = await started(caller, format="CSV", columns=["NAME"])
    assert (export["state"], export["percent"], export["url"]) == ("QUEUED", 0, None)
    assert refused(await fetched(caller, f"/exports/{export['id']}"))[:2] == (409, "EXPORT_NOT_READY")
    cancelled = (await asked(caller, CANCEL, id=export["id"]))["export"]
    assert (cancelled["state"], cancelled["url"]) == ("CANCELLED", None)
    await exporting_of(large).run(number_of("Export", export["id"]))
    assert (await caller.ask(READ, {"id": export["id"]}))["export"]["state"] == "CANCELLED"
    again = await asked(caller, CANCEL, id=export["id"])
    assert [each["code"] for each in again["errors"]] == ["EXPORT_ENDED"]


async def test_one_that_is_cancelled_while_it_is_written_leaves_no_file(
    large: Api, county: OrganizationRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = somebody(large, county)
    export = await started(caller, format="CSV", columns=["NAME"])
    worker = exporting_of(large)
    put = large.files.put_export

    async def cancelling(place: Any) -> str:
        await asked(caller, CANCEL, id=export["id"])
        return await put(place)

    monkeypatch.setattr(large.files, "put_export", cancelling)
    before = {each.key async for part in large.files.exported() for each in part}
    await worker.run(number_of("Export", export["id"]))
    assert {each.key async for part in large.files.exported() for each in part} == before
    assert (await caller.ask(READ, {"id": export["id"]}))["export"]["state"] == "CANCELLED"


async def test_one_that_is_begun_too_often_is_given_up(large: Api, county: OrganizationRecord) -> None:
    caller = somebody(large, county)
    export = await started(caller, format="CSV", columns=["NAME"])
    engine = create_engine(large.database.url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        given = {"id": number_of("Export", export["id"])}
        connection.execute(text("UPDATE exports SET begun = 5, state = 'RUNNING' WHERE id = :id"), given)
    engine.dispose()
    await exporting_of(large).run(number_of("Export", export["id"]))
    found = (await caller.ask(READ, {"id": export["id"]}))["export"]
    assert (found["state"], found["failure"]) == ("FAILED", "GIVEN_UP")


async def test_one_person_has_three_under_way_at_most(large: Api, small: Api, county: OrganizationRecord) -> None:
    caller = somebody(large, county)
    running = [await started(caller, format="CSV", columns=["NAME"]) for _ in range(3)]
    refused_one = await asked(caller, MEMBERS, format="CSV", columns=["NAME"])
    assert [each["code"] for each in refused_one["errors"]] == ["EXPORTS_RUNNING"]
    await started(Caller(small, caller.token), format="CSV", columns=["NAME"])  # which needs no job
    await asked(caller, CANCEL, id=running[0]["id"])
    await started(caller, format="CSV", columns=["NAME"])
