"""Subscriptions on a real server: each event in a fresh context, and none once the caller may no longer ask."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle

import pytest
from sqlalchemy import create_engine, text

from auth.actor import Role
from domain.records import OrganizationRecord
from server.operations.executors import COMPILED, GRAPHQL_CORE
from storage.engine import connect
from tests.asking import AUDIT_KEY, Api
from tests.editing import Officer, change
from tests.serving import served
from tests.sockets import Socket, socket

PERMISSIONS = "subscription { permissionsChanged { version changed { field read write } } }"
PATIENCE = 20
"""Seconds, on a machine that has much else to do."""

ORGANIZATION = "subscription { permissionsChanged { version viewer { organization { name } } } }"


@dataclass
class Register:
    """A register of one's own with two servers over it: one that is listened to, one at which an officer sits."""

    url: str
    api: Api
    place: str
    officer: Officer

    def execute(self, statement: str) -> None:
        engine = create_engine(self.url)
        with engine.begin() as connection:
            connection.execute(text(statement))
        engine.dispose()


@pytest.fixture(params=[COMPILED, GRAPHQL_CORE])
async def own(
    request: pytest.FixtureRequest, own_province_url: str, province_committee: OrganizationRecord
) -> AsyncIterator[Register]:
    api = Api(connect(own_province_url, connections=4, audit_key=AUDIT_KEY), executor=request.param)
    async with served(api, own_province_url) as place:
        yield Register(own_province_url, api, place, Officer(api.as_(province_committee, Role.SECURITY_OFFICER)))
    await api.http.aclose()
    await api.database.close()


async def test_permissions_come_at_once_and_then_as_they_change(own: Register, county: OrganizationRecord) -> None:
    async with socket(own.place, own.api.as_(county).token) as following:
        await following.subscribe(PERMISSIONS)
        first = (await following.next_data())["permissionsChanged"]
        assert first["version"] == 0
        assert {"field": "Member.phone", "read": "VISIBLE", "write": True} in first["changed"]
        await own.officer.edits(change("Member.phone", read="MASKED"), change("Member.name", write=False))
        second = (await following.next_data())["permissionsChanged"]
        assert second == {
            "version": 1,
            "changed": [
                {"field": "Member.name", "read": "VISIBLE", "write": False},
                {"field": "Member.phone", "read": "MASKED", "write": True},
            ],
        }


async def test_what_changes_for_others_is_no_event(own: Register, county: OrganizationRecord) -> None:
    async with socket(own.place, own.api.as_(county).token) as following:
        await following.subscribe(PERMISSIONS)
        await following.next_data()
        await own.officer.edits(change("Member.phone", role=Role.PARTNER, read="HIDDEN"))
        await own.officer.edits(change("Member.phone", read="HIDDEN"))
        event = (await following.next_data())["permissionsChanged"]
        assert (event["version"], event["changed"]) == (
            2,
            [{"field": "Member.phone", "read": "HIDDEN", "write": False}],
        )


async def test_each_event_has_a_context_of_its_own(own: Register, county: OrganizationRecord) -> None:
    async with socket(own.place, own.api.as_(county).token) as following:
        await following.subscribe(ORGANIZATION)
        shown = (await following.next_data())["permissionsChanged"]["viewer"]["organization"]["name"]
        assert shown == county.name
        own.execute(f"UPDATE organizations SET name = '新名称' WHERE id = {county.id}")
        async with asyncio.timeout(PATIENCE):
            for read in cycle(("MASKED", "HIDDEN")):
                await own.officer.edits(change("Member.phone", read=read))
                shown = (await following.next_data())["permissionsChanged"]["viewer"]["organization"]["name"]
                if shown != county.name:
                    break
        assert shown == "新名称"


async def test_a_stream_ends_when_a_field_of_it_gets_hidden(own: Register, county: OrganizationRecord) -> None:
    async with socket(own.place, own.api.as_(county).token) as following:
        await following.subscribe(ORGANIZATION)
        await following.next_data()
        await own.officer.edits(change("Organization.name", read="HIDDEN"))
        async with asyncio.timeout(PATIENCE):
            assert await following.ended_with() == {"code": "FIELD_HIDDEN", "fields": ["Organization.name"]}
        await following.subscribe(ORGANIZATION)
        assert (await following.ended_with())["code"] == "FIELD_HIDDEN"
        await following.subscribe(PERMISSIONS)
        assert (await following.next_data())["permissionsChanged"]["version"] == 1


async def test_an_edit_that_nobody_announced_takes_effect_all_the_same(
    own: Register, county: OrganizationRecord
) -> None:
    async with socket(own.place, own.api.as_(county).token) as following:
        await following.subscribe(ORGANIZATION)
        await following.next_data()
        own.execute(
            "INSERT INTO permission_versions (number, changed_by) VALUES (1, 'somebody');"
            "INSERT INTO permission_changes (version, role, tier, field, read)"
            " VALUES (1, 'ADMINISTRATOR', 'COUNTY_OR_ABOVE', 'Organization.name', 'HIDDEN')"
        )
        assert (await following.ended_with())["code"] == "FIELD_HIDDEN"


async def test_a_stream_ends_with_its_token(own: Register, county: OrganizationRecord) -> None:
    token = own.api.authority.issue("tester", Role.ADMINISTRATOR, county, timedelta(seconds=2))
    async with socket(own.place, token) as following:
        await following.subscribe(PERMISSIONS)
        await following.next_data()
        assert (await following.ended_with())["code"] == "UNAUTHENTICATED"


async def test_one_can_stop_and_begin_again(own: Register, county: OrganizationRecord) -> None:
    async with socket(own.place, own.api.as_(county).token) as following:
        for _ in range(3):
            await following.subscribe(PERMISSIONS)
            await following.next_data()
            await following.send({"id": "1", "type": "complete"})
        await following.subscribe("{ viewer { role } }", "2")
        assert await next_of(following, "2") == {"viewer": {"role": "ADMINISTRATOR"}}


async def next_of(following: Socket, number: str) -> object:
    message = await following.receive()
    assert (message["id"], message["type"]) == (number, "next")
    return message["payload"]["data"]


async def test_variables_that_do_not_fit_end_it(own: Register, county: OrganizationRecord) -> None:
    query = "subscription ($yes: Boolean!) { permissionsChanged { version @include(if: $yes) } }"
    async with socket(own.place, own.api.as_(county).token) as following:
        await following.subscribe(query, yes="maybe")
        assert (await following.ended_with())["code"] == "BAD_USER_INPUT"


async def test_http_carries_no_subscription(api: Api, county: OrganizationRecord) -> None:
    response = await api.as_(county).post(PERMISSIONS)
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "WEBSOCKET_NEEDED"
