"""Changes of members wherever they lie: each is one change, counted at once, and stands in one place."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from auth.actor import Role
from domain.codes import OrganizationKind, RealNameStatus, StatisticsDimension
from domain.members import draft_of
from domain.records import OrganizationRecord
from schema.identifiers import decoded, encoded
from storage.history_members import is_member
from storage.member_adding import Entered, add_member
from storage.member_changing import change_member
from storage.models import Member, Organization
from storage.statements import one_of
from tests.asking import Caller
from tests.conftest import DAY
from tests.new_people import new_member
from tests.parted import DELTAS, IN_MOTION, Parted, global_id, rows
from tests.rolled_up import both_ways
from tests.waiting import superuser_of, until_blocked

WHO = "query ($id: ID!) { node(id: $id) { ... on Member { version phone branch { id } } } }"
COUNT = "{ members { totalCount } memberStatistics(dimension: GENDER) { total } }"
SAVE = """mutation ($input: UpdateMemberInput!) {
  updateMember(input: $input) { member { version phone } errors { code } } }"""
SUBMIT = """mutation ($input: SubmitAdmissionInput!) {
  submitAdmission(input: $input) { request { id } errors { code path } } }"""
LEAVE = """mutation ($input: SubmitLeavingInput!) {
  submitLeaving(input: $input) { request { id } errors { code } } }"""
APPROVE = "mutation ($input: ApproveRequestInput!) { approveRequest(input: $input) { errors { code } } }"
RESTORE = "mutation ($input: RestoreMemberInput!) { restoreMember(input: $input) { errors { code } } }"
AUDITED = "SELECT operation FROM audit_entries WHERE target IN (%s, %s) ORDER BY at, number"
WHOLE = "SELECT to_jsonb(members) - '{version,updated_at}'::text[] FROM members WHERE id = %s"


def person(parted: Parted, place: OrganizationRecord, subject: str) -> Caller:
    return Caller(parted.api, parted.api.authority.issue(subject, Role.ADMINISTRATOR, place, timedelta(hours=1)))


async def done(caller: Caller, mutation: str, **given: Any) -> dict[str, Any]:
    """The payload of what must go well."""
    [payload] = (await caller.ask(mutation, {"input": given})).values()
    assert payload["errors"] == []
    return dict(payload)


def number_of(submitted: dict[str, Any]) -> int:
    return decoded(submitted["request"]["id"]).number


async def counted(parted: Parted, place: OrganizationRecord) -> list[int]:
    answer = await parted.api.as_(place).ask(COUNT)
    return [answer["members"]["totalCount"], answer["memberStatistics"]["total"]]


@pytest.mark.parametrize("away", [False, True])
async def test_a_member_is_changed_wherever_they_lie(parted: Parted, away: bool) -> None:
    member = next(parted.members_of(away=away))
    given = {"id": global_id(member.id), "version": member.version, "phone": "13912345678"}
    caller = parted.api.as_(parted.province)

    saved = (await caller.ask(SAVE, {"input": given}))["updateMember"]

    assert saved == {"member": {"version": member.version + 1, "phone": "13912345678"}, "errors": []}
    assert (await caller.ask(WHO, {"id": given["id"]}))["node"]["phone"] == "13912345678"
    assert parted.told_of(member.id) == [("MEMBER_CHANGED", member.org_path, None, ["phone"])]


@pytest.mark.parametrize(("away", "to_away"), [(False, True), (True, False), (False, False)])
async def test_a_member_who_moves_into_another_part_is_one_change(parted: Parted, away: bool, to_away: bool) -> None:
    member = list(parted.members_of(away=away))[-1 - to_away]
    cities = {each.path for each in parted.register.of_kind(OrganizationKind.CITY)} - {parted.away.path}
    city = parted.away.path if to_away else max(path for path in cities if not member.org_path.startswith(path))
    branch = next(o for o in parted.register.of_kind(OrganizationKind.BRANCH) if o.path.startswith(city))

    async with parted.api.database.writing() as session:
        await change_member(session, member.id, {"branch_id": branch.id, "org_path": branch.path}, parted.api.clock())

    found = rows(parted.url, "SELECT org_path, version, name FROM members WHERE id = %s", (member.id,))
    assert found == [(branch.path, member.version + 1, member.name)]
    assert parted.lies_away(member.id) is to_away
    assert parted.told_of(member.id)[-1] == ("MEMBER_CHANGED", branch.path, member.org_path, ["branch_id"])
    assert set(rows(parted.url, DELTAS, ([branch.path, member.org_path],))) >= {(1, branch.path), (-1, member.org_path)}
    assert rows(parted.url, IN_MOTION) == [(0,)]


@pytest.mark.parametrize("away", [False, True])
async def test_a_member_leaves_and_comes_back_to_the_own_part(parted: Parted, away: bool) -> None:
    member = [each for each in parted.members_of(away=away) if not each.transfer_in_progress][10]
    county = parted.county_of(member.org_path)
    asker, decider = person(parted, county, "asker"), person(parted, county, "decider")
    whole, before = rows(parted.url, WHOLE, (member.id,)), await counted(parted, county)

    leaving = await done(asker, LEAVE, kind="DEATH", memberId=global_id(member.id), reason="因病去世")
    await done(decider, APPROVE, id=leaving["request"]["id"], opinion="属实")

    assert await counted(parted, county) == [each - 1 for each in before]
    assert (rows(parted.url, WHOLE, (member.id,)), parted.lies_away(member.id)) == ([], False)
    assert parted.told_of(member.id)[-1][0] == "MEMBER_LEFT"

    await done(decider, RESTORE, id=encoded("HistoryMember", member.id), reason="误报")

    assert await counted(parted, county) == before
    assert (rows(parted.url, WHOLE, (member.id,)), parted.lies_away(member.id)) == (whole, away)
    assert [told[0] for told in parted.told_of(member.id)] == ["MEMBER_LEFT", "MEMBER_RESTORED"]
    assert rows(parted.url, DELTAS, ([member.org_path],)) == [(-1, member.org_path), (1, member.org_path)]
    audited = rows(parted.url, AUDITED, (f"Member:{member.id}", f"ApprovalRequest:{number_of(leaving)}"))
    assert audited == [("submitLeaving",), ("approveRequest",), ("restoreMember",)]


@pytest.mark.parametrize("away", [False, True])
async def test_a_person_enters_the_part_of_the_branch(parted: Parted, away: bool) -> None:
    committee = next(
        each
        for each in parted.register.of_kind(OrganizationKind.GRASSROOTS_COMMITTEE)
        if each.can_approve_membership
        and each.path.startswith(parted.away.path) == away
        and any(branch.path.startswith(each.path) for branch in parted.branches(away=away))
    )
    branch = next(each for each in parted.branches(away=away) if each.path.startswith(committee.path))
    before = await counted(parted, parted.province)

    asked = await done(person(parted, committee, "asker"), SUBMIT, member=new_member(branch), reason="补录")
    await done(
        person(parted, parted.county_of(branch.path), "decider"), APPROVE, id=asked["request"]["id"], opinion="-"
    )

    [(number,)] = rows(parted.url, "SELECT member_id FROM approval_requests WHERE id = %s", (number_of(asked),))
    assert number > max(member.id for member in parted.register.members)
    assert parted.lies_away(number) is away
    assert parted.told_of(number) == [("MEMBER_ADDED", branch.path, None, [])]
    assert await counted(parted, parted.province) == [each + 1 for each in before]


async def test_an_identity_number_is_taken_whatever_part_it_lies_in(parted: Parted) -> None:
    known = next(each for each in parted.members_of(away=True) if len(each.identity_number) == 18)
    person_ = new_member(parted.branches(away=False)[0], identityNumber=known.identity_number)

    answer = await parted.api.as_(parted.province).ask(SUBMIT, {"input": {"member": person_, "reason": "补录"}})

    codes = [(error["code"], error["path"]) for error in answer["submitAdmission"]["errors"]]
    assert ("ALREADY_REGISTERED", ["member", "identityNumber"]) in codes


async def test_a_number_that_is_just_entering_another_part_is_seen_by_whoever_waited(parted: Parted) -> None:
    number, database = "370102199005049999", parted.api.database
    branch, known = parted.branches(away=True)[0], draft_of(next(parted.members_of(away=True)))
    draft = replace(known, identity_number=number, branch_id=branch.id)
    entered = Entered(branch.path, RealNameStatus.VERIFIED, None, parted.api.clock())

    async def asked() -> bool:
        async with database.writing() as session:
            return await is_member(session, number)

    async with superuser_of(parted.url) as watching:
        async with database.writing() as session:
            assert await is_member(session, number) is False
            await add_member(session, draft, entered)
            waiting = asyncio.create_task(asked())
            await until_blocked(watching, 1)
        assert await waiting is True


@pytest.mark.parametrize("away", [False, True])
async def test_who_saves_a_record_that_another_is_saving_is_told_so(parted: Parted, away: bool) -> None:
    member = list(parted.members_of(away=away))[7]
    given = {"id": global_id(member.id), "version": member.version, "phone": "13912345678"}
    caller = parted.api.as_(parted.province)
    where = parted.second if away else parted.url

    async with superuser_of(where) as watching:
        async with parted.api.database.writing() as session:
            await change_member(session, member.id, {"home_address": "-"}, parted.api.clock())
            saving = asyncio.create_task(caller.post(SAVE, {"input": given}))
            await until_blocked(watching, 1)
        answer = (await saving).json()

    if away:
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["LOCKED"]
        answer = (await caller.post(SAVE, {"input": given})).json()
    assert answer["data"]["updateMember"]["errors"] == [{"code": "CONFLICT"}]


@pytest.mark.parametrize(("away", "to_away"), [(False, True), (True, False), (False, False)])
async def test_who_saves_a_record_that_moves_meanwhile_is_told_so(parted: Parted, away: bool, to_away: bool) -> None:
    member = list(parted.members_of(away=away))[-4 - to_away]
    given = {"id": global_id(member.id), "version": member.version, "phone": "13912345678"}
    caller, city = parted.api.as_(parted.province), parted.city_of(member.org_path)
    branch = next(each for each in parted.branches(away=to_away) if not each.path.startswith(city.path))

    async with superuser_of(parted.second if away else parted.url) as watching:
        async with parted.api.database.writing() as session:
            moved = {"branch_id": branch.id, "org_path": branch.path}
            await change_member(session, member.id, moved, parted.api.clock())
            saving = asyncio.create_task(caller.post(SAVE, {"input": given}))
            await until_blocked(watching, 1)
        answer = (await saving).json()

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["LOCKED"]
    assert (await caller.ask(SAVE, {"input": given}))["updateMember"]["errors"] == [{"code": "CONFLICT"}]


@pytest.mark.parametrize("away", [False, True])
async def test_a_county_that_hangs_on_another_city_takes_its_members_along(own_parted: Parted, away: bool) -> None:
    """As an operator does it. `away`: it hung there until then."""
    parted, database = own_parted, own_parted.api.database
    counties = parted.register.of_kind(OrganizationKind.COUNTY)
    of_county = {county: parted.register.members_in(county) for county in counties}
    county = max((c for c in counties if c.path.startswith(parted.away.path) == away), key=lambda c: len(of_county[c]))
    city = parted.away if not away else parted.register.of_kind(OrganizationKind.CITY)[0]
    before = await counted(parted, parted.province), await counted(parted, city)

    async with database.writing() as session:
        for table, path in ((Organization, Organization.path), (Member, Member.org_path)):
            after = func.concat(f"{city.path}{county.id}/", func.substr(path, len(county.path) + 1))
            await session.execute(update(table).where(path.startswith(county.path)).values({path: after}))
        await session.execute(update(Organization).where(Organization.id == county.id).values(parent_id=city.id))

    moved = of_county[county]
    assert moved
    for member in moved:
        now = f"{city.path}{county.id}/{member.org_path.removeprefix(county.path)}"
        assert parted.told_of(member.id) == [("MEMBER_CHANGED", now, member.org_path, [])]
    await require_moved(parted, [member.id for member in moved], city)
    more = len(moved)
    assert await counted(parted, parted.province) == before[0]
    assert await counted(parted, city) == [each + more for each in before[1]]


async def require_moved(parted: Parted, ids: list[int], city: OrganizationRecord) -> None:
    found = (
        select(func.count()).select_from(Member).where(one_of(Member.id, ids), Member.org_path.startswith(city.path))
    )
    assert await parted.api.database.number(found) == len(ids)
    there = rows(parted.second, "SELECT count(*) FROM members WHERE id = ANY(%s)", (ids,))
    assert there == [(len(ids) if city == parted.away else 0,)]
    assert rows(parted.url, IN_MOTION) == [(0,)]
    for place in (parted.province, city):
        in_advance, live = await both_ways(parted.api.database, place, (StatisticsDimension.GENDER,), DAY)
        assert in_advance is not None
        assert in_advance == live
