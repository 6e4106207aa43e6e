"""待我审批: what enters, changes and leaves the requests that somebody may decide, as it happens."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import psycopg
import pytest

from domain.codes import AuditKind, OrganizationKind, RequestKind, Role
from domain.records import OrganizationRecord
from schema.identifiers import encoded, number_of
from storage.changes import deciding
from storage.engine import libpq_url
from tests.api.test_approvals import Office, codes, county_above, purge, settle, submit
from tests.api.test_designations import DESIGNATE
from tests.asking import Caller
from tests.audit import entries_of_kind
from tests.desks import FOLLOW, Desk, ask_directly, ask_on
from tests.editing import change
from tests.event_streams import event_stream
from tests.listened import ListenedRegister
from tests.oracle import Register
from tests.sockets import Socket, socket

DEATH, FILING = RequestKind.DEATH, RequestKind.REAL_NAME_FILING
ADDED, CHANGED, REMOVED, STANDING = "ADDED", "CHANGED", "REMOVED", ("STANDING", None)


@pytest.fixture
def office(listened: ListenedRegister, register: Register, approving_committee: OrganizationRecord) -> Office:
    members = (
        member
        for member in register.members_in(approving_committee)
        if not member.transfer_in_progress and member.branch_id != approving_committee.id
    )
    county = county_above(register, approving_committee)
    return Office(listened.api, register, county, approving_committee, members)


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


async def followed(listened: ListenedRegister, stack: AsyncExitStack, caller: Caller) -> tuple[Socket, Desk]:
    """Somebody who has been told how it stands."""
    following = await stack.enter_async_context(socket(listened.place, caller.token))
    await following.subscribe(FOLLOW)
    desk = Desk(following.next_data)
    assert await desk.takes() == STANDING
    return following, desk


async def desk_of(listened: ListenedRegister, stack: AsyncExitStack, caller: Caller) -> Desk:
    return (await followed(listened, stack, caller))[1]


def number_of_request(id: str) -> int:
    return number_of("ApprovalRequest", id)


async def test_it_begins_with_what_waits_and_goes_on_with_what_enters_and_leaves(
    listened: ListenedRegister, office: Office, stack: AsyncExitStack
) -> None:
    first = await office.asks(next(office.members))
    county, colleague = office.person(office.county), office.person(office.county, "a colleague")
    desk = await desk_of(listened, stack, county)
    assert list(desk.held) == [first["id"]]
    second = await office.asks(next(office.members), "SUSPENSION")
    assert await desk.takes() == (ADDED, second["id"])
    assert codes(await settle(colleague, "rejectRequest", first)) == []
    assert await desk.takes() == (REMOVED, first["id"])
    listened.execute(f"UPDATE approval_requests SET reason = '另有情况' WHERE id = {number_of_request(second['id'])}")
    assert await desk.takes() == (CHANGED, second["id"])
    assert desk.held[second["id"]]["reason"] == "另有情况"
    await desk.require_same_as_listed_for(county)


async def test_over_server_sent_events_it_is_the_same(
    listened: ListenedRegister, office: Office, stack: AsyncExitStack
) -> None:
    member = next(office.members)
    request = await office.asks(member)
    county = office.person(office.county)
    stream = await stack.enter_async_context(event_stream(listened.place, county.token, FOLLOW))
    desks = [Desk(stream.next_data), await desk_of(listened, stack, county)]
    assert await desks[0].takes() == STANDING
    assert codes(await settle(office.branch_of(member), "withdrawRequest", request)) == []
    assert [await desk.takes() for desk in desks] == [(REMOVED, request["id"])] * 2


async def test_what_has_left_is_given_as_it_is_by_now(
    listened: ListenedRegister, office: Office, stack: AsyncExitStack
) -> None:
    request = await office.asks(next(office.members))
    following, _ = await followed(listened, stack, office.person(office.county))
    assert codes(await settle(office.person(office.committee), "approveRequest", request)) == []
    event = (await following.next_data())["requestsToDecide"]
    assert (event["kind"], event["totalCount"], event["request"]["state"]) == (REMOVED, 0, "APPROVED")


async def test_each_is_told_of_what_is_theirs_to_decide_alone(
    listened: ListenedRegister, office: Office, stack: AsyncExitStack, province_committee: OrganizationRecord
) -> None:
    """By kind, by place, and not of one's own requests."""
    member, other = next(office.members), next(office.members)
    other_county = next(
        o for o in office.register.of_kind(OrganizationKind.COUNTY)
        if o.id != office.county.id and office.register.members_in(o)
    )  # fmt: skip
    elsewhere = next(m for m in office.register.members_in(other_county) if m.branch_id != other_county.id)
    county, committee = office.person(office.county), office.person(office.committee)
    branch = office.branch_of(member)
    desks = {
        name: await desk_of(listened, stack, caller)
        for name, caller in (
            ("county", county),
            ("colleague", office.person(office.county, "a colleague")),
            ("committee", committee),
            ("branch", branch),
            ("province", office.person(province_committee)),
        )
    }
    away = ask_directly(listened.url, elsewhere, DEATH)
    suspension = (await submit(county, member, "SUSPENSION"))["request"]["id"]
    death = ask_directly(listened.url, other, DEATH, "a colleague")
    for number in (away, suspension, death):
        assert await desks["province"].takes() == (ADDED, number)
    assert await desks["colleague"].takes() == (ADDED, suspension)
    for name in ("county", "committee"):
        assert await desks[name].takes() == (ADDED, death)
    assert desks["branch"].held == {}
    for name, caller in (("county", county), ("committee", committee), ("branch", branch)):
        await desks[name].require_same_as_listed_for(caller)


