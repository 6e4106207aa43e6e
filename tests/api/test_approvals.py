"""审批: members leave when those who may decide it approve, and are found in history from then on."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text, update

from domain.codes import AuditKind, OrganizationKind, Role
from domain.records import MemberRecord, OrganizationRecord
from schema.identifiers import decoded, encoded
from storage.engine import connect
from storage.models import Account, File, HistoryMember, Member
from tests.asking import AUDIT_KEY, Api, Caller
from tests.audit import entries_of
from tests.oracle import Register
from tests.waiting import waiting_for

REQUEST = """{ id kind state reason opinion requestedBy decidedBy version member { id } historyMember { id }
  branch { id } requester { id } decider { id } }"""
SUBMIT = (
    "mutation ($input: SubmitLeavingInput!) { submitLeaving(input: $input) { request %s errors { code path } } }"
    % REQUEST
)
LIST = """query ($which: ApprovalRequestList!, $where: ApprovalRequestFilter) {
  approvalRequests(which: $which, where: $where) { totalCount nodes { id state kind } } }"""
HISTORY = """query ($where: HistoryMemberFilter) { historyMembers(where: $where) { totalCount
  nodes { id kind reason name identityNumber workPosition branch { id } version } } }"""
KINDS = {"EXPULSION": "EXPELLED", "SUSPENSION": "SUSPENDED", "DEATH": "DECEASED", "OTHER_REMOVAL": "OTHER"}


@dataclass
class Office:
    """The register, and those who ask and decide in it: each a person of their own."""

    api: Api
    register: Register
    county: OrganizationRecord
    committee: OrganizationRecord
    members: Iterator[MemberRecord]

    def person(self, organization: OrganizationRecord, name: str = "") -> Caller:
        subject = name or f"administrator-of-{organization.id}"
        token = self.api.authority.issue(subject, Role.ADMINISTRATOR, organization, timedelta(hours=1))
        return Caller(self.api, token)

    def branch_of(self, member: MemberRecord) -> Caller:
        return self.person(self.register.organizations[member.branch_id])

    async def asks(self, member: MemberRecord, kind: str = "DEATH", **given: Any) -> dict[str, Any]:
        """The request, which must be taken."""
        payload = await submit(self.branch_of(member), member, kind, **given)
        assert payload["errors"] == []
        request: dict[str, Any] = payload["request"]
        return request


@pytest.fixture
async def office(
    own_province_url: str, register: Register, approving_committee: OrganizationRecord
) -> AsyncIterator[Office]:
    async with connect(own_province_url, connections=80, audit_key=AUDIT_KEY) as database:
        api = Api(database)
        members = (
            member
            for member in register.members_in(approving_committee)
            if not member.transfer_in_progress and member.branch_id != approving_committee.id
        )
        yield Office(api, register, county_above(register, approving_committee), approving_committee, members)
        await api.http.aclose()


def county_above(register: Register, organization: OrganizationRecord) -> OrganizationRecord:
    return next(o for o in register.of_kind(OrganizationKind.COUNTY) if organization.path.startswith(o.path))


async def submit(caller: Caller, member: MemberRecord, kind: str = "DEATH", **given: Any) -> dict[str, Any]:
    asked = {"kind": kind, "memberId": encoded("Member", member.id), "reason": "因病去世", **given}
    payload: dict[str, Any] = (await caller.ask(SUBMIT, {"input": asked}))["submitLeaving"]
    return payload


async def settle(caller: Caller, step: str, request: dict[str, Any], **given: Any) -> dict[str, Any]:
    query = f"mutation ($input: {step[0].upper()}{step[1:]}Input!) {{ {step}(input: $input) {{ request {REQUEST} errors {{ code path }} }} }}"
    decided = {"opinion": "同意"} if step != "withdrawRequest" else {}
    answer = await caller.ask(query, {"input": {"id": request["id"], **decided, **given}})
    payload: dict[str, Any] = answer[step]
    return payload


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["errors"]]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_member_leaves_with_the_whole_record_when_it_is_approved(office: Office, kind: str) -> None:
    member, database = next(office.members), office.api.database
    kept = [attribute.key for attribute in Member.__mapper__.column_attrs]
    whole = await database.row(select(*(getattr(Member, name) for name in kept)).where(Member.id == member.id))
    request = await office.asks(member, kind, reason=" 情况属实 ")
    assert (request["state"], request["kind"], request["reason"], request["version"]) == (
        "PENDING",
        kind,
        "情况属实",
        1,
    )
    assert (request["member"], request["historyMember"]) == ({"id": encoded("Member", member.id)}, None)
    payload = await settle(office.person(office.county), "approveRequest", request)
    left = {"id": encoded("HistoryMember", member.id)}
    assert (payload["errors"], payload["request"]["state"], payload["request"]["opinion"]) == ([], "APPROVED", "同意")
    assert (payload["request"]["member"], payload["request"]["historyMember"]) == (None, left)
    statement = select(*(getattr(HistoryMember, name) for name in kept)).where(HistoryMember.id == member.id)
    assert await database.row(statement) == whole
    assert await database.number(select(func.count()).select_from(Member).where(Member.id == member.id)) == 0
    found = await office.branch_of(member).ask(
        HISTORY, {"where": {"identityNumber": {"exact": member.identity_number}}}
    )
    [archived] = found["historyMembers"]["nodes"]
    assert (archived["kind"], archived["reason"], archived["name"]) == (KINDS[kind], "情况属实", member.name)


@pytest.mark.parametrize(
    ("kind", "decides"), [("EXPULSION", True), ("DEATH", True), ("SUSPENSION", False), ("OTHER_REMOVAL", False)]
)
async def test_each_kind_has_its_deciders(office: Office, kind: str, decides: bool) -> None:
    member = next(office.members)
    request = await office.asks(member, kind)
    branch = office.person(office.register.organizations[member.branch_id], "a colleague")
    assert codes(await settle(branch, "approveRequest", request)) == ["TIER_INSUFFICIENT"]
    committee = office.person(office.committee)
    assert codes(await settle(committee, "approveRequest", request)) == ([] if decides else ["TIER_INSUFFICIENT"])


async def test_a_member_stays_when_it_is_rejected_or_withdrawn(office: Office) -> None:
    for step, caller in (("rejectRequest", office.county), ("withdrawRequest", None)):
        member = next(office.members)
        request = await office.asks(member)
        decider = office.branch_of(member) if caller is None else office.person(caller)
        payload = await settle(decider, step, request)
        assert (payload["errors"], payload["request"]["member"]) == ([], {"id": encoded("Member", member.id)})
        assert payload["request"]["version"] == 2
        for again in ("approveRequest", "rejectRequest", "withdrawRequest"):
            assert codes(await settle(office.person(office.county), again, request)) == ["ALREADY_DECIDED"]
        await office.asks(member)  # it may be asked for anew


async def test_all_that_stands_in_the_way_is_told_at_once(office: Office) -> None:
    member = next(office.members)
    await office.asks(member)
    async with office.api.database.writing() as session:
        await session.execute(update(Member).where(Member.id == member.id).values(transfer_in_progress=True))
        held = {
            "subject": token_hex(8),
            "name": member.name,
            "identity_number": member.identity_number,
            "phone": "13900000000",
            "role": "ADMINISTRATOR",
            "organization_id": member.branch_id,
            "state": "SUSPENDED",
        }
        await session.execute(insert(Account).values(held))
    payload = await submit(office.branch_of(member), member, reason="  ")
    assert codes(payload) == ["REQUIRED", "TRANSFER_IN_PROGRESS", "STAFF_ROLE_HELD", "REQUEST_PENDING"]
    assert payload["request"] is None


async def test_what_has_come_in_the_way_since_stops_the_approval(office: Office) -> None:
    member = next(office.members)
    request = await office.asks(member)
    async with office.api.database.writing() as session:
        await session.execute(update(Member).where(Member.id == member.id).values(transfer_in_progress=True))
    county = office.person(office.county)
    assert codes(await settle(county, "approveRequest", request)) == ["TRANSFER_IN_PROGRESS"]
    assert codes(await settle(county, "rejectRequest", request)) == []


async def test_a_text_that_cannot_be_stored_is_refused(office: Office) -> None:
    member = next(office.members)
    payload = await submit(office.branch_of(member), member, reason="因病\0去世")
    assert payload["errors"] == [{"code": "CHARACTERS_INVALID", "path": ["reason"]}]


async def test_nobody_decides_the_own_request(office: Office) -> None:
    member, county = next(office.members), office.person(office.county)
    request = (await submit(county, member))["request"]
    for step in ("approveRequest", "rejectRequest"):
        assert codes(await settle(county, step, request)) == ["SELF_DECISION"]
    assert codes(await settle(office.person(office.county, "a colleague"), "approveRequest", request)) == []


async def test_only_the_organisation_that_asked_withdraws(office: Office) -> None:
    member = next(office.members)
    request = await office.asks(member)
    assert codes(await settle(office.person(office.county), "withdrawRequest", request)) == ["NOT_THE_REQUESTER"]
    colleague = office.person(office.register.organizations[member.branch_id], "a colleague")
    assert codes(await settle(colleague, "withdrawRequest", request)) == []


@pytest.mark.parametrize("step", ["approveRequest", "rejectRequest", "withdrawRequest"])
async def test_a_request_that_is_out_of_sight_does_not_exist(office: Office, step: str) -> None:
    request = await office.asks(next(office.members))
    elsewhere = next(o for o in office.register.of_kind(OrganizationKind.COUNTY) if o.id != office.county.id)
    outsider = office.person(elsewhere)
    given = {"id": request["id"]} | ({} if step == "withdrawRequest" else {"opinion": "同意"})
    query = f"mutation ($input: {step[0].upper()}{step[1:]}Input!) {{ {step}(input: $input) {{ errors {{ code }} }} }}"
    assert (await outsider.refused(query, {"input": given}))["extensions"]["code"] == "NOT_FOUND"
    read = "query ($id: ID!) { approvalRequest(id: $id) { id } node(id: $id) { id } }"
    assert await outsider.ask(read, {"id": request["id"]}) == {"approvalRequest": None, "node": None}
    assert (await office.person(office.county).ask(read, {"id": request["id"]}))["node"] == {"id": request["id"]}


async def test_a_member_outside_the_scope_does_not_exist(office: Office) -> None:
    member = next(office.members)
    elsewhere = next(o for o in office.register.of_kind(OrganizationKind.COUNTY) if o.id != office.county.id)
    asked = {"kind": "DEATH", "memberId": encoded("Member", member.id), "reason": "-"}
    error = await office.person(elsewhere).refused(SUBMIT, {"input": asked})
    assert error["extensions"]["code"] == "NOT_FOUND"


async def test_everybody_finds_their_lists(office: Office) -> None:
    decided, pending, for_the_county = (next(office.members) for _ in range(3))
    requests = [await office.asks(decided), await office.asks(pending), await office.asks(for_the_county, "SUSPENSION")]
    committee = office.person(office.committee)
    await settle(committee, "approveRequest", requests[0])
    own = (await submit(committee, next(office.members)))["request"]

    async def seen(caller: Caller, which: str, **where: Any) -> list[str]:
        found = (await caller.ask(LIST, {"which": which, "where": where}))["approvalRequests"]
        assert found["totalCount"] == len(found["nodes"])
        return [node["id"] for node in found["nodes"]]

    ids = [request["id"] for request in requests]
    assert await seen(committee, "TO_DECIDE") == [ids[1]]
    assert await seen(committee, "ASKED_BY_US") == [own["id"]]
    assert await seen(committee, "DECIDED_BY_US") == [ids[0]]
    assert await seen(committee, "ALL") == [own["id"], *reversed(ids)]
    assert await seen(office.person(office.county), "TO_DECIDE") == [own["id"], ids[2], ids[1]]
    assert await seen(office.branch_of(pending), "TO_DECIDE") == []
    assert await seen(committee, "ALL", state={"exact": "APPROVED"}) == [ids[0]]
    assert await seen(committee, "ALL", kind={"multi": ["SUSPENSION"]}) == [ids[2]]


async def test_of_many_who_decide_at_once_one_wins(office: Office) -> None:
    member = next(office.members)
    request = await office.asks(member)
    people = [office.person(office.county, f"decider {number}") for number in range(16)]
    steps = ["approveRequest", "rejectRequest"] * 8
    async with office.api.database.writing() as session:
        await session.execute(text("LOCK TABLE approval_requests IN EXCLUSIVE MODE"))
        deciding = [
            asyncio.create_task(settle(person, step, request)) for person, step in zip(people, steps, strict=True)
        ]
        await waiting_for(office.api.database, "approval_requests", len(people))
    outcomes = [codes(payload) for payload in await asyncio.gather(*deciding)]
    assert (outcomes.count([]), outcomes.count(["ALREADY_DECIDED"])) == (1, 15)
    tables = [
        await office.api.database.number(select(func.count()).select_from(t).where(t.id == member.id))
        for t in (Member, HistoryMember)
    ]
    assert sum(tables) == 1


async def test_of_two_who_ask_at_once_one_wins(office: Office) -> None:
    member = next(office.members)
    async with office.api.database.writing() as session:
        await session.execute(text("LOCK TABLE members IN EXCLUSIVE MODE"))
        asking = [
            asyncio.create_task(submit(office.person(office.county, name), member, kind))
            for name, kind in (("one", "DEATH"), ("two", "SUSPENSION"))
        ]
        await waiting_for(office.api.database, "members", len(asking))
    outcomes = [codes(payload) for payload in await asyncio.gather(*asking)]
    assert sorted(outcomes) == [[], ["REQUEST_PENDING"]]


async def test_each_step_leaves_one_entry_without_a_personal_value(office: Office) -> None:
    member = next(office.members)
    request_id = f"asked-{token_hex(8)}"
    blind = "mutation ($input: SubmitLeavingInput!) { submitLeaving(input: $input) { request { id } } }"
    asked = {"kind": "DEATH", "memberId": encoded("Member", member.id), "reason": f"{member.name}病故"}
    answer = await office.branch_of(member).post(blind, {"input": asked}, **{"X-Request-ID": request_id})
    number = decoded(answer.json()["data"]["submitLeaving"]["request"]["id"]).number
    [entry] = await entries_of(office.api.database, request_id)
    assert (entry.kind, entry.operation, entry.target) == (
        AuditKind.DECISION,
        "submitLeaving",
        f"ApprovalRequest:{number}",
    )
    assert entry.details == {"kind": "DEATH", "state": "PENDING", "member": member.id}


async def test_the_files_of_a_member_stay(office: Office) -> None:
    member, database = next(office.members), office.api.database
    file = {
        "purpose": "ATTACHMENT",
        "member_id": member.id,
        "name": "a.pdf",
        "content_type": "application/pdf",
        "size": 1,
        "object_key": token_hex(8),
    }
    async with database.writing() as session:
        await session.execute(insert(File).values(file))
    of_member = select(func.count()).select_from(File).where(File.member_id == member.id)
    before = await database.number(of_member)
    await settle(office.person(office.county), "approveRequest", await office.asks(member))
    assert await database.number(of_member) == before


async def test_history_is_searched_within_the_scope_and_that_is_recorded(office: Office) -> None:
    first, second = next(office.members), next(office.members)
    for member, kind in ((first, "DEATH"), (second, "EXPULSION")):
        await settle(office.person(office.county), "approveRequest", await office.asks(member, kind))
    county, branch = office.person(office.county), office.branch_of(first)
    both = [encoded("HistoryMember", member.id) for member in (second, first)]
    assert [node["id"] for node in (await county.ask(HISTORY))["historyMembers"]["nodes"]] == both
    where = {
        "kind": {"exact": "DECEASED"},
        "name": {"fuzzy": first.name[:1]},
        "within": encoded("Organization", first.branch_id),
    }
    assert [node["id"] for node in (await branch.ask(HISTORY, {"where": where}))["historyMembers"]["nodes"]] == both[1:]
    elsewhere = next(o for o in office.register.of_kind(OrganizationKind.COUNTY) if o.id != office.county.id)
    assert (await office.person(elsewhere).ask(HISTORY))["historyMembers"]["totalCount"] == 0
    request_id = f"history-{token_hex(8)}"
    await county.post(
        HISTORY, {"where": {"identityNumber": {"exact": first.identity_number}}}, **{"X-Request-ID": request_id}
    )
    [entry] = await entries_of(office.api.database, request_id)
    masked = f"{first.identity_number[:6]}********{first.identity_number[-4:]}"
    told = {"field": "historyMembers", "filter": {"identityNumber": {"exact": masked}}}
    assert entry.kind is AuditKind.ARCHIVE_LOOKUP
    assert entry.details["lookups"] == [{**told, "first": 50, "returned": 1}, {**told, "counted": 1}]


RESTORE = """mutation ($input: RestoreMemberInput!) { restoreMember(input: $input) {
  member { id version branch { id } } errors { code path } } }"""


async def archived(
    office: Office, kind: str = "DEATH", reason: str = "因病去世"
) -> tuple[MemberRecord, dict[str, Any]]:
    """Someone who has left, and the request for it."""
    member = next(office.members)
    request = await office.asks(member, kind, reason=reason)
    assert codes(await settle(office.person(office.county), "approveRequest", request)) == []
    return member, request


async def restore(caller: Caller, member: MemberRecord, reason: str = "误报") -> dict[str, Any]:
    given = {"id": encoded("HistoryMember", member.id), "reason": reason}
    payload: dict[str, Any] = (await caller.ask(RESTORE, {"input": given}))["restoreMember"]
    return payload


async def test_whoever_is_restored_is_a_member_as_before(office: Office) -> None:
    database = office.api.database
    kept = [a.key for a in Member.__mapper__.column_attrs if a.key not in ("version", "updated_at")]

    async def whole(member: MemberRecord) -> Any:
        return await database.row(select(*(getattr(Member, name) for name in kept)).where(Member.id == member.id))

    member = next(office.members)
    before = await whole(member)
    request = await office.asks(member)
    await settle(office.person(office.county), "approveRequest", request)
    payload = await restore(office.person(office.county), member, " 误报 ")
    here = {"id": encoded("Organization", member.branch_id)}
    back = {"id": encoded("Member", member.id), "version": member.version + 1, "branch": here}
    assert (payload["errors"], payload["member"]) == ([], back)
    assert await whole(member) == before
    noted = "query ($id: ID!) { approvalRequest(id: $id) { restoredBecause restoredBy historyMember { id } } }"
    read = (await office.person(office.county).ask(noted, {"id": request["id"]}))["approvalRequest"]
    subject = f"administrator-of-{office.county.id}"
    assert read == {"restoredBecause": "误报", "restoredBy": subject, "historyMember": None}
    await office.asks(member)  # and may leave anew


async def test_the_county_alone_restores_and_says_why(office: Office) -> None:
    member, _ = await archived(office)
    payload = await restore(office.person(office.committee), member, " ")
    assert (codes(payload), payload["member"]) == (["REQUIRED", "TIER_INSUFFICIENT"], None)


async def test_nobody_is_restored_beside_a_member_with_the_same_number(office: Office) -> None:
    member, _ = await archived(office)
    another = next(office.members)
    async with office.api.database.writing() as session:
        number = {"identity_number": member.identity_number}
        await session.execute(update(Member).where(Member.id == another.id).values(number))
    assert codes(await restore(office.person(office.county), member)) == ["ALREADY_A_MEMBER"]


async def test_of_two_who_restore_at_once_one_wins(office: Office) -> None:
    member, _ = await archived(office)
    async with office.api.database.writing() as session:
        await session.execute(text("LOCK TABLE history_members IN EXCLUSIVE MODE"))
        given = {"input": {"id": encoded("HistoryMember", member.id), "reason": "误报"}}
        people = [office.person(office.county, name) for name in ("one", "two")]
        restoring = [asyncio.create_task(person.post(RESTORE, given)) for person in people]
        await waiting_for(office.api.database, "history_members", len(restoring))
    answers = [response.json() for response in await asyncio.gather(*restoring)]
    refused = [answer["errors"][0]["extensions"]["code"] for answer in answers if "errors" in answer]
    assert refused == ["NOT_FOUND"]
    assert await office.api.database.number(select(func.count()).select_from(Member).where(Member.id == member.id)) == 1


async def test_a_restoration_leaves_one_entry(office: Office) -> None:
    member, request = await archived(office)
    request_id = f"restored-{token_hex(8)}"
    blind = "mutation ($input: RestoreMemberInput!) { restoreMember(input: $input) { errors { code } } }"
    given = {"id": encoded("HistoryMember", member.id), "reason": f"{member.name}仍健在"}
    await office.person(office.county).post(blind, {"input": given}, **{"X-Request-ID": request_id})
    [entry] = await entries_of(office.api.database, request_id)
    assert (entry.kind, entry.operation, entry.target) == (AuditKind.CHANGE, "restoreMember", f"Member:{member.id}")
    assert entry.details == {"kind": "DECEASED", "request": decoded(request["id"]).number}


PURGE = "mutation ($input: PurgeMemberInput!) { purgeMember(input: $input) { isPurged errors { code path } } }"


async def purge(caller: Caller, member: MemberRecord, reason: str = "重复登记") -> dict[str, Any]:
    given = {"id": encoded("HistoryMember", member.id), "reason": reason}
    payload: dict[str, Any] = (await caller.ask(PURGE, {"input": given}))["purgeMember"]
    return payload


async def rows_with(office: Office, value: str) -> list[str]:
    """The tables of which a row, written out, holds the value."""
    tables = [
        row[0]
        for row in await office.api.database.rows(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    ]
    tables.remove("alembic_version")
    return [
        table
        for table in tables
        if await office.api.database.number(
            text(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE :value").bindparams(value=f"%{value}%")
        )
    ]


async def test_nothing_personal_is_left_of_whoever_is_purged(office: Office) -> None:
    member, county = next(office.members), office.person(office.county)
    names = {"name": "欧阳独一", "home_address": "山东省济南市独一路 1 号", "phone": "19912344321"}
    async with office.api.database.writing() as session:
        await session.execute(update(Member).where(Member.id == member.id).values(names))
    request = await office.asks(member, "OTHER_REMOVAL", reason="欧阳独一重复登记")
    await settle(county, "rejectRequest", request, opinion="欧阳独一再核")
    request = await office.asks(member, "OTHER_REMOVAL", reason="欧阳独一重复登记")
    await settle(county, "approveRequest", request, opinion="欧阳独一属实")
    personal = (member.identity_number, *names.values())
    assert all([await rows_with(office, value) for value in personal])
    assert await purge(county, member) == {"isPurged": True, "errors": []}
    assert [await rows_with(office, value) for value in personal] == [[]] * len(personal)
    read = (
        "query ($id: ID!) { approvalRequest(id: $id) { reason opinion purgedBecause purgedBy historyMember { id } } }"
    )
    kept = (await county.ask(read, {"id": request["id"]}))["approvalRequest"]
    subject = f"administrator-of-{office.county.id}"
    assert kept == {
        "reason": "",
        "opinion": None,
        "purgedBecause": "重复登记",
        "purgedBy": subject,
        "historyMember": None,
    }
    given = {"input": {"id": encoded("HistoryMember", member.id), "reason": "误报"}}
    assert (await county.refused(RESTORE, given))["extensions"]["code"] == "NOT_FOUND"


async def test_only_others_are_purged_by_the_county_with_a_reason(office: Office) -> None:
    member, _ = await archived(office)
    payload = await purge(office.person(office.committee), member, " ")
    assert (payload["isPurged"], codes(payload)) == (False, ["REQUIRED", "TIER_INSUFFICIENT", "KIND_UNFIT"])
    assert (await restore(office.person(office.county), member))["errors"] == []


async def test_a_purge_leaves_one_entry(office: Office) -> None:
    member, request = await archived(office, "OTHER_REMOVAL")
    request_id = f"purged-{token_hex(8)}"
    given = {"input": {"id": encoded("HistoryMember", member.id), "reason": "重复登记"}}
    await office.person(office.county).post(PURGE, given, **{"X-Request-ID": request_id})
    [entry] = await entries_of(office.api.database, request_id)
    assert (entry.kind, entry.operation, entry.target) == (AuditKind.CHANGE, "purgeMember", f"Member:{member.id}")
    assert entry.details == {"kind": "OTHER", "request": decoded(request["id"]).number}
