"""graphql-transport-ws on a real server and a real socket."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from domain.records import OrganizationRecord
from server import recently_read
from tests.asking import Api
from tests.losing import shut_everybody_out
from tests.serving import served
from tests.sockets import socket

PROTOCOL = "graphql-transport-ws"


@pytest.fixture
async def address(province_url: str, api: Api) -> AsyncIterator[str]:
    async with served(api, province_url) as place:
        yield f"ws://{place}/graphql"


async def talk(connection: ClientConnection, message: dict[str, Any]) -> dict[str, Any]:
    await connection.send(json.dumps(message))
    answer: dict[str, Any] = json.loads(await connection.recv())
    return answer


async def opened(address: str, token: str | None) -> ClientConnection:
    connection = await connect(address, subprotocols=[PROTOCOL])  # type: ignore[list-item] # a NewType of str
    payload = {} if token is None else {"authorization": f"Bearer {token}"}
    await connection.send(json.dumps({"type": "connection_init", "payload": payload}))
    return connection


async def test_operations_run_over_the_socket(address: str, api: Api, county: OrganizationRecord) -> None:
    async with await opened(address, api.as_(county).token) as connection:
        assert json.loads(await connection.recv()) == {"type": "connection_ack"}
        for number in ("1", "2"):
            query = {
                "query": "query ($n: Int) { viewer { organization { name } } members(first: $n) { nodes { id } } }"
            }
            message = {"id": number, "type": "subscribe", "payload": {**query, "variables": {"n": 1}}}
            answer = await talk(connection, message)
            assert answer["type"] == "next"
            assert answer["payload"]["data"]["viewer"] == {"organization": {"name": county.name}}
            assert len(answer["payload"]["data"]["members"]["nodes"]) == 1
            assert json.loads(await connection.recv()) == {"id": number, "type": "complete"}


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{ viewer"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": 7}, "BAD_REQUEST"),
        ({"query": "{ viewer { role } }", "variables": []}, "BAD_REQUEST"),
    ],
)
async def test_an_operation_that_cannot_run_ends_with_an_error(
    address: str, api: Api, county: OrganizationRecord, payload: dict[str, Any], code: str
) -> None:
    async with await opened(address, api.as_(county).token) as connection:
        await connection.recv()
        answer = await talk(connection, {"id": "1", "type": "subscribe", "payload": payload})
        assert answer["type"] == "error"
        assert answer["payload"][0]["extensions"]["code"] == code


@pytest.mark.parametrize("token", [None, "x.y.z"])
async def test_a_socket_without_a_good_token_is_closed(address: str, token: str | None) -> None:
    connection = await opened(address, token)
    with pytest.raises(ConnectionClosed) as closed:
        await connection.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


async def test_what_is_no_message_closes_the_socket_and_nothing_else(
    address: str, api: Api, county: OrganizationRecord
) -> None:
    for garbage in ("no json", "[]", "7", '{"type": "unheard"}'):
        async with await opened(address, api.as_(county).token) as connection:
            await connection.recv()
            with suppress(ConnectionClosed):
                await talk(connection, json.loads(garbage) if garbage.startswith("{") else {"id": garbage})
    async with await opened(address, api.as_(county).token) as connection:
        assert json.loads(await connection.recv()) == {"type": "connection_ack"}


@pytest.mark.parametrize("document", ["{ viewer { role } }", "subscription { permissionsChanged { version } }"])
async def test_whatever_begins_when_the_database_is_lost_ends_with_an_error(
    api: Api,
    own_province_url: str,
    county: OrganizationRecord,
    document: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recently_read, "GOOD_FOR", 0)
    async with (
        served(api, own_province_url, patience=0.2) as place,
        socket(place, api.as_(county).token) as asking,
    ):
        shut_everybody_out(own_province_url)
        for _ in range(2):
            await asking.subscribe(document)
            assert (await asking.ended_with())["code"] == "DATABASE_UNAVAILABLE"


async def test_a_stream_that_is_under_way_when_the_database_is_lost_ends_with_an_error(
    api: Api, own_province_url: str, county: OrganizationRecord
) -> None:
    async with (
        served(api, own_province_url, patience=0.2) as place,
        socket(place, api.as_(county).token) as following,
    ):
        await following.subscribe("subscription { permissionsChanged { version } }")
        await following.next_data()
        shut_everybody_out(own_province_url)
        assert (await following.ended_with())["code"] == "DATABASE_UNAVAILABLE"
