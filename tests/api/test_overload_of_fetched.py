"""What is fetched by an address of its own has a place among the operations while it is looked up, and no longer."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace

import httpx
import pytest

from charts.chart import Chart
from charts.drawing import draw
from domain.codes import ChartFormat
from domain.records import MemberRecord, OrganizationRecord
from files.demonstration import put_demonstration_files
from files.store import in_memory
from forms.press import _printed
from schema.identifiers import encoded
from server.operations.places import PlaceBounds
from storage.engine import Database
from tests.api.test_charts import asked, fetched
from tests.api.test_overload import ENDLESS, NAMES, api_over, code_of
from tests.asking import Api, Caller
from tests.audit import entries_of
from tests.blocking import kept, patiently
from tests.exported import started
from tests.exporting import somebody
from tests.oracle import Register
from tests.serving import served

ADDRESSES = "query ($id: ID!) { member(id: $id) { photo collectionFormUrl } }"
WHO = "{ viewer { role } }"
FILTERED = {"name": {"prefix": "王"}}
"""What is counted so is counted in the members themselves."""

PATIENCE = 20.0  # seconds
SINGLE = PlaceBounds(at_once=1, per_caller=1, longest_wait=ENDLESS)
MORE_THAN_IS_BUFFERED = 32 * 1_048_576
"""Bytes: of a connection's ends together."""


@pytest.fixture
def member(register: Register, county: OrganizationRecord) -> MemberRecord:
    return next(m for m in register.members_in(county) if m.photo)


async def addresses_of(caller: Caller, county: OrganizationRecord, member: MemberRecord) -> Sequence[str]:
    """Of a chart, a form, an export and a file."""
    found = (await caller.ask(ADDRESSES, {"id": encoded("Member", member.id)}))["member"]
    export = await started(caller, format="CSV", columns=["NAME"])
    return await chart_of(caller, county), found["collectionFormUrl"], export["url"], found["photo"]


async def chart_of(caller: Caller, county: OrganizationRecord) -> str:
    url: str = (await asked(caller, county, where=FILTERED))["chartUrl"]
    return url


async def waited_for_a_place(api: Api, by: int) -> None:
    """Until so many do."""

    async def so_many() -> bool:
        told = (await api.http.get("/metrics")).text
        return f'dengta_operations_now{{state="waiting"}} {by}.0' in told

    await patiently(so_many)


