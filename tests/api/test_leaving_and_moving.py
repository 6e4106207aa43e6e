"""减少与转接同时办理: a member who leaves and is transferred at the same moment does one of the two, and is in one place."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from domain.codes import OrganizationKind, Role
from domain.records import MemberRecord, OrganizationRecord
from schema.identifiers import encoded
from storage.engine import connect
from storage.models import HistoryMember, Member
from tests.asking import AUDIT_KEY, Api, Caller
from tests.oracle import Register
from tests.waiting import waiting_for

SUBMIT = "mutation ($input: SubmitLeavingInput!) { submitLeaving(input: $input) { request { id } errors { code } } }"
APPROVE = "mutation ($input: ApproveRequestInput!) { approveRequest(input: $input) { errors { code } } }"
BEGIN = "mutation ($input: BeginTransferInput!) { beginTransfer(input: $input) { errors { code } } }"
COMPLETE = """mutation ($input: CompleteTransferInput!) { completeTransfer(input: $input) {
  member { branch { id } } errors { code } } }"""
EDIT = "mutation ($input: UpdateMemberInput!) { updateMember(input: $input) { errors { code } } }"


@pytest.fixture
async def own_api(own_province_url: str) -> AsyncIterator[Api]:
    async with connect(own_province_url, connections=20, audit_key=AUDIT_KEY) as database:
        api = Api(database)
        yield api
        await api.http.aclose()


@pytest.fixture
def member(register: Register, county: OrganizationRecord) -> MemberRecord:
    return next(member for member in register.members_in(county) if not member.transfer_in_progress)


def person(api: Api, place: OrganizationRecord, subject: str, role: Role = Role.ADMINISTRATOR) -> Caller:
    return Caller(api, api.authority.issue(subject, role, place, timedelta(hours=1)))


async def said(caller: Caller, query: str, **given: Any) -> list[str]:
    """The codes of what stood in the way, or of the error."""
    answer = (await caller.post(query, {"input": given})).json()
    if "errors" in answer:
        return [error["extensions"]["code"] for error in answer["errors"]]
    [payload] = answer["data"].values()
    return [error["code"] for error in payload["errors"]]


async def at_once(api: Api, *doing: Any) -> list[list[str]]:
    """All of them wait for the members before one may go on."""
    async with api.database.writing() as session:
        await session.execute(text("LOCK TABLE members IN EXCLUSIVE MODE"))
        tasks = [asyncio.create_task(each) for each in doing]
        await waiting_for(api.database, "members", len(tasks))
    return list(await asyncio.gather(*tasks))


async def asked_for(api: Api, county: OrganizationRecord, member: MemberRecord) -> str:
    given = {"kind": "DEATH", "memberId": encoded("Member", member.id), "reason": "因病去世"}
    answer = await person(api, county, "asker").ask(SUBMIT, {"input": given})
    return str(answer["submitLeaving"]["request"]["id"])


async def places_of(api: Api, member: MemberRecord) -> list[int]:
    """How often the member is current, and in history."""
    return [
        await api.database.number(select(func.count()).select_from(table).where(table.id == member.id))
        for table in (Member, HistoryMember)
    ]


async def test_a_member_leaves_or_begins_to_move(
    own_api: Api, county: OrganizationRecord, member: MemberRecord
) -> None:
    request, partner = await asked_for(own_api, county, member), person(own_api, county, "partner", Role.PARTNER)
    left, begun = await at_once(
        own_api,
        said(person(own_api, county, "decider"), APPROVE, id=request, opinion="属实"),
        said(partner, BEGIN, id=encoded("Member", member.id)),
    )
    outcomes = {(tuple(left), tuple(begun)): await places_of(own_api, member)}
    assert outcomes in ({((), ("NOT_FOUND",)): [0, 1]}, {(("TRANSFER_IN_PROGRESS",), ()): [1, 0]})


async def test_a_member_moves_before_leaving_or_not_at_all(
    own_api: Api, county: OrganizationRecord, register: Register, member: MemberRecord
) -> None:
    """Whoever completes the transfer while the leaving is approved: history has the branch of the moment."""
    request, partner = await asked_for(own_api, county, member), person(own_api, county, "partner", Role.PARTNER)
    assert await said(partner, BEGIN, id=encoded("Member", member.id)) == []
    branches = register.of_kind(OrganizationKind.BRANCH)
    there = next(o for o in branches if o.path.startswith(county.path) and o.id != member.branch_id)
    to = {"id": encoded("Member", member.id), "branchId": encoded("Organization", there.id)}
    left, moved = await at_once(
        own_api,
        said(person(own_api, county, "decider"), APPROVE, id=request, opinion="属实"),
        said(partner, COMPLETE, **to),
    )
    if left == []:
        assert (moved, await places_of(own_api, member)) == ([], [0, 1])
        kept = select(HistoryMember.branch_id, HistoryMember.org_path).where(HistoryMember.id == member.id)
        assert await own_api.database.row(kept) == (there.id, there.path)
    else:
        assert (left, moved, await places_of(own_api, member)) == (["TRANSFER_IN_PROGRESS"], [], [1, 0])


async def test_what_is_saved_while_a_member_leaves_is_kept_or_refused(
    own_api: Api, county: OrganizationRecord, member: MemberRecord
) -> None:
    request = await asked_for(own_api, county, member)
    change = {"id": encoded("Member", member.id), "version": member.version, "workPosition": "RETIRED"}
    left, saved = await at_once(
        own_api,
        said(person(own_api, county, "decider"), APPROVE, id=request, opinion="属实"),
        said(person(own_api, county, "editor"), EDIT, **change),
    )
    assert (left, await places_of(own_api, member)) == ([], [0, 1])
    kept = select(HistoryMember.version, HistoryMember.work_position).where(HistoryMember.id == member.id)
    version, position = await own_api.database.row(kept) or (0, "")
    as_it_was = (member.version, member.work_position)
    assert (saved, version, position) in (
        ([], member.version + 1, "RETIRED"),
        (["NOT_FOUND"], *as_it_was),
    )
