"""What is asked over graphql-transport-ws is in the audit log as what is asked over HTTP."""

from domain.audit import AuditRecord
from domain.codes import AuditKind, Role
from domain.records import OrganizationRecord
from tests.audit import entries_of_kind
from tests.editing import change
from tests.listened import ListenedRegister
from tests.losing import lose_connections
from tests.sockets import socket

NAMES = "subscription Names { permissionsChanged { version viewer { organization { name } } } }"
OPEN = "subscription { permissionsChanged { version } }"
HIDDEN = {"code": "FIELD_HIDDEN", "fields": ["Organization.name"]}


async def refusals(listened: ListenedRegister) -> list[AuditRecord]:
    return await entries_of_kind(listened.api.database, AuditKind.REFUSAL)


async def test_a_stream_that_is_refused_at_its_start_leaves_one_refusal(
    listened: ListenedRegister, county: OrganizationRecord
) -> None:
    await listened.officer.edits(change("Organization.name", read="HIDDEN"))
    async with socket(listened.place, listened.api.as_(county).token) as following:
        await following.subscribe(NAMES)
        assert await following.ended_with() == HIDDEN
        [entry] = await refusals(listened)
        assert (entry.actor, entry.role, entry.organization_id) == ("tester", Role.ADMINISTRATOR, county.id)
        assert (entry.operation, entry.address) == ("Names", "127.0.0.1")
        assert {key: entry.details[key] for key in ("code", "fields")} == HIDDEN
        assert len(entry.details["document"]) == 16


async def test_a_stream_whose_permission_is_taken_away_leaves_one_refusal(
    listened: ListenedRegister, county: OrganizationRecord
) -> None:
    async with socket(listened.place, listened.api.as_(county).token) as following:
        await following.subscribe(NAMES)
        await following.next_data()
        assert await refusals(listened) == []
        await listened.officer.edits(change("Organization.name", read="HIDDEN"))
        assert await following.ended_with() == HIDDEN
        await following.subscribe(OPEN)
        for read in ("MASKED", "HIDDEN"):  # while other events come, nothing more is said of the one that ended
            await following.next_data()
            await listened.officer.edits(change("Member.phone", read=read))
        [entry] = await refusals(listened)
        assert (entry.operation, entry.details["fields"]) == ("Names", ["Organization.name"])


async def test_a_refusal_that_cannot_be_recorded_ends_the_stream_all_the_same(
    listened: ListenedRegister, county: OrganizationRecord
) -> None:
    async with socket(listened.place, listened.api.as_(county).token) as following:
        await following.subscribe(NAMES)
        await following.next_data()
        lose_connections(listened.url)
        listened.hide_unannounced("Organization.name")
        assert (await following.ended_with())["code"] == "DATABASE_UNAVAILABLE"
        await following.subscribe(NAMES)
        assert (await following.ended_with())["code"] == "DATABASE_UNAVAILABLE"
    assert await refusals(listened) == []
