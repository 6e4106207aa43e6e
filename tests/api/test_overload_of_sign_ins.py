"""Those who are not signed in yet have places of their own, and leave to the others what is theirs."""

import asyncio
from dataclasses import replace

import httpx
import pytest

from domain.records import OrganizationRecord
from server.operations.places import SIGNING_IN, PlaceBounds
from storage.statements import Statement
from tests.api.test_overload import ENDLESS, SAVE, api_over, is_heard
from tests.asking import Api
from tests.blocking import kept
from tests.serving import served

PATIENCE = 20.0  # seconds
FORM = {"grant_type": "refresh_token", "client_id": "nobody", "refresh_token": "a"}
SINGLE = PlaceBounds(at_once=1, per_caller=1, longest_wait=ENDLESS, only_bursts=False)


async def token(api: Api) -> httpx.Response:
    return await api.http.post("/oauth/token", data=FORM)


async def test_a_flood_of_them_leaves_signed_in_callers_what_they_need(
    own_province_url: str, county: OrganizationRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of one address run, whatever it sends; of the five connections that write, others have three."""
    monkeypatch.setattr("server.app.SIGNING_IN", replace(SIGNING_IN, longest_wait=ENDLESS))
    async with api_over(own_province_url) as api, kept(own_province_url, "rate_limits") as rate_limits:
        flood = [asyncio.create_task(token(api)) for _ in range(50)]
        await rate_limits.is_waited_for(by=2)
        assert "errors" not in (await api.as_(county).post(SAVE)).json()
        await rate_limits.is_waited_for(by=2)
        told = (await api.http.get("/metrics")).text
        assert 'dengta_sign_ins_now{state="running"} 2.0' in told
        assert 'dengta_sign_ins_now{state="waiting"} 48.0' in told
        assert 'dengta_operations_now{state="running"} 0.0' in told
        await rate_limits.let_go()
        assert {answer.status_code for answer in await asyncio.gather(*flood)} == {400}


@pytest.mark.parametrize("path", ["/sign-in", "/activate", "/recover", "/sign-in/captcha/a.png", "/oauth/authorize"])
async def test_who_waits_in_vain_is_told_to_come_again_and_was_not_counted(
    own_province_url: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounds = PlaceBounds(at_once=1, per_caller=1, waiting=1, longest_wait=0.05, only_bursts=False)
    monkeypatch.setattr("server.app.SIGNING_IN", bounds)
    async with api_over(own_province_url) as api, kept(own_province_url, "rate_limits") as rate_limits:
        running = asyncio.create_task(token(api))
        await rate_limits.is_waited_for(by=1)
        refused = await token(api)
        assert (refused.status_code, refused.json()["error"]) == (503, "temporarily_unavailable")
        assert refused.json()["error_description"] == "The server is busy. Try again soon."
        assert refused.headers["retry-after"] == "1"
        page = await api.http.get(path)
        assert (page.status_code, page.headers["retry-after"]) == (503, "1")
        await rate_limits.let_go()
        assert (await running).status_code == 400
        assert await api.database.number(Statement("SELECT sum(count) FROM rate_limits", {})) == 1
        assert (await api.http.get(path)).status_code != 503


async def test_who_sends_slowly_holds_no_place(api: Api, province_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.app.SIGNING_IN", SINGLE)
    head = "POST /oauth/token HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    async with served(api, province_url) as place, httpx.AsyncClient(base_url=f"http://{place}") as client:
        reader, writer = await asyncio.open_connection(*place.split(":"))
        writer.write(f"{head}Content-Length: 10\r\n\r\n12345".encode())
        await is_heard(place)
        async with asyncio.timeout(PATIENCE):
            assert (await client.post("/oauth/token", data=FORM)).status_code == 400
            assert (await client.get("/sign-in")).status_code == 200
            writer.write(b"67890")
            assert (await reader.readline()).split()[1] == b"400"
        writer.close()
