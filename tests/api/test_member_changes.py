"""修改党员信息: what administrators save, what is refused, and what the audit log says of it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import date
from secrets import token_hex
from typing import Any

import pytest
from sqlalchemy import text, update

from domain.clock import age_on, today
from domain.codes import AuditKind, OrganizationKind, Role
from domain.members import draft_of, problems_of
from domain.records import MemberRecord, OrganizationRecord
from schema.identifiers import encoded
from server.operations.executors import COMPILED, GRAPHQL_CORE
from storage.engine import Database, connect
from storage.models import Member
from tests.asking import AUDIT_KEY, Api, Caller
from tests.audit import entries_of
from tests.editing import Officer, change
from tests.losing import lose_connections
from tests.oracle import Register
from tests.waiting import waiting_for

FIELDS = """id version gender ethnicity birthDate education category branch { id } joinedOn formalOn workPosition phone
  homeAddress status lostContact lostContactSince floating floatingDirection updatedAt"""
UPDATE = (
    """mutation Save($input: UpdateMemberInput!) {
  updateMember(input: $input) { member { %s } errors { code path message } } }"""
    % FIELDS
)
UPDATE_MANY = """mutation SaveAll($input: UpdateMembersInput!) { updateMembers(input: $input) {
  changedCount refusedCount results { member { id version workPosition } errors { code path } } } }"""
READ = "query Read($id: ID!) { member(id: $id) { %s } }" % FIELDS


@pytest.fixture(scope="module")
async def own_database(clone: Callable[[str], str], province_template: str) -> AsyncIterator[Database]:
    """A province that the tests of this file alone change, each with members of its own."""
    database = connect(clone(province_template), connections=20, audit_key=AUDIT_KEY)
    yield database
    await database.close()


@pytest.fixture(scope="module", params=[COMPILED, GRAPHQL_CORE])
async def own_api(own_database: Database, request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    application = Api(own_database, executor=request.param)
    yield application
    await application.http.aclose()


@pytest.fixture(scope="module")
def sound(register: Register) -> Iterator[MemberRecord]:
    """Members whose records can be saved as they are, each given to one test."""
    return (
        member
        for member in register.members
        if not problems_of(draft_of(member), register.day)
        and not member.transfer_in_progress
        and member.category == "FORMAL"
        and member.work_position not in ("FARMER", "RETIRED")  # which the tests put there
    )


@pytest.fixture
def member(sound: Iterator[MemberRecord]) -> MemberRecord:
    return next(sound)


@pytest.fixture
def administrator(own_api: Api, register: Register, member: MemberRecord) -> Caller:
    return own_api.as_(county_of(register, member))


def county_of(register: Register, member: MemberRecord) -> OrganizationRecord:
    return next(o for o in register.of_kind(OrganizationKind.COUNTY) if member.org_path.startswith(o.path))


def of(member: MemberRecord, **changes: Any) -> dict[str, Any]:
    return {"id": encoded("Member", member.id), "version": member.version, **changes}


async def save(caller: Caller, change: dict[str, Any]) -> dict[str, Any]:
    payload: dict[str, Any] = (await caller.ask(UPDATE, {"input": change}))["updateMember"]
    return payload


async def stored(caller: Caller, member: MemberRecord) -> dict[str, Any]:
    found: dict[str, Any] = (await caller.ask(READ, {"id": encoded("Member", member.id)}))["member"]
    return found


def codes(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(error["code"], error["path"]) for error in payload["errors"]]


async def test_what_is_given_is_saved_and_the_rest_stays(administrator: Caller, member: MemberRecord) -> None:
    before = await stored(administrator, member)
    changes = {"workPosition": "FARMER", "phone": " 0531-8600１234 ", "homeAddress": "山东省济南市历下区某路 9 号 "}
    payload = await save(administrator, of(member, **changes))
    assert payload["errors"] == []
    saved = {"workPosition": "FARMER", "phone": "0531-86001234", "homeAddress": "山东省济南市历下区某路 9 号"}
    changed = {"version": member.version + 1, "updatedAt": payload["member"]["updatedAt"]}
    assert payload["member"] == {**before, **saved, **changed}
    assert payload["member"]["updatedAt"] > before["updatedAt"]
    assert await stored(administrator, member) == payload["member"]


async def test_a_change_leaves_one_entry_with_personal_values_masked(
    administrator: Caller, member: MemberRecord
) -> None:
    request_id = f"changed-{token_hex(8)}"
    changes = of(member, phone="13912345678", lostContact=True, lostContactSince="2024-02-29")
    query = "mutation Save($input: UpdateMemberInput!) { updateMember(input: $input) { errors { code } } }"
    await administrator.post(query, {"input": changes}, **{"X-Request-ID": request_id})
    [entry] = await entries_of(administrator.api.database, request_id)
    assert (entry.kind, entry.operation, entry.target) == (AuditKind.CHANGE, "updateMember", f"Member:{member.id}")
    assert entry.details["after"] == {
        "phone": "139****5678",
        "lostContact": True,
        "lostContactSince": "2024-02-29",
    }
    assert set(entry.details["before"]) == {"phone", "lostContact", "lostContactSince"}
    assert str(member.phone) not in str(entry.details)


async def test_null_empties_a_field(administrator: Caller, member: MemberRecord) -> None:
    lost = of(member, lostContact=True, lostContactSince="2024-02-29")
    payload = await save(administrator, lost)
    found = of(member, lostContact=False, lostContactSince=None) | {"version": payload["member"]["version"]}
    payload = await save(administrator, found)
    assert (payload["errors"], payload["member"]["lostContactSince"]) == ([], None)


async def test_all_that_is_wrong_is_told_at_once_and_nothing_is_saved(
    administrator: Caller, member: MemberRecord
) -> None:
    before = await stored(administrator, member)
    wrong = of(
        member, homeAddress="  ", birthDate="2020-01-01", phone="12", floating=True, floatingDirection=None, gender=None
    )
    payload = await save(administrator, {**wrong, "workPosition": "FARMER"})
    assert ("REQUIRED", ["homeAddress"]) in codes(payload)
    assert {code for code, _ in codes(payload)} == {
        "REQUIRED",
        "AGE_UNDER_18",
        "JOINED_UNDER_16",
        "PHONE_INVALID",
        "FLOATING_DIRECTION_REQUIRED",
    }
    assert ("REQUIRED", ["gender"]) in codes(payload)
    assert payload["member"] == before
    assert await stored(administrator, member) == before


async def test_a_stale_version_is_a_conflict_that_shows_the_current_record(
    administrator: Caller, member: MemberRecord
) -> None:
    first = await save(administrator, of(member, workPosition="FARMER"))
    second = await save(administrator, of(member, workPosition="RETIRED"))
    assert codes(second) == [("CONFLICT", ["version"])]
    assert second["member"] == first["member"]
    assert str(member.version + 1) in second["errors"][0]["message"]


async def test_of_two_that_wait_for_the_same_record_one_wins(
    administrator: Caller, own_database: Database, member: MemberRecord
) -> None:
    addresses = ["山东省济南市历下区某路 1 号", "山东省济南市历下区某路 2 号"]
    async with own_database.writing() as session:
        await session.execute(text("LOCK TABLE members IN EXCLUSIVE MODE"))
        saving = [asyncio.create_task(save(administrator, of(member, homeAddress=each))) for each in addresses]
        await waiting_for(own_database, "members", len(saving))
    payloads = await asyncio.gather(*saving)
    won = [each for each, payload in zip(addresses, payloads, strict=True) if not payload["errors"]]
    assert sorted(map(codes, payloads)) == [[], [("CONFLICT", ["version"])]]
    now = await stored(administrator, member)
    assert (won, now["version"]) == ([now["homeAddress"]], member.version + 1)


async def test_what_is_already_so_is_not_changed(administrator: Caller, member: MemberRecord) -> None:
    request_id = f"changed-{token_hex(8)}"
    query = "mutation Save($input: UpdateMemberInput!) { updateMember(input: $input) { errors { code } } }"
    same = of(member, gender=member.gender, homeAddress=member.home_address)
    answer = await administrator.post(query, {"input": same}, **{"X-Request-ID": request_id})
    assert answer.json() == {"data": {"updateMember": {"errors": []}}}
    assert await entries_of(administrator.api.database, request_id) == []
    assert (await stored(administrator, member))["version"] == member.version


async def test_two_changes_in_one_operation_see_one_another(administrator: Caller, member: MemberRecord) -> None:
    query = """mutation Twice($one: UpdateMemberInput!, $two: UpdateMemberInput!) {
      one: updateMember(input: $one) { member { version workPosition } errors { code } }
      two: updateMember(input: $two) { member { version workPosition } errors { code } } }"""
    one, two = of(member, workPosition="FARMER"), of(member, workPosition="RETIRED") | {"version": member.version + 1}
    answer = await administrator.ask(query, {"one": one, "two": two})
    assert [answer[key]["member"]["workPosition"] for key in ("one", "two")] == ["FARMER", "RETIRED"]


async def test_whoever_is_out_of_scope_does_not_exist(own_api: Api, register: Register, member: MemberRecord) -> None:
    elsewhere = next(o for o in register.of_kind(OrganizationKind.COUNTY) if o != county_of(register, member))
    gone = {"id": encoded("Member", 10**9), "version": 1}
    of_another, of_nobody = [
        await own_api.as_(elsewhere).refused(UPDATE, {"input": change})
        for change in (of(member, workPosition="FARMER"), gone)
    ]
    assert of_another["extensions"]["code"] == "NOT_FOUND"
    assert of_another["message"] == of_nobody["message"]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SECURITY_OFFICER, Role.PARTNER])
async def test_none_but_administrators_save(own_api: Api, register: Register, member: MemberRecord, role: Role) -> None:
    error = await own_api.as_(county_of(register, member), role).refused(UPDATE, {"input": of(member)})
    assert error["extensions"]["code"] == "FIELD_HIDDEN"
    assert "Mutation.updateMember" in error["extensions"]["fields"]


@pytest.mark.parametrize("value", ["13912345678", None])
async def test_a_field_that_may_not_be_written_is_refused_before_anything_runs(
    own_province_url: str, register: Register, member: MemberRecord, value: str | None
) -> None:
    async with connect(own_province_url, connections=4, audit_key=AUDIT_KEY) as database:
        api = Api(database)
        county = county_of(register, member)
        top = register.first_of_kind(OrganizationKind.PROVINCE)
        await Officer(api.as_(top, Role.SECURITY_OFFICER)).edits(change("Member.phone", write=False))
        administrator = api.as_(county)
        error = await administrator.refused(UPDATE, {"input": of(member, phone=value, workPosition="FARMER")})
        assert error["extensions"] == {"code": "FIELD_READ_ONLY", "fields": ["Member.phone"]}
        written = f'mutation {{ updateMember(input: {{id: "{encoded("Member", member.id)}", version: 1, phone: null}}) {{ errors {{ code }} }} }}'
        assert (await administrator.refused(written))["extensions"]["code"] == "FIELD_READ_ONLY"
        assert (await stored(administrator, member))["version"] == member.version
        assert (await save(administrator, of(member, workPosition="FARMER")))["errors"] == []
        await api.http.aclose()


class TestBranch:
    @pytest.fixture
    def another(self, register: Register, member: MemberRecord) -> OrganizationRecord:
        county = county_of(register, member)
        branches = register.of_kind(OrganizationKind.BRANCH)
        return next(o for o in branches if o.path.startswith(county.path) and o.id != member.branch_id)

    async def test_a_member_is_moved_with_the_path(
        self, administrator: Caller, own_api: Api, member: MemberRecord, another: OrganizationRecord
    ) -> None:
        payload = await save(administrator, of(member, branchId=encoded("Organization", another.id)))
        assert (payload["errors"], payload["member"]["branch"]) == ([], {"id": encoded("Organization", another.id)})
        assert (await stored(own_api.as_(another), member))["version"] == member.version + 1

    async def test_it_has_to_be_a_branch_of_the_scope(
        self, administrator: Caller, register: Register, member: MemberRecord
    ) -> None:
        county = county_of(register, member)
        outside = next(o for o in register.of_kind(OrganizationKind.BRANCH) if not o.path.startswith(county.path))
        for organization, code in ((county, "NOT_A_BRANCH"), (outside, "BRANCH_NOT_FOUND")):
            payload = await save(administrator, of(member, branchId=encoded("Organization", organization.id)))
            assert codes(payload) == [(code, ["branchId"])]

    async def test_nobody_is_moved_in_the_midst_of_a_transfer(
        self, administrator: Caller, own_database: Database, member: MemberRecord, another: OrganizationRecord
    ) -> None:
        async with own_database.writing() as session:
            begun = update(Member).where(Member.id == member.id).values(transfer_in_progress=True)
            await session.execute(begun)
        payload = await save(administrator, of(member, branchId=encoded("Organization", another.id)))
        assert codes(payload) == [("TRANSFER_IN_PROGRESS", ["branchId"])]
        assert (await save(administrator, of(member, workPosition="FARMER")))["errors"] == []


async def test_of_many_each_is_saved_or_refused_by_itself(
    own_api: Api, sound: Iterator[MemberRecord], register: Register
) -> None:
    good, stale, outside, wrong, also_good = (next(sound) for _ in range(5))
    province = own_api.as_(register.first_of_kind(OrganizationKind.PROVINCE))
    changes = [
        of(good, workPosition="FARMER"),
        of(stale, workPosition="FARMER") | {"version": stale.version + 7},
        {"id": encoded("Member", 10**9), "version": 1, "workPosition": "FARMER"},
        of(wrong, workPosition="FARMER", phone="1"),
        of(also_good, workPosition="RETIRED"),
    ]
    payload = (await province.ask(UPDATE_MANY, {"input": {"members": changes}}))["updateMembers"]
    assert (payload["changedCount"], payload["refusedCount"]) == (2, 3)
    assert [codes(result) for result in payload["results"]] == [
        [],
        [("CONFLICT", ["version"])],
        [("NOT_FOUND", ["input", "id"])],
        [("PHONE_INVALID", ["phone"])],
        [],
    ]
    assert [result["member"] and result["member"]["version"] for result in payload["results"]] == [
        good.version + 1,
        stale.version,
        None,
        wrong.version,
        also_good.version + 1,
    ]
    assert outside.version == (await stored(province, outside))["version"]


async def test_more_than_a_thousand_at_once_are_refused(administrator: Caller, member: MemberRecord) -> None:
    error = await administrator.refused(UPDATE_MANY, {"input": {"members": [of(member)] * 1_001}})
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "1001" in error["message"]


async def test_a_form_is_prefilled_from_the_identity_number(administrator: Caller) -> None:
    query = "query Prefill($number: String!) { memberPrefill(identityNumber: $number) { gender birthDate age } }"
    known = await administrator.ask(query, {"number": " 37010219900101123x"})
    age = age_on(date(1990, 1, 1), today(administrator.api.clock))
    assert known["memberPrefill"] == {"gender": "MALE", "birthDate": "1990-01-01", "age": age}
    unknown = await administrator.ask(query, {"number": "370102199002301232"})
    assert (unknown["memberPrefill"]["birthDate"], unknown["memberPrefill"]["age"]) == (None, None)


async def test_when_the_database_is_lost_in_the_midst_each_record_says_what_became_of_it(
    own_province_url: str, register: Register, sound: Iterator[MemberRecord]
) -> None:
    saved, lost, rest = (next(sound) for _ in range(3))
    async with connect(own_province_url, connections=4, audit_key=AUDIT_KEY) as database:
        api = Api(database)
        province = api.as_(register.first_of_kind(OrganizationKind.PROVINCE))
        lose_connections(own_province_url, first=2, last=2)
        changes = [of(member, workPosition="FARMER") for member in (saved, lost, rest)]
        payload = (await province.ask(UPDATE_MANY, {"input": {"members": changes}}))["updateMembers"]
        assert [codes(result) for result in payload["results"]] == [[], [("OUTCOME_UNKNOWN", [])], [("NOT_TRIED", [])]]
        assert [result["member"]["version"] for result in payload["results"]] == [
            saved.version + 1,
            lost.version,
            rest.version,
        ]
        await api.http.aclose()
