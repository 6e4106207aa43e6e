"""实名备案: names are filed which the real-name check does not know, on proof, by organisations designated for it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select, update

from auth.permissions import Entry, PermissionMatrix, Place
from auth.visibility import Visibility
from domain.codes import OrganizationKind, Role, Tier
from domain.records import MemberRecord, OrganizationRecord
from schema.identifiers import encoded
from server.app import DEFAULT_PERMISSIONS
from server.gateways import Gateways
from server.gateways.population_simulator import SimulatedPopulationRegistry
from storage.engine import connect
from storage.models import Account, Member
from tests.api.test_approvals import Office, codes, county_above, settle
from tests.asking import AUDIT_KEY, Api, Caller
from tests.file_contents import pdf
from tests.new_people import MISMATCHING, new_member
from tests.opened_accounts import opened_account
from tests.oracle import Register
from tests.uploading import staged

SUBMIT = """mutation ($input: SubmitRealNameFilingInput!) { submitRealNameFiling(input: $input) {
  request { id kind filingStatus memberName requestedBy requestedAt attachments { name }
    changes { field before after } } errors { code path } } }"""
LIST = """query ($where: ApprovalRequestFilter) { approvalRequests(which: REAL_NAME, where: $where) {
  totalCount nodes { id filingStatus requestedBy } } }"""
FOUND = "query ($id: ID!) { approvalRequest(id: $id) { member { realNameStatus attachments { name } } } }"
DESIGNATE = "mutation ($input: DesignateForFilingInput!) { designateForFiling(input: $input) { errors { code } } }"


@pytest.fixture
async def office(
    own_province_url: str, register: Register, approving_committee: OrganizationRecord
) -> AsyncIterator[Office]:
    branches = {o.id for o in register.of_kind(OrganizationKind.BRANCH)}
    members = (m for m in register.members_in(approving_committee) if m.branch_id in branches)
    async with connect(own_province_url, connections=4, audit_key=AUDIT_KEY) as database:
        api = Api(database, gateways=Gateways(population_registry=SimulatedPopulationRegistry()))
        yield Office(api, register, county_above(register, approving_committee), approving_committee, members)
        await api.http.aclose()


@pytest.fixture
def branch_below(office: Office) -> OrganizationRecord:
    branches = office.register.of_kind(OrganizationKind.BRANCH)
    return next(o for o in branches if o.path.startswith(office.committee.path))


async def file_name(caller: Caller, *, attached: bool = True, **given: Any) -> dict[str, Any]:
    ids = [(await staged(caller, pdf(), "采集表.pdf"))["id"]] if attached else []
    asked = {"reason": "查无此人", "attachmentIds": ids, **given}
    payload: dict[str, Any] = (await caller.ask(SUBMIT, {"input": asked}))["submitRealNameFiling"]
    return payload


async def unverified(office: Office, status: str = "UNVERIFIED") -> MemberRecord:
    member = next(office.members)
    async with office.api.database.writing() as session:
        changed = update(Member).where(Member.id == member.id).values(real_name_status=status)
        await session.execute(changed)
    return member._replace(real_name_status=status)


async def test_a_person_whom_the_check_refutes_enters_as_filed(
    office: Office, branch_below: OrganizationRecord
) -> None:
    person, county = new_member(branch_below, MISMATCHING), office.person(office.county)
    payload = await file_name(office.person(branch_below), member=person)
    request = payload["request"]
    assert (payload["errors"], request["kind"], request["filingStatus"], request["memberName"]) == (
        [],
        "REAL_NAME_FILING",
        "UNVERIFIED",
        "欧阳建国",
    )
    assert request["attachments"] == [{"name": "采集表.pdf"}]
    assert codes(await settle(county, "approveRequest", request)) == []
    member = (await county.ask(FOUND, {"id": request["id"]}))["approvalRequest"]["member"]
    assert member == {"realNameStatus": "FILED", "attachments": [{"name": "采集表.pdf"}]}


async def test_a_member_who_is_not_verified_is_filed(office: Office) -> None:
    member, county = await unverified(office), office.person(office.county)
    payload = await file_name(office.branch_of(member), memberId=encoded("Member", member.id))
    assert payload["request"]["changes"] == [{"field": "realNameStatus", "before": "UNVERIFIED", "after": "FILED"}]
    assert codes(await settle(county, "approveRequest", payload["request"])) == []
    found = (await county.ask(FOUND, {"id": payload["request"]["id"]}))["approvalRequest"]["member"]
    assert found["realNameStatus"] == "FILED"


@pytest.mark.parametrize("status", ["VERIFIED", "FILED"])
async def test_a_name_that_is_known_is_not_filed(office: Office, status: str) -> None:
    member = await unverified(office, status)
    payload = await file_name(office.branch_of(member), memberId=encoded("Member", member.id))
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("ALREADY_VERIFIED", ["memberId"])]


async def test_the_signed_form_must_be_attached(office: Office, branch_below: OrganizationRecord) -> None:
    payload = await file_name(office.person(branch_below), attached=False, member=new_member(branch_below), reason="")
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("REQUIRED", ["reason"]),
        ("ATTACHMENTS_REQUIRED", ["attachmentIds"]),
    ]


async def test_either_a_member_or_a_new_person_is_filed(office: Office, branch_below: OrganizationRecord) -> None:
    member = await unverified(office)
    both = {"member": new_member(branch_below), "memberId": encoded("Member", member.id)}
    for given in (both, {}):
        asked = {"input": {"reason": "-", "attachmentIds": [], **given}}
        error = await office.branch_of(member).refused(SUBMIT, asked)
        assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_designated_organisations_alone_decide(office: Office) -> None:
    member = await unverified(office)
    request = (await file_name(office.branch_of(member), memberId=encoded("Member", member.id)))["request"]
    assert codes(await settle(office.person(office.committee), "approveRequest", request)) == ["TIER_INSUFFICIENT"]
    given = {"organizationId": encoded("Organization", office.county.id), "canFileRealNames": False}
    await office.api.as_(office.county, Role.SECURITY_OFFICER).ask(DESIGNATE, {"input": given})
    api = Api(office.api.database, key=office.api.key)  # another process, which has not read the organisation yet
    there = Office(api, office.register, office.county, office.committee, office.members)
    to_decide = "query { approvalRequests(which: TO_DECIDE) { totalCount } }"
    assert (await there.person(office.county).ask(to_decide))["approvalRequests"]["totalCount"] == 0
    assert codes(await settle(there.person(office.county), "approveRequest", request)) == ["TIER_INSUFFICIENT"]
    province = next(iter(office.register.of_kind(OrganizationKind.PROVINCE)))
    assert (await there.person(province).ask(to_decide))["approvalRequests"]["totalCount"] == 1
    assert codes(await settle(there.person(province), "approveRequest", request)) == []
    await api.http.aclose()


async def test_the_list_has_status_and_applicant_and_is_cancelled_by_whoever_asked(office: Office) -> None:
    county, requests = office.person(office.county), []
    members = [await unverified(office) for _ in range(4)]
    for member in members:
        payload = await file_name(office.branch_of(member), memberId=encoded("Member", member.id))
        requests.append(payload["request"])
    for request, step in zip(requests, ("approveRequest", "rejectRequest"), strict=False):
        assert codes(await settle(county, step, request)) == []
    assert codes(await settle(office.branch_of(members[2]), "withdrawRequest", requests[2])) == []
    listed = (await county.ask(LIST))["approvalRequests"]
    applicants = [f"administrator-of-{member.branch_id}" for member in members]
    assert listed == {
        "totalCount": 3,
        "nodes": [
            {"id": requests[place]["id"], "filingStatus": status, "requestedBy": applicants[place]}
            for place, status in ((3, "UNVERIFIED"), (1, "REJECTED"), (0, "FILED"))
        ],
    }
    only = {"where": {"state": {"exact": "REJECTED"}}}
    assert [node["id"] for node in (await county.ask(LIST, only))["approvalRequests"]["nodes"]] == [requests[1]["id"]]


@pytest.mark.parametrize("hidden", [None, "ApprovalRequest.id", "ApprovalRequest.attachments", "Attachment.name"])
async def test_the_proof_is_downloaded_by_whoever_sees_it_with_the_request(office: Office, hidden: str | None) -> None:
    member = await unverified(office)
    request = (await file_name(office.branch_of(member), memberId=encoded("Member", member.id)))["request"]
    proof = "query ($id: ID!) { approvalRequest(id: $id) { attachments { url } } }"
    county = office.person(office.county)
    [file] = (await county.ask(proof, {"id": request["id"]}))["approvalRequest"]["attachments"]
    entries = {Place(Role.ADMINISTRATOR, tier, hidden): Entry(Visibility.HIDDEN) for tier in Tier} if hidden else {}
    matrix = PermissionMatrix(DEFAULT_PERMISSIONS.fields, entries)
    elsewhere = next(o for o in office.register.of_kind(OrganizationKind.COUNTY) if o.id != office.county.id)
    async with Api(office.api.database, matrix, key=office.api.key, files=office.api.files).http as http:
        for caller, sees in ((county, hidden is None), (office.person(elsewhere), False)):
            answer = await http.get(file["url"], headers={"Authorization": f"Bearer {caller.token}"})
            assert answer.status_code == (200 if sees else 404)


async def test_whoever_asked_is_named_to_those_above(office: Office) -> None:
    member = await unverified(office)
    account = await opened_account(office.api.database, member.branch_id)
    found = select(Account.subject, Account.name).where(Account.id == account.account_id)
    [(subject, name)] = await office.api.database.rows(found)
    applicant = office.person(office.register.organizations[member.branch_id], subject)
    request = (await file_name(applicant, memberId=encoded("Member", member.id)))["request"]
    assert codes(await settle(office.person(office.county), "rejectRequest", request)) == []
    query = "query ($id: ID!) { approvalRequest(id: $id) { requesterName deciderName } }"
    for caller in (office.person(office.county), applicant):
        shown = (await caller.ask(query, {"id": request["id"]}))["approvalRequest"]
        assert shown == {"requesterName": name, "deciderName": None}  # an operator's token stands for no account