async def test_whoever_is_designated_or_no_more_is_told_at_once(
    listened: ListenedRegister, office: Office, stack: AsyncExitStack, province_committee: OrganizationRecord
) -> None:
    filing = ask_directly(listened.url, next(office.members), FILING)
    county = office.person(office.county)
    desk = await desk_of(listened, stack, county)
    officer = listened.api.as_(province_committee, Role.SECURITY_OFFICER)
    for designated, told in ((False, REMOVED), (True, ADDED)):
        given = {"organizationId": encoded("Organization", office.county.id), "canFileRealNames": designated}
        assert (await officer.ask(DESIGNATE, {"input": given}))["designateForFiling"]["errors"] == []
        assert await desk.takes() == (told, filing)


def moved(organization: OrganizationRecord, to: OrganizationRecord) -> str:
    """The statements of an operator who puts it below another."""
    new = f"'{to.path}{organization.id}/'"
    placed = "{column} = " + new + " || substr({column}, %d)" % (len(organization.path) + 1)
    below = "WHERE {column} LIKE '" + organization.path + "%'"
    parent = f"parent_id = CASE id WHEN {organization.id} THEN {to.id} ELSE parent_id END"
    statements = [f"UPDATE organizations SET {parent}, {placed} {below}".format(column="path")]
    for table, column in (("members", "org_path"), *(("approval_requests", c) for c in ("org_path", "requester_path"))):
        statements.append(f"UPDATE {table} SET {placed} {below}".format(column=column))
    return ";".join(statements)


async def test_what_is_moved_out_of_the_scope_is_gone_and_shown_no_more(
    listened: ListenedRegister, office: Office, stack: AsyncExitStack
) -> None:
    other = next(o for o in office.register.of_kind(OrganizationKind.COUNTY) if o.id != office.county.id)
    requests = [ask_directly(listened.url, next(office.members), DEATH) for _ in range(2)]
    following, _ = await followed(listened, stack, office.person(office.county))
    got = await desk_of(listened, stack, office.person(other))
    listened.execute(moved(office.committee, other))
    late = ask_directly(listened.url, next(office.members), DEATH)
    for number in requests:
        event = (await following.next_data())["requestsToDecide"]
        assert (event["kind"], event["requestId"], event["request"]) == (REMOVED, number, None)
    assert sorted([(await got.takes())[1] for _ in range(3)]) == sorted([*requests, late])  # type: ignore[type-var] # ids
    inside = next(
        member for member in office.register.members_in(office.county)
        if not member.org_path.startswith(office.committee.path)
    )  # fmt: skip
    sentinel = ask_directly(listened.url, inside, DEATH)
    event = (await following.next_data())["requestsToDecide"]
    assert (event["kind"], event["requestId"], event["totalCount"]) == (ADDED, sentinel, 1)


