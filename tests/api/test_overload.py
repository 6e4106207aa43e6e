"""What the server does with more than it can do: the bounds of operations, from just below and from just above."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest
from psycopg import AsyncConnection
from sqlalchemy import func, select

from domain.records import OrganizationRecord
from server.operations.places import PlaceBounds, Places
from server.operations.shared_answers import Peers
from server.routes.websocket import SocketBounds
from server.security_headers import SecurityHeaders
from storage.engine import Database, connect
from storage.errors import CommitUnknownError
from storage.statements import Statement
from tests.asking import AUDIT_KEY, Api
from tests.blocking import kept, patiently
from tests.serving import served
from tests.sockets import socket
from tests.waiting import superuser_of

NAMES = "{ members(first: 1) { nodes { name } } }"
SAVE = 'mutation { saveQuery(input: {name: "甲", members: {where: {}}}) { savedQuery { name } errors { code } } }'
SAVED = "{ savedQueries { nodes { name } } }"
BOUNDS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
ENDLESS = 3600.0  # seconds


@asynccontextmanager
async def api_over(url: str, database: dict[str, Any] | None = None, **parts: Any) -> AsyncIterator[Api]:
    async with connect(
        url, audit_key=AUDIT_KEY, **{"statement_timeout": 60, "lock_timeout": 60, **(database or {})}
    ) as db:
        application = Api(db, **parts)
        yield application
        await application.http.aclose()


def code_of(response: httpx.Response) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])


async def test_what_is_more_than_may_run_and_wait_is_told_to_come_again(
    own_province_url: str, county: OrganizationRecord
) -> None:
    places = PlaceBounds(at_once=2, per_caller=2, waiting=1, longest_wait=ENDLESS)
    async with api_over(own_province_url, places=places) as api, kept(own_province_url, "members") as members:
        caller = api.as_(county)
        running = [asyncio.create_task(caller.post(NAMES)) for _ in range(2)]
        await members.is_waited_for(by=2)
        others = [asyncio.create_task(caller.post(NAMES)) for _ in range(2)]
        (refused,), (waiting,) = await asyncio.wait(others, return_when=asyncio.FIRST_COMPLETED)
        answer = refused.result()
        assert (answer.status_code, code_of(answer)) == (503, "SERVER_BUSY")
        assert answer.headers["retry-after"] in {"1", "2", "3"}
        assert "runs 2 operations at a time, and 1 may wait" in answer.json()["errors"][0]["message"]
        assert (await api.http.get("/healthz")).status_code == 200
        metrics = (await api.http.get("/metrics")).text
        assert 'dengta_operations_now{state="running"} 2.0' in metrics
        assert 'dengta_operations_now{state="waiting"} 1.0' in metrics
        await members.let_go()
        answers = await asyncio.gather(*running, waiting)
        assert ["errors" in each.json() for each in answers] == [False] * 3


async def test_who_is_refused_is_told_in_his_language_before_anybody_looks_who_he_is(
    own_province_url: str, county: OrganizationRecord
) -> None:
    places = PlaceBounds(at_once=1, per_caller=1, waiting=1, longest_wait=0.05)
    async with api_over(own_province_url, places=places) as api, kept(own_province_url, "members") as members:
        running = asyncio.create_task(api.as_(county).post(NAMES))
        await members.is_waited_for(by=1)
        refused = await api.http.post("/graphql", json={"query": NAMES}, headers={"Accept-Language": "zh"})
        assert (refused.status_code, code_of(refused)) == (503, "SERVER_BUSY")
        assert "最多 1 个" in refused.json()["errors"][0]["message"]
        await members.let_go()
        await running


async def test_who_is_refused_at_the_door_and_sends_nonsense_then_is_answered_once(
    api: Api, province_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Places, "has_too_much", True)
    monkeypatch.setattr(Places, "would_be_refused", lambda *_: True)
    async with served(api, province_url) as place, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection(*place.split(":"))
        writer.write(b"POST /graphql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
        answer = await reader.read()
        assert (answer.split()[1], answer.count(b"HTTP/1.1")) == (b"503", 1)
        writer.close()


async def test_who_would_be_refused_is_refused_at_the_door_and_may_come_again_over_the_same_connection(
    api: Api, province_url: str, county: OrganizationRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(api, province_url) as place, httpx.AsyncClient(base_url=f"http://{place}") as client:
        headers = {"Authorization": f"Bearer {api.as_(county).token}", "Accept-Language": "en"}
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(Places, "has_too_much", True)
            meanwhile.setattr(Places, "would_be_refused", lambda *_: True)
            refused = await client.post(
                "/graphql", json={"query": NAMES, "operationName": "a" * 100_000}, headers=headers
            )
            assert (refused.status_code, code_of(refused)) == (503, "SERVER_BUSY")
            assert refused.headers["retry-after"] in {"1", "2", "3"}
            assert "x-request-id" not in refused.headers
            told = [(name.encode(), value.encode()) for name, value in refused.headers.items()]
            assert SecurityHeaders(0).missing_in(told, "http") == []
            for path in ("/charts/a.svg", "/forms/a.pdf", "/exports/a", "/files/a"):
                refused = await client.get(path, headers=headers)
                assert (refused.status_code, code_of(refused)) == (503, "SERVER_BUSY")
                assert "x-request-id" not in refused.headers
            from_a_page = await client.post(
                "/graphql", json={"query": NAMES}, headers={**headers, "Origin": "https://a.test"}
            )
            assert "errors" not in from_a_page.json()
            assert (await client.get("/healthz")).status_code == 200
        assert "errors" not in (await client.post("/graphql", json={"query": NAMES}, headers=headers)).json()


@pytest.mark.parametrize("size", [1_000, 200_000])
async def test_who_sends_slowly_holds_no_place(
    api: Api, province_url: str, county: OrganizationRecord, size: int
) -> None:
    single = replace(api, places=PlaceBounds(at_once=1, per_caller=1, longest_wait=ENDLESS))
    token = api.as_(county).token
    body = orjson.dumps({"query": NAMES}) + b" " * size
    async with served(single, province_url) as place, httpx.AsyncClient(base_url=f"http://{place}") as client:
        reader, writer = await asyncio.open_connection(*place.split(":"))
        writer.write(head_of_post(token, len(body)) + body[: size // 2])
        await writer.drain()
        await is_heard(place)
        answer = await client.post("/graphql", json={"query": NAMES}, headers={"Authorization": f"Bearer {token}"})
        assert "errors" not in answer.json()
        writer.write(body[size // 2 :])
        async with asyncio.timeout(20):
            assert (await reader.readline()).split()[1] == b"200"
        writer.close()


class TestTimeLimit:
    async def test_what_is_told_of_an_event_has_the_same_time(
        self, api: Api, province_url: str, county: OrganizationRecord, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def never(*_: object) -> None:
            await asyncio.Event().wait()

        monkeypatch.setattr(Peers, "answers", never)
        hurried = replace(api, operation_timeout=0.3)
        async with served(hurried, province_url) as place, socket(place, api.as_(county).token) as following:
            await following.subscribe("subscription { permissionsChanged { version } }")
            assert await following.ended_with() == {"code": "OPERATION_TIMEOUT", "seconds": 0.3}

    async def test_a_query_that_takes_longer_is_ended_in_postgresql_too(
        self, own_province_url: str, county: OrganizationRecord
    ) -> None:
        async with (
            api_over(own_province_url, operation_timeout=0.5) as api,
            kept(own_province_url, "members") as members,
        ):
            answer = await api.as_(county).post(NAMES)
            assert answer.status_code == 200
            error = answer.json()["errors"][0]
            assert error["extensions"] == {"code": "OPERATION_TIMEOUT", "seconds": 0.5}
            assert "longer than 0.5 seconds" in error["message"]
            await members.is_waited_for(by=0)
            await members.let_go()
            await api.as_(county).ask(NAMES)

    async def test_one_that_is_ready_in_time_is_answered(
        self, own_province_url: str, county: OrganizationRecord
    ) -> None:
        async with (
            api_over(own_province_url, operation_timeout=60) as api,
            kept(own_province_url, "members") as members,
        ):
            asking = asyncio.create_task(api.as_(county).ask(NAMES))
            await members.is_waited_for(by=1)
            await members.let_go()
            assert len((await asking)["members"]["nodes"]) == 1

    async def test_a_change_that_is_not_ready_in_time_is_not_saved(
        self, own_province_url: str, county: OrganizationRecord
    ) -> None:
        async with (
            api_over(own_province_url, operation_timeout=0.5) as api,
            kept(own_province_url, "saved_queries") as saved_queries,
        ):
            error = await api.as_(county).refused(SAVE)
            assert error["extensions"]["code"] == "OPERATION_TIMEOUT"
            assert "within 0.5 seconds, and was not" in error["message"]
            await saved_queries.is_waited_for(by=0)
            await saved_queries.let_go()
            assert (await api.as_(county).ask(SAVED))["savedQueries"]["nodes"] == []
            assert "errors" not in (await api.as_(county).post(SAVE)).json()

    async def test_a_lost_commit_is_told_as_unknown(self, own_province_url: str) -> None:
        async with (
            connect(own_province_url, audit_key=AUDIT_KEY) as database,
            superuser_of(own_province_url) as superuser,
        ):
            with pytest.raises(CommitUnknownError):
                await _lose_at_the_commit(database, superuser)


async def _lose_at_the_commit(database: Database, superuser: AsyncConnection[Any]) -> None:
    async with database.writing() as session:
        row = await session.row(select(func.pg_backend_pid()))
        await superuser.execute("SELECT pg_terminate_backend(%s, 20000)", row)


async def asked_and_left(place: str, token: str, query: str) -> asyncio.StreamWriter:
    """Sent to the server at `host:port` by a client that may go away."""
    host, port = place.split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    body = orjson.dumps({"query": query})
    writer.write(head_of_post(token, len(body)) + body)
    return writer


def head_of_post(token: str, size: int) -> bytes:
    head = f"POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {size}\r\n\r\n".encode()


class TestWhoGoesAway:
    async def test_his_query_is_ended(self, api: Api, own_province_url: str, county: OrganizationRecord) -> None:
        async with served(api, own_province_url) as place, kept(own_province_url, "members") as members:
            writer = await asked_and_left(place, api.as_(county).token, NAMES)
            await members.is_waited_for(by=1)
            writer.transport.abort()
            await members.is_waited_for(by=0)

    async def test_his_change_is_saved(self, api: Api, own_province_url: str, county: OrganizationRecord) -> None:
        async with served(api, own_province_url) as place, kept(own_province_url, "saved_queries") as saved_queries:
            writer = await asked_and_left(place, api.as_(county).token, SAVE)
            await saved_queries.is_waited_for(by=1)
            writer.transport.abort()
            await is_heard(place)
            await saved_queries.is_waited_for(by=1)
            await saved_queries.let_go()
            await is_saved(own_province_url)

    async def test_his_query_over_a_socket_is_ended(
        self, api: Api, own_province_url: str, county: OrganizationRecord
    ) -> None:
        async with (
            served(api, own_province_url) as place,
            kept(own_province_url, "members") as members,
            socket(place, api.as_(county).token) as asking,
        ):
            await asking.subscribe(NAMES)
            await members.is_waited_for(by=1)
            await asking.send({"id": "1", "type": "complete"})
            await members.is_waited_for(by=0)

    async def test_his_change_over_a_socket_is_saved(
        self, api: Api, own_province_url: str, county: OrganizationRecord
    ) -> None:
        async with served(api, own_province_url) as place, kept(own_province_url, "saved_queries") as saved_queries:
            async with socket(place, api.as_(county).token) as asking:
                await asking.subscribe(SAVE)
                await saved_queries.is_waited_for(by=1)
            await is_heard(place)
            await saved_queries.is_waited_for(by=1)
            await saved_queries.let_go()
            await is_saved(own_province_url)


async def is_heard(place: str) -> None:
    """The server has been answering others since."""
    async with httpx.AsyncClient() as client:
        for _ in range(3):
            assert (await client.get(f"http://{place}/healthz")).status_code == 200


async def is_saved(url: str) -> None:
    async with connect(url, audit_key=AUDIT_KEY) as database:

        async def there() -> bool:
            return await database.number(Statement("SELECT count(*) FROM saved_queries", {})) == 1

        await patiently(there)


class TestConnections:
    async def test_who_waits_for_one_in_vain_is_told_how_many_there_are(
        self, own_province_url: str, county: OrganizationRecord
    ) -> None:
        bounds = {"connections": 2, "patience": 0.3}
        async with api_over(own_province_url, bounds) as api, kept(own_province_url, "members") as members:
            caller = api.as_(county)
            running = [asyncio.create_task(caller.post(NAMES)) for _ in range(2)]
            await members.is_waited_for(by=2)
            refused = await caller.post(NAMES)
            assert (refused.status_code, code_of(refused)) == (503, "DATABASE_BUSY")
            assert refused.headers["retry-after"] == "1"
            assert "connections to the database (2)" in refused.json()["errors"][0]["message"]
            await members.let_go()
            assert ["errors" in each.json() for each in await asyncio.gather(*running)] == [False, False]

    async def test_a_lock_is_waited_for_so_long(self, own_province_url: str, county: OrganizationRecord) -> None:
        bounds = {"lock_timeout": 0.3}
        async with api_over(own_province_url, bounds) as api, kept(own_province_url, "saved_queries") as saved_queries:
            error = await api.as_(county).refused(SAVE)
            assert error["extensions"]["code"] == "LOCKED"
            await saved_queries.let_go()
            assert "errors" not in (await api.as_(county).post(SAVE)).json()

    async def test_every_connection_has_its_bounds(self, own_province_url: str) -> None:
        question = select(*(func.current_setting(name) for name in BOUNDS))
        bounds = {"statement_timeout": 7, "lock_timeout": 3, "longest_pause": 11}
        async with connect(own_province_url, audit_key=AUDIT_KEY, **bounds) as database:  # type: ignore[arg-type] # seconds
            assert await database.row(question) == ("7s", "3s", "11s")
            async with database.writing() as session:
                assert await session.row(question) == ("7s", "3s", "11s")
                await session.allow(20)
                assert await session.row(question) == ("20s", "20s", "11s")
            async with database.writing() as session:
                assert await session.row(question) == ("7s", "3s", "11s")


class TestSockets:
    async def test_as_many_operations_run_on_one_as_may(
        self, own_province_url: str, county: OrganizationRecord
    ) -> None:
        async with (
            api_over(own_province_url, sockets=SocketBounds(operations=2)) as api,
            served(api, own_province_url) as place,
            socket(place, api.as_(county).token) as asking,
        ):
            for number in ("1", "2"):
                await asking.subscribe("subscription { permissionsChanged { version } }", number)
                await asking.next_data()
            await asking.subscribe(NAMES, "3")
            assert await asking.ended_with() == {"code": "TOO_MANY_OPERATIONS", "most": 2}
            await asking.send({"id": "1", "type": "complete"})
            await asking.subscribe(NAMES, "4")
            assert (await asking.receive())["type"] == "next"
