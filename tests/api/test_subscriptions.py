"""Subscriptions on a real server: each event in a fresh context, and none once the caller may no longer ask."""

import asyncio
from datetime import timedelta
from itertools import cycle

import pytest

from auth.actor import Role
from domain.records import OrganizationRecord
from schema.identifiers import encoded
from tests.accounts import SecurityOffice
from tests.asking import Api
from tests.editing import change
from tests.listened import ListenedRegister
from tests.opened_accounts import opened_account, token_at_the_console
from tests.sockets import Socket, socket

PERMISSIONS = "subscription { permissionsChanged { version changed { field read write } } }"
PATIENCE = 20
"""Seconds, on a machine that has much else to do."""

ORGANIZATION = "subscription { permissionsChanged { version viewer { organization { name } } } }"


async def test_permissions_come_at_once_and_then_as_they_change(
    listened: ListenedRegister, county: OrganizationRecord
) -> None:
    async with socket(listened.place, listened.api.as_(county).token) as following:
        await following.subscribe(PERMISSIONS)
        first = (await following.next_data())["permissionsChanged"]
        assert first["version"] == 0
        assert {"field": "Member.phone", "read": "VISIBLE", "write": True} in first["changed"]
        await listened.officer.edits(change("Member.phone", read="MASKED"), change("Member.name", write=False))
        second = (await following.next_data())["permissionsChanged"]
        assert second == {
            "version": 1,
            "changed": [
                {"field": "Member.name", "read": "VISIBLE", "write": False},
                {"field": "Member.phone", "read": "MASKED", "write": True},
            ],
        }


async def test_what_changes_for_others_is_no_event(listened: ListenedRegister, county: OrganizationRecord) -> None:
    async with socket(listened.place, listened.api.as_(county).token) as following:
        await following.subscribe(PERMISSIONS)
        await following.next_data()
        await listened.officer.edits(change("Member.phone", role=Role.PARTNER, read="HIDDEN"))
        await listened.officer.edits(change("Member.phone", read="HIDDEN"))
        event = (await following.next_data())["permissionsChanged"]
        assert (event["version"], event["changed"]) == (
            2,
            [{"field": "Member.phone", "read": "HIDDEN", "write": False}],
        )


async def test_each_event_has_a_context_of_its_own(listened: ListenedRegister, county: OrganizationRecord) -> None:
    async with socket(listened.place, listened.api.as_(county).token) as following:
        await following.subscribe(ORGANIZATION)
        shown = (await following.next_data())["permissionsChanged"]["viewer"]["organization"]["name"]
        assert shown == county.name
        listened.execute(f"UPDATE organizations SET name = '新名称' WHERE id = {county.id}")
        async with asyncio.timeout(PATIENCE):
            for read in cycle(("MASKED", "HIDDEN")):
                await listened.officer.edits(change("Member.phone", read=read))
                shown = (await following.next_data())["permissionsChanged"]["viewer"]["organization"]["name"]
                if shown != county.name:
                    break
        assert shown == "新名称"


async def test_a_stream_ends_when_a_field_of_it_gets_hidden(
    listened: ListenedRegister, county: OrganizationRecord
) -> None:
    async with socket(listened.place, listened.api.as_(county).token) as following:
        await following.subscribe(ORGANIZATION)
        await following.next_data()
        await listened.officer.edits(change("Organization.name", read="HIDDEN"))
        async with asyncio.timeout(PATIENCE):
            assert await following.ended_with() == {"code": "FIELD_HIDDEN", "fields": ["Organization.name"]}
        await following.subscribe(ORGANIZATION)
        assert (await following.ended_with())["code"] == "FIELD_HIDDEN"
        await following.subscribe(PERMISSIONS)
        assert (await following.next_data())["permissionsChanged"]["version"] == 1


async def test_an_edit_that_nobody_announced_takes_effect_all_the_same(
    listened: ListenedRegister, county: OrganizationRecord
) -> None:
    async with socket(listened.place, listened.api.as_(county).token) as following:
        await following.subscribe(ORGANIZATION)
        await following.next_data()
        listened.hide_unannounced("Organization.name")
        assert (await following.ended_with())["code"] == "FIELD_HIDDEN"


async def test_a_stream_ends_with_its_token(listened: ListenedRegister, county: OrganizationRecord) -> None:
    token = listened.api.authority.issue("tester", Role.ADMINISTRATOR, county, timedelta(seconds=2))
    async with socket(listened.place, token) as following:
        await following.subscribe(PERMISSIONS)
        await following.next_data()
        assert (await following.ended_with())["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("mutation", "further"), [("suspendAccount", {}), ("revokeAccount", {}), ("changeAccountRole", {"role": "AUDITOR"})]
)
async def test_a_stream_ends_with_its_account_and_no_other_does(
    listened: ListenedRegister, county: OrganizationRecord, mutation: str, further: dict[str, str]
) -> None:
    person, colleague = [await opened_account(listened.api.database, county.id) for _ in range(2)]
    tokens = [await token_at_the_console(listened.api, holder) for holder in (person, colleague)]
    async with socket(listened.place, tokens[0]) as ending, socket(listened.place, tokens[1]) as going_on:
        for following in (ending, going_on):
            await following.subscribe(PERMISSIONS)
            await following.next_data()
        known = {"id": encoded("Account", person.account_id), "version": 1}
        payload = await SecurityOffice(listened.api, county).does(mutation, known, **further)
        assert payload["errors"] == []
        assert (await ending.ended_with())["code"] == "UNAUTHENTICATED"
        await ending.subscribe(PERMISSIONS)
        assert (await ending.ended_with())["code"] == "UNAUTHENTICATED"
        await listened.officer.edits(change("Member.phone", read="MASKED"))
        assert (await going_on.next_data())["permissionsChanged"]["version"] == 1


async def test_one_can_stop_and_begin_again(listened: ListenedRegister, county: OrganizationRecord) -> None:
    async with socket(listened.place, listened.api.as_(county).token) as following:
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


async def test_variables_that_do_not_fit_end_it(listened: ListenedRegister, county: OrganizationRecord) -> None:
    query = "subscription ($yes: Boolean!) { permissionsChanged { version @include(if: $yes) } }"
    async with socket(listened.place, listened.api.as_(county).token) as following:
        await following.subscribe(query, yes="maybe")
        assert (await following.ended_with())["code"] == "BAD_USER_INPUT"


async def test_http_carries_no_subscription_but_as_a_stream(api: Api, county: OrganizationRecord) -> None:
    response = await api.as_(county).post(PERMISSIONS)
    assert response.status_code == 406
    assert response.json()["errors"][0]["extensions"]["code"] == "STREAM_NEEDED"
