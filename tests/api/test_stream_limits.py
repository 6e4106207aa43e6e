"""What bounds streams: places for each caller, the caller's scope, the client's attention."""

from datetime import timedelta

import httpx
import pytest

from auth.actor import Role
from domain.records import OrganizationRecord
from server.operations.subscribers import StreamManners
from tests.asking import Api
from tests.event_streams import event_stream, streamed_at_last
from tests.listened import ListenedRegister
from tests.opened_accounts import opened_account, token_at_the_console
from tests.serving import served
from tests.sockets import socket

PERMISSIONS = "subscription { permissionsChanged { version } }"
TWO_FOR_PEOPLE = StreamManners(per_person=2, per_partner=1)


def token_of(api: Api, subject: str, place: OrganizationRecord, role: Role = Role.ADMINISTRATOR) -> str:
    return api.authority.issue(subject, role, place, timedelta(hours=1))


async def asked(place: str, token: str) -> httpx.Response:
    """For a stream that is refused."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream", "Accept-Language": "en"}
    async with httpx.AsyncClient() as client:
        return await client.post(f"http://{place}/graphql", json={"query": PERMISSIONS}, headers=headers)


async def test_a_caller_has_so_many_places_over_both_transports(
    api: Api, province_url: str, county: OrganizationRecord
) -> None:
    token = token_of(api, "one", county)
    async with served(api, province_url, streams=TWO_FOR_PEOPLE) as place, socket(place, token) as following:
        await following.subscribe(PERMISSIONS)
        await following.next_data()
        async with event_stream(place, token, PERMISSIONS) as second:
            await second.next_data()
            await following.subscribe(PERMISSIONS, "2")
            assert await following.ended_with() == {"code": "TOO_MANY_SUBSCRIPTIONS", "most": 2}
            refusal = await asked(place, token)
            assert refusal.status_code == 429
            assert refusal.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
            async with event_stream(place, token_of(api, "another", county), PERMISSIONS) as of_another:
                await of_another.next_data()
            await following.subscribe("{ viewer { role } }", "3")
            assert (await following.next_data()) == {"viewer": {"role": "ADMINISTRATOR"}}


async def test_partners_have_places_of_their_own_number(
    api: Api, province_url: str, county: OrganizationRecord
) -> None:
    partner = token_of(api, "one", county, Role.PARTNER)
    async with (
        served(api, province_url, streams=TWO_FOR_PEOPLE) as place,
        event_stream(place, partner, PERMISSIONS) as first,
    ):
        await first.next_data()
        assert (await asked(place, partner)).status_code == 429
        async with event_stream(place, token_of(api, "one", county), PERMISSIONS) as of_a_person:
            await of_a_person.next_data()


async def test_a_place_is_free_again_when_the_subscription_ends_in_whatever_way(
    api: Api, province_url: str, county: OrganizationRecord
) -> None:
    token = token_of(api, "one", county)
    short = api.authority.issue("one", Role.ADMINISTRATOR, county, timedelta(seconds=2))
    async with served(api, province_url, streams=StreamManners(per_person=1)) as place:
        async with socket(place, token) as completing:
            await completing.subscribe(PERMISSIONS)
            await completing.next_data()
            await completing.send({"id": "1", "type": "complete"})
            async with streamed_at_last(place, short, PERMISSIONS) as until_the_token_ends:
                await until_the_token_ends.next_data()
                assert await until_the_token_ends.ended_with() == {"code": "UNAUTHENTICATED"}
        async with streamed_at_last(place, token, PERMISSIONS) as left_by_the_client:
            await left_by_the_client.next_data()
        async with streamed_at_last(place, token, PERMISSIONS) as following:
            await following.next_data()
        async with socket(place, token) as leaving:
            code = "TOO_MANY_SUBSCRIPTIONS"
            while code == "TOO_MANY_SUBSCRIPTIONS":
                await leaving.subscribe(PERMISSIONS)
                message = await leaving.receive()
                code = message["payload"][0]["extensions"]["code"] if message["type"] == "error" else ""
        async with streamed_at_last(place, token, PERMISSIONS) as after_the_socket:
            await after_the_socket.next_data()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE accounts SET organization_id = {branch}",
        "UPDATE organizations SET path = 'elsewhere/' WHERE id = {county}",
    ],
)
async def test_a_stream_ends_when_its_caller_gets_another_scope(
    listened: ListenedRegister, county: OrganizationRecord, branch: OrganizationRecord, change: str
) -> None:
    person = await opened_account(listened.api.database, county.id)
    token = await token_at_the_console(listened.api, person)
    own = "subscription { permissionsChanged { viewer { organization { id } } } }"
    async with event_stream(listened.place, token, own) as streamed, socket(listened.place, token) as following:
        await following.subscribe(own)
        before = [await streamed.next_data(), await following.next_data()]
        assert before[0] == before[1]
        listened.execute(change.format(county=county.id, branch=branch.id))
        assert await streamed.ended_with() == {"code": "SCOPE_CHANGED"}
        assert await following.ended_with() == {"code": "SCOPE_CHANGED"}
        await following.subscribe(own)
        await following.next_data()
