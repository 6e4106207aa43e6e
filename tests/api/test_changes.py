"""变更订阅 as partners use it: from a cursor, in order, within the scope, through the matrix."""

import asyncio
from collections.abc import AsyncIterator
from statistics import median
from typing import Any

import pytest

from domain.masking import MASKS
from domain.records import MemberRecord, OrganizationRecord
from schema.changed_fields import FIELD_OF_COLUMN
from schema.identifiers import encoded
from storage.models import ApprovalRequest, Member, Organization
from tests.editing import change
from tests.event_streams import event_stream
from tests.listened import ListenedRegister, listened_to
from tests.oracle import Register
from tests.sockets import Socket, socket

EVENT = "cursor type objectId changedFields organization { id } formerOrganization { id } member { name phone }"
FOLLOW = """subscription ($after: String, $organizationId: ID, $types: [ChangeType!]) {
  changes(after: $after, organizationId: $organizationId, types: $types) { %s }
}"""
PAGE = """query ($after: String, $organizationId: ID, $types: [ChangeType!], $first: Int) {
  changes(after: $after, organizationId: $organizationId, types: $types, first: $first) {
    totalCount nodes { %s } pageInfo { hasNextPage endCursor }
  }
}"""
CURSOR = "{ changeCursor }"


@pytest.fixture
async def listened(own_province_url: str, province_committee: OrganizationRecord) -> AsyncIterator[ListenedRegister]:
    async with listened_to(own_province_url, province_committee, "compiled") as listened:
        yield listened


@pytest.fixture
def inside(register: Register, county: OrganizationRecord) -> MemberRecord:
    return register.members_in(county)[0]


@pytest.fixture
def outside(register: Register, county: OrganizationRecord) -> MemberRecord:
    return next(member for member in register.members if not member.org_path.startswith(county.path))


def set_address(listened: ListenedRegister, member: MemberRecord, value: str) -> None:
    listened.execute(f"UPDATE members SET home_address = '{value}' WHERE id = {member.id}")


async def next_change(following: Socket) -> dict[str, Any]:
    found: dict[str, Any] = (await following.next_data())["changes"]
    return found


async def cursor_of_now(listened: ListenedRegister, county: OrganizationRecord) -> str:
    found: str = (await listened.api.as_(county).ask(CURSOR))["changeCursor"]
    return found


async def told(listened: ListenedRegister, at: OrganizationRecord, number: int, **asked: Any) -> list[dict[str, Any]]:
    """The page, once so many have been given their positions."""
    async with asyncio.timeout(20):
        while True:
            page = (await listened.api.as_(at).ask(PAGE % EVENT, asked))["changes"]
            nodes: list[dict[str, Any]] = page["nodes"]
            if len(nodes) >= number:
                assert page["totalCount"] >= number
                return nodes
            await asyncio.sleep(0.01)


async def test_what_was_missed_comes_first_and_then_what_happens(
    listened: ListenedRegister, county: OrganizationRecord, inside: MemberRecord
) -> None:
    before = await cursor_of_now(listened, county)
    for number in range(3):
        set_address(listened, inside, f"旧{number}")
    async with socket(listened.place, listened.api.as_(county).token) as following:
        await following.subscribe(FOLLOW % EVENT, after=before)
        missed = [await next_change(following) for _ in range(3)]
        set_address(listened, inside, "新")
        live = await next_change(following)
    assert [event["type"] for event in [*missed, live]] == ["MEMBER_CHANGED"] * 4
    assert [event["changedFields"] for event in missed] == [["homeAddress"]] * 3
    assert {event["objectId"] for event in missed} == {encoded("Member", inside.id)}
    assert live["member"] == {"name": inside.name, "phone": inside.phone}
    assert live["organization"] == {"id": encoded("Organization", inside.branch_id)}
    assert len({event["cursor"] for event in [*missed, live]}) == 4


async def test_over_server_sent_events_it_is_the_same(
    listened: ListenedRegister, county: OrganizationRecord, inside: MemberRecord
) -> None:
    before = await cursor_of_now(listened, county)
    set_address(listened, inside, "旧")
    token, written = listened.api.as_(county).token, f'subscription {{ changes(after: "{before}") {{ {EVENT} }} }}'
    async with (
        socket(listened.place, token) as over_socket,
        event_stream(listened.place, token, written) as over_events,
    ):
        await over_socket.subscribe(FOLLOW % EVENT, after=before)
        for value in ("新", "更新"):
            assert (await over_events.next_data())["changes"] == await next_change(over_socket)
            set_address(listened, inside, value)


