"""清理导出: files of exports are gone once these have expired, and nothing else is."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.exports import ExportBounds
from domain.records import OrganizationRecord
from schema.identifiers import number_of
from server.export_collecting import ExportCollecting
from storage.engine import connect
from storage.statements import Statement
from tests.asking import AUDIT_KEY, Api
from tests.exported import READ, exporting_of, fetched, started
from tests.set_clock import SetClock

ROWS = Statement("SELECT count(*), count(object_key) FROM exports", {})


@pytest.fixture
async def api(own_province_url: str, clock: SetClock) -> AsyncIterator[Api]:
    async with connect(own_province_url, connections=8, audit_key=AUDIT_KEY) as database:
        application = Api(database, clock=clock, exports=ExportBounds(direct_rows=0))
        yield application
        await application.http.aclose()


async def keys(api: Api) -> set[str]:
    return {each.key async for part in api.files.exported() for each in part}


async def test_files_go_when_they_expire_and_rows_a_day_later(
    api: Api, clock: SetClock, branch: OrganizationRecord
) -> None:
    caller = api.as_(branch)
    collecting = ExportCollecting(api.database, api.files, clock)
    export = await started(caller, format="CSV", columns=["NAME"])
    await started(caller, format="CSV", columns=["NAME"])  # which nobody writes
    await exporting_of(api).run(number_of("Export", export["id"]))
    url = (await caller.ask(READ, {"id": export["id"]}))["export"]["url"]
    clock.pass_(hours=23)
    await collecting.collect()
    assert (len(await keys(api)), (await fetched(caller, url)).status_code) == (1, 200)
    clock.pass_(hours=2)
    await collecting.collect()
    assert await keys(api) == set()
    assert await api.database.rows(ROWS) == [(2, 0)]
    assert (await fetched(caller, url)).status_code == 410
    clock.pass_(hours=24)
    await collecting.collect()
    assert await api.database.rows(ROWS) == [(1, 0)]
    assert (await fetched(caller, url)).status_code == 404


async def test_what_no_row_names_goes_after_a_day(api: Api, tmp_path: Path) -> None:
    """A worker that was killed between the store and the row leaves it; one that works just now has put it there."""
    file = tmp_path / "export"
    file.write_bytes(b"left")
    await api.files.put_export(file)
    photo = await api.files.put(b"photo")
    now = datetime.now(UTC)
    await ExportCollecting(api.database, api.files, lambda: now + timedelta(hours=23)).collect()
    assert len(await keys(api)) == 1
    await ExportCollecting(api.database, api.files, lambda: now + timedelta(hours=25)).collect()
    assert await keys(api) == set()
    assert await api.files.get(photo) is not None
