"""新增申请: persons enter the register when those who may decide it approve."""

import asyncio
from collections.abc import AsyncIterator
from secrets import token_hex
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from domain.codes import OrganizationKind, Role
from domain.pinyin import full_pinyin, initials
from domain.records import OrganizationRecord
from schema.identifiers import decoded, encoded
from server.gateways import Gateways
from server.gateways.population_simulator import SimulatedPopulationRegistry
from storage.engine import connect
from storage.models import Member
from tests.api.test_approvals import Office, codes, county_above, rows_with, settle
from tests.asking import AUDIT_KEY, Api, Caller
from tests.audit import entries_of
from tests.file_contents import picture
from tests.new_people import MISMATCHING, UNKNOWN, WITHOUT_ANSWER, new_member
from tests.oracle import Register
from tests.uploading import staged
from tests.waiting import waiting_for

CHANGES = "changes { field label before after beforeLabel afterLabel }"
SUBMIT = (
    """mutation ($input: SubmitAdmissionInput!) { submitAdmission(input: $input) {
  request { id kind state memberName member { id } branch { id } %s } errors { code message path } } }"""
    % CHANGES
)
ENTERED = """query ($id: ID!) { approvalRequest(id: $id) { member { id name identityNumber gender birthDate branch { id }
  realNameStatus version phone } } }"""
LIST = """query ($which: ApprovalRequestList!, $where: ApprovalRequestFilter) {
  approvalRequests(which: $which, where: $where) { totalCount nodes { id memberName } } }"""


@pytest.fixture
async def office(
    own_province_url: str, register: Register, approving_committee: OrganizationRecord
) -> AsyncIterator[Office]:
    async with connect(own_province_url, connections=80, audit_key=AUDIT_KEY) as database:
        api = Api(database, gateways=Gateways(population_registry=SimulatedPopulationRegistry()))
        members = iter(register.members_in(approving_committee))
        yield Office(api, register, county_above(register, approving_committee), approving_committee, members)
        await api.http.aclose()


@pytest.fixture
def branch_below(office: Office) -> OrganizationRecord:
    branches = office.register.of_kind(OrganizationKind.BRANCH)
    return next(o for o in branches if o.path.startswith(office.committee.path))


async def admit(caller: Caller, member: dict[str, Any], reason: str = "补录") -> dict[str, Any]:
    payload: dict[str, Any] = (await caller.ask(SUBMIT, {"input": {"member": member, "reason": reason}}))[
        "submitAdmission"
    ]
    return payload