async def test_whoever_stores_the_last_cursor_misses_nothing_and_gets_nothing_twice(
    listened: ListenedRegister, county: OrganizationRecord, inside: MemberRecord
) -> None:
    last, seen = await cursor_of_now(listened, county), []
    for number in range(4):
        set_address(listened, inside, f"第{number}次")
        set_address(listened, inside, f"又{number}次")
        async with socket(listened.place, listened.api.as_(county).token) as following:
            await following.subscribe(FOLLOW % EVENT, after=last)
            event = await next_change(following)
        seen.append(event["cursor"])
        last = event["cursor"]
    every = await told(listened, county, 8)
    assert seen == [event["cursor"] for event in every][:4]


async def test_only_what_happens_within_the_scope_is_told_and_what_leaves_it(
    listened: ListenedRegister, county: OrganizationRecord, inside: MemberRecord, outside: MemberRecord
) -> None:
    set_address(listened, outside, "外")
    set_address(listened, inside, "内")
    listened.execute(
        f"UPDATE members SET branch_id = {outside.branch_id}, org_path = '{outside.org_path}' WHERE id = {inside.id}"
    )
    set_address(listened, inside, "已不在")
    assert len(await told(listened, county, 2)) == 2
    first, moved = await told(listened, county, 2)
    assert first["changedFields"] == ["homeAddress"]
    assert moved["changedFields"] == ["branch"]
    assert (moved["organization"], moved["member"]) == (None, None)
    assert moved["formerOrganization"] == {"id": encoded("Organization", inside.branch_id)}


async def test_organisation_and_types_narrow_it_down(
    listened: ListenedRegister, province_committee: OrganizationRecord, county: OrganizationRecord,
    inside: MemberRecord, outside: MemberRecord,
) -> None:  # fmt: skip
    before = await cursor_of_now(listened, county)
    set_address(listened, outside, "外")
    listened.execute(f"UPDATE organizations SET name = '更名' WHERE id = {county.id}")
    set_address(listened, inside, "内")
    await told(listened, province_committee, 3)
    asked: dict[str, Any] = {"organizationId": encoded("Organization", county.id), "types": ["MEMBER_CHANGED"]}
    [only] = await told(listened, province_committee, 1, **asked)
    async with socket(listened.place, listened.api.as_(province_committee).token) as following:
        await following.subscribe(FOLLOW % EVENT, after=before, **asked)
        assert await next_change(following) == only
    assert only["objectId"] == encoded("Member", inside.id)