async def test_what_is_more_than_may_wait_is_told_to_come_again_and_nothing_was_done_for_it(
    own_province_url: str, county: OrganizationRecord, member: MemberRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.operations.places._TOO_MUCH_AFTER", ENDLESS)
    places = PlaceBounds(at_once=1, per_caller=1, waiting=4, longest_wait=ENDLESS)
    async with api_over(own_province_url, places=places) as api:
        await put_demonstration_files(api.files)
        caller = api.as_(county)
        addresses = await addresses_of(caller, county, member)
        async with kept(own_province_url, "members") as members:
            running = asyncio.create_task(caller.post(NAMES))
            await members.is_waited_for(by=1)
            early, late = [
                [
                    asyncio.create_task(fetched(caller, address, **{"X-Request-ID": f"{when}-request-{number}"}))
                    for number, address in enumerate(addresses)
                ]
                for when in ("early", "late")
            ]
            async with asyncio.timeout(PATIENCE):
                refused = await asyncio.gather(*early)
            for answer in refused:
                assert (answer.status_code, code_of(answer)) == (503, "SERVER_BUSY")
                assert answer.headers["retry-after"] in {"1", "2", "3"}
                assert "runs 1 operations at a time, and 4 may wait" in answer.json()["errors"][0]["message"]
            await members.let_go()
            assert "errors" not in (await running).json()
            assert [answer.status_code for answer in await asyncio.gather(*late)] == [200] * 4
        for number in range(len(addresses)):
            assert await entries_of(api.database, f"early-request-{number}") == []
            assert await entries_of(api.database, f"late-request-{number}") != []


async def test_a_flood_of_charts_leaves_the_others_their_places(
    own_province_url: str, county: OrganizationRecord
) -> None:
    places = PlaceBounds(at_once=3, per_caller=2, longest_wait=ENDLESS)
    async with api_over(own_province_url, places=places) as api:
        greedy, modest = somebody(api, county), somebody(api, county)
        address = await chart_of(greedy, county)
        async with kept(own_province_url, "members") as members:
            flood = [asyncio.create_task(fetched(greedy, address)) for _ in range(50)]
            await members.is_waited_for(by=2)
            for _ in range(10):
                await modest.ask(WHO)
            await members.is_waited_for(by=2)
            await members.let_go()
            statuses = [answer.status_code for answer in await asyncio.gather(*flood)]
        assert set(statuses) <= {200, 503}
        assert statuses.count(200) >= 2


async def test_a_callers_charts_count_among_his_operations(own_province_url: str, county: OrganizationRecord) -> None:
    places = PlaceBounds(at_once=2, per_caller=1, longest_wait=ENDLESS)
    async with api_over(own_province_url, places=places) as api:
        caller = api.as_(county)
        address = await chart_of(caller, county)
        async with kept(own_province_url, "members") as members:
            drawing = asyncio.create_task(fetched(caller, address))
            await members.is_waited_for(by=1)
            asking = asyncio.create_task(caller.ask(WHO))
            await waited_for_a_place(api, by=1)
            await somebody(api, county).ask(WHO)
            assert not asking.done()
            await members.let_go()
            assert (await drawing).status_code == 200
            await asking


async def test_tokens_that_were_not_seen_count_by_their_address(
    own_province_url: str, county: OrganizationRecord
) -> None:
    places = PlaceBounds(at_once=2, per_caller=1, longest_wait=0.05)
    async with api_over(own_province_url, places=places) as api:
        known, unseen = somebody(api, county), somebody(api, county)
        address = await chart_of(known, county)
        async with kept(own_province_url, "members") as members:
            drawing = asyncio.create_task(fetched(unseen, address))
            await members.is_waited_for(by=1)
            refused = await fetched(Caller(api, "made-up"), address)
            assert (refused.status_code, code_of(refused)) == (503, "SERVER_BUSY")
            await known.ask(WHO)
            await members.let_go()
            assert (await drawing).status_code == 200
        assert (await fetched(Caller(api, "made-up"), address)).status_code == 401


async def test_no_place_is_held_while_a_chart_is_drawn(
    province: Database, county: OrganizationRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_go_on = threading.Event(), threading.Event()

    def held_up(chart: Chart, drawn_as: ChartFormat) -> bytes:
        begun.set()
        may_go_on.wait(PATIENCE)
        return draw(chart, drawn_as)

    monkeypatch.setattr("charts.studio.draw", held_up)
    api = Api(province, places=SINGLE)
    caller = api.as_(county)
    drawing = asyncio.create_task(fetched(caller, await chart_of(caller, county)))
    try:
        await asyncio.to_thread(begun.wait, PATIENCE)
        async with asyncio.timeout(PATIENCE):
            await caller.ask(WHO)
        assert not drawing.done()
    finally:
        may_go_on.set()
    assert (await drawing).status_code == 200
    await api.http.aclose()


async def test_no_place_is_held_while_a_form_is_printed(
    province: Database, county: OrganizationRecord, member: MemberRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_go_on = asyncio.Event(), asyncio.Event()

    async def held_up(forms: bytes) -> bytes:
        begun.set()
        await may_go_on.wait()
        return await _printed(forms)

    monkeypatch.setattr("forms.press._printed", held_up)
    api = Api(province, places=SINGLE)
    caller = api.as_(county)
    address = (await caller.ask(ADDRESSES, {"id": encoded("Member", member.id)}))["member"]["collectionFormUrl"]
    printing = asyncio.create_task(fetched(caller, address))
    await begun.wait()
    async with asyncio.timeout(PATIENCE):
        await caller.ask(WHO)
    assert not printing.done()
    may_go_on.set()
    assert (await printing).status_code == 200
    await api.http.aclose()


async def test_no_place_is_held_while_a_file_is_sent_to_who_reads_slowly(
    api: Api, province_url: str, county: OrganizationRecord, member: MemberRecord
) -> None:
    single = replace(api, files=in_memory(), places=SINGLE)
    await single.files.put_at(str(member.photo), bytes(MORE_THAN_IS_BUFFERED))
    token = api.as_(county).token
    async with served(single, province_url) as place, httpx.AsyncClient(base_url=f"http://{place}") as client:
        address = f"/files/{encoded('Member', member.id)}"
        reader, writer = await asyncio.open_connection(*place.split(":"))
        writer.write(f"GET {address} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert (head.split()[1], f"content-length: {MORE_THAN_IS_BUFFERED}\r\n".encode() in head) == (b"200", True)
        answer = await client.post("/graphql", json={"query": WHO}, headers={"Authorization": f"Bearer {token}"})
        assert "errors" not in answer.json()
        assert len(await reader.readexactly(MORE_THAN_IS_BUFFERED)) == MORE_THAN_IS_BUFFERED
        writer.close()


async def test_who_goes_away_has_no_chart_looked_up(
    api: Api, own_province_url: str, county: OrganizationRecord
) -> None:
    caller = api.as_(county)
    address = await chart_of(caller, county)
    async with served(api, own_province_url) as place, kept(own_province_url, "members") as members:
        _, writer = await asyncio.open_connection(*place.split(":"))
        writer.write(f"GET {address} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {caller.token}\r\n\r\n".encode())
        await members.is_waited_for(by=1)
        writer.transport.abort()
        await members.is_waited_for(by=0)