async def asked_for(office: Office, branch: OrganizationRecord, **given: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A new person, and the request that this person enter, which must be taken."""
    person = new_member(branch, **given)
    payload = await admit(office.person(office.committee), person)
    assert payload["errors"] == []
    return person, payload["request"]


async def members_with(office: Office, identity_number: str) -> int:
    found = select(func.count()).select_from(Member).where(Member.identity_number == identity_number)
    return await office.api.database.number(found)


async def test_a_person_enters_when_it_is_approved(office: Office, branch_below: OrganizationRecord) -> None:
    person, request = await asked_for(office, branch_below, name=" 欧阳建国 ", phone="１３８００１３８０００")
    assert (request["kind"], request["state"], request["memberName"], request["member"]) == (
        "ADMISSION",
        "PENDING",
        "欧阳建国",
        None,
    )
    assert await members_with(office, person["identityNumber"]) == 0
    county = office.person(office.county)
    payload = await settle(county, "approveRequest", request)
    assert (payload["errors"], payload["request"]["state"]) == ([], "APPROVED")
    member = (await county.ask(ENTERED, {"id": request["id"]}))["approvalRequest"]["member"]
    assert {**member, "id": ""} == {
        "id": "",
        "name": "欧阳建国",
        "identityNumber": person["identityNumber"],
        "gender": "MALE" if int(person["identityNumber"][16]) % 2 else "FEMALE",
        "birthDate": "1990-05-04",
        "branch": {"id": person["branchId"]},
        "realNameStatus": "VERIFIED",
        "version": 1,
        "phone": "13800138000",
    }
    kept = select(Member.org_path, Member.name_pinyin, Member.name_initials, Member.transfer_in_progress)
    row = await office.api.database.row(kept.where(Member.id == decoded(member["id"]).number))
    assert row == (branch_below.path, full_pinyin("欧阳建国"), initials("欧阳建国"), False)


async def test_everything_that_is_wrong_is_told_at_once(office: Office, branch_below: OrganizationRecord) -> None:
    person = new_member(branch_below, name=None, formalOn=None, phone="12", birthDate="2999-01-01")
    del person["ethnicity"]
    payload = await admit(office.person(office.committee), person, " ")
    assert payload["request"] is None
    assert {(error["code"], tuple(error["path"])) for error in payload["errors"]} == {
        ("REQUIRED", ("reason",)),
        ("REQUIRED", ("member", "name")),
        ("REQUIRED", ("member", "ethnicity")),
        ("FORMAL_DATE_REQUIRED", ("member", "formalOn")),
        ("PHONE_INVALID", ("member", "phone")),
        ("DATE_IN_FUTURE", ("member", "birthDate")),
        ("AGE_UNDER_18", ("member", "birthDate")),
        ("JOINED_UNDER_16", ("member", "joinedOn")),
    }


async def test_a_person_enters_a_branch_of_the_own_subtree(office: Office) -> None:
    committee = office.person(office.committee)
    elsewhere = next(o for o in office.register.of_kind(OrganizationKind.BRANCH) if not _is_below(o, office.committee))
    for place, code in ((elsewhere, "BRANCH_NOT_FOUND"), (office.committee, "NOT_A_BRANCH")):
        payload = await admit(committee, new_member(place))
        assert [(e["code"], e["path"]) for e in payload["errors"]] == [(code, ["member", "branchId"])]


def _is_below(organization: OrganizationRecord, above: OrganizationRecord) -> bool:
    return organization.path.startswith(above.path)


async def test_approving_committees_alone_ask(office: Office, branch_below: OrganizationRecord) -> None:
    for place in (office.county, branch_below):
        payload = await admit(office.person(place), new_member(branch_below))
        assert (codes(payload), payload["request"]) == (["NOT_YOURS_TO_ASK"], None)


async def test_the_county_decides_and_the_committee_does_not(office: Office, branch_below: OrganizationRecord) -> None:
    person, request = await asked_for(office, branch_below)
    committee = office.person(office.committee, "a colleague")
    assert codes(await settle(committee, "approveRequest", request)) == ["TIER_INSUFFICIENT"]
    assert codes(await settle(office.person(office.county), "rejectRequest", request)) == []
    assert await members_with(office, person["identityNumber"]) == 0
    await asked_for(office, branch_below, identityNumber=person["identityNumber"])  # it may be asked for anew


@pytest.mark.parametrize("ending", [MISMATCHING, UNKNOWN])
async def test_whom_the_real_name_check_refutes_is_not_admitted(
    office: Office, branch_below: OrganizationRecord, ending: str
) -> None:
    payload = await admit(office.person(office.committee), new_member(branch_below, ending))
    assert [(e["code"], e["path"]) for e in payload["errors"]] == [("REAL_NAME_MISMATCH", ["member", "name"])]


async def test_whoever_could_not_be_checked_enters_unverified(office: Office, branch_below: OrganizationRecord) -> None:
    payload = await admit(office.person(office.committee), new_member(branch_below, WITHOUT_ANSWER))
    county = office.person(office.county)
    assert codes(await settle(county, "approveRequest", payload["request"])) == []
    member = (await county.ask(ENTERED, {"id": payload["request"]["id"]}))["approvalRequest"]["member"]
    assert member["realNameStatus"] == "UNVERIFIED"


async def test_nobody_enters_who_is_registered_or_asked_for_already(
    office: Office, branch_below: OrganizationRecord
) -> None:
    committee, known = office.person(office.committee), next(office.members)
    payload = await admit(committee, new_member(branch_below, identityNumber=known.identity_number))
    assert ("ALREADY_REGISTERED", ["member", "identityNumber"]) in [(e["code"], e["path"]) for e in payload["errors"]]
    person, _ = await asked_for(office, branch_below)
    payload = await admit(committee, new_member(branch_below, identityNumber=person["identityNumber"]))
    assert [(e["code"], e["path"]) for e in payload["errors"]] == [("REQUEST_PENDING", ["member", "identityNumber"])]


async def test_whoever_was_registered_meanwhile_does_not_enter_twice(
    office: Office, branch_below: OrganizationRecord
) -> None:
    person, request = await asked_for(office, branch_below)
    known = next(office.members)
    async with office.api.database.writing() as session:
        number = {"identity_number": person["identityNumber"]}
        await session.execute(update(Member).where(Member.id == known.id).values(number))
    county = office.person(office.county)
    assert codes(await settle(county, "approveRequest", request)) == ["ALREADY_REGISTERED"]
    assert await members_with(office, person["identityNumber"]) == 1


async def test_of_two_who_ask_at_once_for_one_person_one_wins(office: Office, branch_below: OrganizationRecord) -> None:
    person = new_member(branch_below)
    async with office.api.database.writing() as session:
        await session.execute(text("LOCK TABLE organizations IN ACCESS EXCLUSIVE MODE"))
        asking = [asyncio.create_task(admit(office.person(office.committee, name), person)) for name in ("one", "two")]
        await waiting_for(office.api.database, "organizations", 1)  # one look-up may serve both
    assert sorted(codes(payload) for payload in await asyncio.gather(*asking)) == [[], ["REQUEST_PENDING"]]


async def test_of_many_who_approve_at_once_one_wins_and_one_member_enters(
    office: Office, branch_below: OrganizationRecord
) -> None:
    person, request = await asked_for(office, branch_below)
    people = [office.person(office.county, f"decider {number}") for number in range(16)]
    async with office.api.database.writing() as session:
        await session.execute(text("LOCK TABLE approval_requests IN EXCLUSIVE MODE"))
        deciding = [asyncio.create_task(settle(each, "approveRequest", request)) for each in people]
        await waiting_for(office.api.database, "approval_requests", len(people))
    outcomes = [codes(payload) for payload in await asyncio.gather(*deciding)]
    assert (outcomes.count([]), outcomes.count(["ALREADY_DECIDED"])) == (1, 15)
    assert await members_with(office, person["identityNumber"]) == 1


async def test_the_rules_of_saving_hold_at_the_approval_too(office: Office, branch_below: OrganizationRecord) -> None:
    _, request = await asked_for(office, branch_below)
    async with office.api.database.writing() as session:
        await session.execute(
            text("UPDATE organizations SET kind = 'GENERAL_BRANCH' WHERE id = :id").bindparams(id=branch_below.id)
        )
    assert codes(await settle(office.person(office.county), "approveRequest", request)) == ["NOT_A_BRANCH"]


async def test_the_request_shows_what_is_to_stand_in_the_record(
    office: Office, branch_below: OrganizationRecord
) -> None:
    person, request = await asked_for(office, branch_below)
    shown = {change["field"]: change for change in request["changes"]}
    assert shown["education"] == {
        "field": "education",
        "label": "education",
        "before": None,
        "after": "BACHELOR",
        "beforeLabel": None,
        "afterLabel": "bachelor's degree",
    }
    assert (shown["branch"]["after"], shown["branch"]["afterLabel"]) == (person["branchId"], branch_below.name)
    assert shown["realNameStatus"]["after"] == "VERIFIED"
    assert (shown["joinedOn"]["after"], shown["lostContact"]["after"]) == ("2012-07-01", "false")
    assert (shown["lostContact"]["afterLabel"], next(iter(shown))) == ("no", "name")
    masked = f"{person['identityNumber'][:6]}********{person['identityNumber'][-4:]}"
    assert shown["identityNumber"]["after"] == masked  # as the matrix has it for an approving committee
    query = f"query ($id: ID!) {{ approvalRequest(id: $id) {{ {CHANGES} }} }}"
    read = (await office.person(office.county).ask(query, {"id": request["id"]}))["approvalRequest"]["changes"]
    assert {change["field"]: change["after"] for change in read}["identityNumber"] == person["identityNumber"]


async def test_whoever_enters_has_the_photo_that_was_uploaded(office: Office, branch_below: OrganizationRecord) -> None:
    committee, county = office.person(office.committee), office.person(office.county)
    photo = await staged(committee, picture("PNG"), "a.png", "PHOTO")
    _, request = await asked_for(office, branch_below, photoId=photo["id"])
    shown = {change["field"]: change["after"] for change in request["changes"]}
    assert shown["photo"] == f"/files/{photo['id']}"
    authorized = {"Authorization": f"Bearer {county.token}"}
    seen = await office.api.http.get(shown["photo"], headers=authorized)  # by whoever is to decide
    assert codes(await settle(county, "approveRequest", request)) == []
    query = "query ($id: ID!) { approvalRequest(id: $id) { member { photo } } }"
    member = (await county.ask(query, {"id": request["id"]}))["approvalRequest"]["member"]
    kept = await office.api.http.get(member["photo"], headers=authorized)
    assert (seen.status_code, kept.status_code, kept.content) == (200, 200, seen.content)


async def test_a_photo_is_one_that_the_caller_has_uploaded_as_such(
    office: Office, branch_below: OrganizationRecord
) -> None:
    committee = office.person(office.committee)
    another = await staged(office.person(office.county), picture("PNG"), "a.png", "PHOTO")
    document = await staged(committee, picture("PNG"), "a.png")
    for file in (another, document):
        payload = await admit(committee, new_member(branch_below, photoId=file["id"]))
        assert [(e["code"], e["path"]) for e in payload["errors"]] == [("FILE_NOT_FOUND", ["member", "photoId"])]


async def test_requests_are_found_by_the_name_of_the_person(office: Office, branch_below: OrganizationRecord) -> None:
    _, request = await asked_for(office, branch_below, name="欧阳独一")
    await asked_for(office, branch_below)
    where = {"memberName": {"prefix": "欧阳独"}, "kind": {"exact": "ADMISSION"}}
    found = await office.person(office.county).ask(LIST, {"which": "TO_DECIDE", "where": where})
    assert found["approvalRequests"] == {
        "totalCount": 1,
        "nodes": [{"id": request["id"], "memberName": "欧阳独一"}],
    }


async def test_each_step_leaves_one_entry_with_personal_values_masked(
    office: Office, branch_below: OrganizationRecord
) -> None:
    person, request_id = new_member(branch_below), f"admitted-{token_hex(8)}"
    blind = "mutation ($input: SubmitAdmissionInput!) { submitAdmission(input: $input) { request { id } } }"
    given = {"input": {"member": person, "reason": "补录"}}
    answer = await office.person(office.committee).post(blind, given, **{"X-Request-ID": request_id})
    request = answer.json()["data"]["submitAdmission"]["request"]
    [entry] = await entries_of(office.api.database, request_id)
    assert (entry.operation, entry.target) == ("submitAdmission", f"ApprovalRequest:{decoded(request['id']).number}")
    after = entry.details["after"]
    assert (after["name"], after["phone"], after["realNameStatus"]) == ("欧*", "138****8000", "VERIFIED")
    assert person["identityNumber"] not in str(entry.details)


async def test_nothing_is_left_of_the_request_of_whoever_is_purged(
    office: Office, branch_below: OrganizationRecord
) -> None:
    person, request = await asked_for(office, branch_below, name="欧阳独一", homeAddress="独一路1号")
    county = office.person(office.county)
    await settle(county, "rejectRequest", request, opinion="欧阳独一再核")
    _, request = await asked_for(office, branch_below, **person)
    assert codes(await settle(county, "approveRequest", request)) == []
    member = (await county.ask(ENTERED, {"id": request["id"]}))["approvalRequest"]["member"]
    leave = "mutation ($input: SubmitLeavingInput!) { submitLeaving(input: $input) { request { id } } }"
    given = {"kind": "OTHER_REMOVAL", "memberId": member["id"], "reason": "重复登记"}
    leaving = (await office.person(branch_below).ask(leave, {"input": given}))["submitLeaving"]["request"]
    assert codes(await settle(county, "approveRequest", leaving)) == []
    purge = "mutation ($input: PurgeMemberInput!) { purgeMember(input: $input) { isPurged } }"
    gone = encoded("HistoryMember", decoded(member["id"]).number)
    assert await county.ask(purge, {"input": {"id": gone, "reason": "重复登记"}}) == {"purgeMember": {"isPurged": True}}
    for value in (person["identityNumber"], "欧阳独一", "独一路1号"):
        assert await rows_with(office, value) == [], value


async def test_only_administrators_ask(office: Office, branch_below: OrganizationRecord) -> None:
    given = {"input": {"member": new_member(branch_below), "reason": "补录"}}
    for role in (Role.SECURITY_OFFICER, Role.AUDITOR, Role.PARTNER):
        error = await office.api.as_(office.committee, role).refused(SUBMIT, given)
        assert error["extensions"]["code"] == "FIELD_HIDDEN"
