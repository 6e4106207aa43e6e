"""What is asked over graphql-transport-ws is in the audit log as what is asked over HTTP."""

from typing import Any

import pytest

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
MEMBERS = (
    "subscription Listen { permissionsChanged { viewer { organization { members(first: 2) { nodes { name } } } } } }"
)
READ = "query Read { members(first: 3) { nodes { name } } }"
HIDDEN = {"code": "FIELD_HIDDEN", "fields": ["Organization.name"]}


async def refusals(listened: ListenedRegister) -> list[AuditRecord]:
    return await entries_of_kind(listened.api.database, AuditKind.REFUSAL)


async def lookups(listened: ListenedRegister) -> list[tuple[str | None, Any]]:
    """Operation and lookups of each entry."""
    entries = await entries_of_kind(listened.api.database, AuditKind.ARCHIVE_LOOKUP)
    return [(entry.operation, entry.details["lookups"]) for entry in entries]


def line(field: str, size: int) -> dict[str, Any]:
    return {"field": field, "first": size, "returned": size}


async def test_a_query_is_recorded_before_its_answer_comes(
    listened: ListenedRegister, county: OrganizationRecord
) -> None:
    async with socket(listened.place, listened.api.as_(county).token) as asking:
        await asking.subscribe(READ)
        await asking.next_data()
        assert await lookups(listened) == [("Read", [line("members", 3)])]
        assert await asking.receive() == {"id": "1", "type": "complete"}
        await asking.subscribe("{ viewer { role } }")
        await asking.next_data()
    assert await lookups(listened) == [("Read", [line("members", 3)])]


async def test_each_event_that_reads_members_is_recorded_before_it_comes(
    listened: ListenedRegister, county: OrganizationRecord
) -> None:
    async with socket(listened.place, listened.api.as_(county).token) as following:
        await following.subscribe(MEMBERS)
        for number, read in enumerate(("MASKED", "HIDDEN", "VISIBLE"), 1):
            await following.next_data()
            assert [operation for operation, _ in await lookups(listened)] == ["Listen"] * number
            await listened.officer.edits(change("Member.phone", read=read))


@pytest.mark.parametrize("document", [READ, MEMBERS])
async def test_without_the_entry_nothing_of_members_comes(
    listened: ListenedRegister, county: OrganizationRecord, document: str
) -> None:
    lose_connections(listened.url)
    async with socket(listened.place, listened.api.as_(county).token) as asking:
        await asking.subscribe(document)
        assert (await asking.ended_with())["code"] == "DATABASE_UNAVAILABLE"
    assert await lookups(listened) == []


async def test_a_stream_that_is_refused_at_its_start_leaves_one_refusal(
    listened: ListenedRegister, county: OrganizationRecord
) -> None:
    await listened.officer.edits(change("Organization.name", read="HIDDEN"))
    async with socket(listened.place, listened.api.as_(county).token) as following:
        await following.subscribe(OPEN, "0")
        while (await following.next_data())["permissionsChanged"]["version"] < 1:
            pass  # this server has not heard of it yet
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