async def test_pages_go_on_after_their_cursors(
    listened: ListenedRegister, county: OrganizationRecord, inside: MemberRecord
) -> None:
    for number in range(5):
        set_address(listened, inside, str(number))
    every = await told(listened, county, 5)
    seen: list[dict[str, Any]] = []
    after, more = None, True
    while more:
        page = (await listened.api.as_(county).ask(PAGE % EVENT, {"after": after, "first": 2}))["changes"]
        seen += page["nodes"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert seen == every
    assert len(every) == 5


async def test_a_cursor_that_is_not_kept_is_refused_with_what_to_do(
    listened: ListenedRegister, county: OrganizationRecord, inside: MemberRecord
) -> None:
    old = await cursor_of_now(listened, county)
    for number in range(2):
        set_address(listened, inside, str(number))
    await told(listened, county, 2)
    listened.execute("UPDATE change_feed SET forgotten = 1; DELETE FROM change_events WHERE position = 1")
    error = await listened.api.as_(county).refused(PAGE % EVENT, {"after": old})
    assert error["extensions"]["code"] == "CURSOR_EXPIRED"
    assert "changeCursor" in error["message"]
    async with socket(listened.place, listened.api.as_(county).token) as following:
        await following.subscribe(FOLLOW % EVENT, after=old)
        message = await following.receive()
    assert "CURSOR_EXPIRED" in str(message)
    for broken in ("x", "Y2hhbmdlczoxOng", encoded("Member", 1)):
        error = await listened.api.as_(county).refused(PAGE % EVENT, {"after": broken})
        assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_of_hidden_fields_nothing_is_told_and_of_hidden_records_neither(
    listened: ListenedRegister, county: OrganizationRecord, inside: MemberRecord
) -> None:
    token = listened.api.as_(county).token
    async with socket(listened.place, token) as following, socket(listened.place, token) as permitted:
        await permitted.subscribe("subscription { permissionsChanged { version } }")
        await permitted.next_data()
        await following.subscribe(FOLLOW % "cursor changedFields")
        set_address(listened, inside, "可见")
        assert (await next_change(following))["changedFields"] == ["homeAddress"]
        await listened.officer.edits(change("Member.homeAddress", read="HIDDEN"))
        await permitted.next_data()  # the server that is listened to knows of it
        set_address(listened, inside, "不可见")
        listened.execute(f"UPDATE members SET home_address = '也不', phone = NULL WHERE id = {inside.id}")
        assert (await next_change(following))["changedFields"] == ["phone"]
    nodes = await told(listened, county, 1)
    assert [event["changedFields"] for event in nodes] == [["phone"]]


async def test_a_matrix_edit_stops_a_running_stream_within_a_second(
    listened: ListenedRegister, county: OrganizationRecord
) -> None:
    took = []
    for _ in range(3):
        async with socket(listened.place, listened.api.as_(county).token) as following:
            await following.subscribe(FOLLOW % EVENT)
            await listened.officer.edits(change("Member.phone", read="HIDDEN"))
            began = asyncio.get_running_loop().time()
            assert (await following.ended_with())["code"] == "FIELD_HIDDEN"
            took.append(asyncio.get_running_loop().time() - began)
        await listened.officer.edits(change("Member.phone", read=None))
    assert median(took) < 1


def test_every_column_of_what_is_told_of_has_its_field() -> None:
    """So that a change of a new column is told to those who may see it, and to nobody else."""
    # Of history members fewer fields are shown.
    follows = {"id", "org_path", "path", "version", "updated_at", "name_pinyin", "name_initials", "requester_path"}
    for model in (Member, Organization, ApprovalRequest):
        columns = {column.name for column in model.__table__.columns} - follows
        assert columns - FIELD_OF_COLUMN[model.__name__].keys() == set(), model


# -- everything at one moment

SNAPSHOT = "subscription ($organizationId: ID) { memberSnapshot(organizationId: $organizationId) { cursor members { id homeAddress branch { id } } } }"


async def test_a_snapshot_is_of_one_moment_and_changes_go_on_after_its_cursor(
    listened: ListenedRegister, province_committee: OrganizationRecord, register: Register
) -> None:
    last = max(register.members, key=lambda member: (member.org_path, member.id))
    token = listened.api.as_(province_committee).token
    async with socket(listened.place, token) as taking:
        await taking.subscribe(SNAPSHOT)
        pages = [(await taking.next_data())["memberSnapshot"]]
        set_address(listened, last, "后来")
        while (message := await taking.receive())["type"] == "next":
            pages.append(message["payload"]["data"]["memberSnapshot"])
        assert message["type"] == "complete"
    members = [member for page in pages for member in page["members"]]
    in_order = sorted(register.members, key=lambda member: (member.org_path, member.id))
    assert [member["id"] for member in members] == [encoded("Member", member.id) for member in in_order]
    assert members[-1]["branch"] == {"id": encoded("Organization", last.branch_id)}
    [cursor] = {page["cursor"] for page in pages}
    async with socket(listened.place, token) as following:
        await following.subscribe(FOLLOW % EVENT, after=cursor)
        event = await next_change(following)
    assert event["objectId"] == encoded("Member", last.id)
    assert len(pages) > 1


async def test_a_snapshot_ends_where_the_scope_ends(
    listened: ListenedRegister, county: OrganizationRecord, province_committee: OrganizationRecord, register: Register
) -> None:
    empty = next(o for o in register.organizations.values() if not register.members_in(o))
    for at, asked, number in (
        (county, {}, len(register.members_in(county))),
        (province_committee, {"organizationId": encoded("Organization", county.id)}, len(register.members_in(county))),
        (province_committee, {"organizationId": encoded("Organization", empty.id)}, 0),
    ):
        async with socket(listened.place, listened.api.as_(at).token) as taking:
            await taking.subscribe(SNAPSHOT, **asked)
            assert len((await taking.next_data())["memberSnapshot"]["members"]) == number
            assert (await taking.receive())["type"] == "complete"
    async with socket(listened.place, listened.api.as_(county).token) as taking:
        await taking.subscribe(SNAPSHOT, organizationId=encoded("Organization", province_committee.id))
        assert "NOT_FOUND" in str(await taking.receive())


async def test_a_snapshot_shows_masked_what_is_masked(
    listened: ListenedRegister, county: OrganizationRecord, register: Register
) -> None:
    await listened.officer.edits(change("Member.homeAddress", read="MASKED"))
    member = next(member for member in register.members_in(county) if member.home_address)
    async with socket(listened.place, listened.api.as_(county).token) as permitted:
        await permitted.subscribe("subscription { permissionsChanged { version } }")
        while (await permitted.next_data())["permissionsChanged"]["version"] == 0:
            pass
        await permitted.subscribe(SNAPSHOT, number="2")
        found = (await permitted.next_data())["memberSnapshot"]["members"]
    [shown] = [each["homeAddress"] for each in found if each["id"] == encoded("Member", member.id)]
    assert shown == MASKS["home_address"](str(member.home_address))