async def test_a_request_that_is_erased_with_the_person_is_gone(
    listened: ListenedRegister, office: Office, stack: AsyncExitStack
) -> None:
    member = next(office.members)
    leaving = await office.asks(member, "OTHER_REMOVAL")
    county = office.person(office.county)
    assert codes(await settle(county, "approveRequest", leaving)) == []
    entering = ask_directly(listened.url, next(office.members), RequestKind.ADMISSION)
    listened.execute(
        "UPDATE approval_requests SET member_id = NULL, changes ="
        f" jsonb_build_object('identity_number', jsonb_build_array(NULL, '{member.identity_number}'))"
        f" WHERE id = {number_of_request(entering)}"
    )
    desk = await desk_of(listened, stack, county)
    assert list(desk.held) == [entering]
    assert (await purge(county, member))["errors"] == []
    while (told := await desk.takes())[0] == CHANGED:  # what was done to it before it was followed may be told again
        pass
    assert told == (REMOVED, entering)
    await desk.require_same_as_listed_for(county)


async def test_whoever_is_too_slow_to_be_told_of_each_is_told_how_all_stands(
    listened: ListenedRegister, office: Office, stack: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "_HELD", 3)
    county = office.person(office.county)
    desk = await desk_of(listened, stack, county)
    with psycopg.connect(libpq_url(listened.url)) as connection:  # at once, so that they are taken at once
        asked = [ask_on(connection, next(office.members), DEATH) for _ in range(5)]
    assert await desk.takes() == STANDING
    assert sorted(desk.held) == sorted(asked)
    late = ask_directly(listened.url, next(office.members), DEATH)
    assert await desk.takes() == (ADDED, late)
    await desk.require_same_as_listed_for(county)


async def test_it_ends_with_the_scope_and_with_the_right_to_see_it(
    listened: ListenedRegister, office: Office, stack: AsyncExitStack
) -> None:
    following, _ = await followed(listened, stack, office.person(office.committee))
    listened.execute(f"UPDATE organizations SET can_approve_membership = false WHERE id = {office.committee.id}")
    assert (await following.ended_with())["code"] == "SCOPE_CHANGED"
    following, _ = await followed(listened, stack, office.person(office.county))
    await listened.officer.edits(change("ApprovalRequest.reason", read="HIDDEN"))
    assert await following.ended_with() == {"code": "FIELD_HIDDEN", "fields": ["ApprovalRequest.reason"]}


async def test_where_ids_of_requests_are_hidden_none_is_told(
    listened: ListenedRegister, office: Office, stack: AsyncExitStack
) -> None:
    await listened.officer.edits(change("ApprovalRequest.id", read="HIDDEN"))
    county = office.person(office.county)
    following = await stack.enter_async_context(socket(listened.place, county.token))
    await following.subscribe("subscription { requestsToDecide { kind totalCount requestId } }")
    for number in range(2):
        told = (await following.next_data())["requestsToDecide"]
        assert told == {"kind": (STANDING[0], ADDED)[number], "totalCount": number, "requestId": None}
        await office.asks(next(office.members))


@pytest.mark.parametrize("role", [Role.SECURITY_OFFICER, Role.AUDITOR, Role.PARTNER])
async def test_it_is_for_administrators_alone(
    listened: ListenedRegister, office: Office, stack: AsyncExitStack, role: Role
) -> None:
    following = await stack.enter_async_context(socket(listened.place, office.api.as_(office.county, role).token))
    await following.subscribe(FOLLOW)
    assert (await following.ended_with())["code"] == "FIELD_HIDDEN"


async def test_each_event_that_reads_members_is_in_the_audit_log(
    listened: ListenedRegister, office: Office, stack: AsyncExitStack
) -> None:
    following = await stack.enter_async_context(socket(listened.place, office.person(office.county).token))
    await following.subscribe("subscription Desk { requestsToDecide { kind request { member { name } } } }")
    await following.next_data()
    assert await entries_of_kind(listened.api.database, AuditKind.ARCHIVE_LOOKUP) == []
    member = next(office.members)
    ask_directly(listened.url, member, DEATH)
    assert (await following.next_data())["requestsToDecide"]["request"]["member"] == {"name": member.name}
    [entry] = await entries_of_kind(listened.api.database, AuditKind.ARCHIVE_LOOKUP)
    assert (entry.operation, entry.organization_id) == ("Desk", office.county.id)
