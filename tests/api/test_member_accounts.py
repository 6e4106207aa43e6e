"""个人专区账号: members' own accounts are seen with their members, and follow them out of the register and back."""

import asyncio
from collections.abc import AsyncIterator
from secrets import token_hex
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from auth.permissions import Entry, PermissionMatrix, Place
from auth.visibility import Visibility
from domain.codes import AuditKind, MemberAccountState, OrganizationKind, Role, Tier
from domain.records import MemberRecord, OrganizationRecord
from domain.synthetic.contacts import mobile_of
from schema.identifiers import decoded, encoded
from server.app import DEFAULT_PERMISSIONS
from storage.engine import Database, connect
from storage.models import Member, MemberAccount
from tests.api.phone_desk import is_registered
from tests.api.test_approvals import Office, archived, codes, county_above, purge, restore, rows_with
from tests.api.test_statement_counts import counted
from tests.asking import AUDIT_KEY, Api, Caller
from tests.audit import entries_of
from tests.oracle import Register
from tests.waiting import waiting_for

RELEASE = """mutation ($input: ReleasePhoneInput!) { releasePhone(input: $input) {
  account { phone state cancelledBecause cancelledBy cancelledAt } errors { code path } } }"""
RESTORE_BLINDLY = "mutation ($input: RestoreMemberInput!) { restoreMember(input: $input) { errors { code } } }"
READ = "query ($id: ID!) { member(id: $id) { account { phone registeredAt state } } }"
READ_LEFT = "query ($id: ID!) { historyMember(id: $id) { account { phone state cancelledAt cancelledBecause } } }"


@pytest.fixture
async def office(
    own_province_url: str, register: Register, approving_committee: OrganizationRecord
) -> AsyncIterator[Office]:
    """Whose members all have an account."""
    async with connect(own_province_url, connections=32, audit_key=AUDIT_KEY) as database:
        members = (
            member
            for member in register.members_in(approving_committee)
            if not member.transfer_in_progress and member.branch_id != approving_committee.id and is_registered(member)
        )
        api = Api(database)
        yield Office(api, register, county_above(register, approving_committee), approving_committee, members)
        await api.http.aclose()


async def state_of(database: Database, member: MemberRecord) -> str | None:
    row = await database.row(select(MemberAccount.state).where(MemberAccount.member_id == member.id))
    return None if row is None else str(row[0])


async def account_of(office: Office, member: MemberRecord, query: str = READ) -> Any:
    kind, field = ("Member", "member") if query == READ else ("HistoryMember", "historyMember")
    found = await office.person(office.county).ask(query, {"id": encoded(kind, member.id)})
    return found[field]["account"]


async def test_a_member_is_shown_with_the_own_account(office: Office) -> None:
    member = next(office.members)
    columns = (MemberAccount.registered_at,)
    row = await office.api.database.row(select(*columns).where(MemberAccount.member_id == member.id))
    assert row is not None
    shown = {"phone": mobile_of(member.id), "registeredAt": row[0].isoformat(), "state": "ACTIVE"}
    assert await account_of(office, member) == shown


async def test_whoever_has_not_registered_has_no_account(office: Office) -> None:
    member = next(m for m in office.register.members_in(office.county) if not is_registered(m))
    assert await account_of(office, member) is None


async def test_the_accounts_of_a_page_are_one_statement(
    either_api: Api, province: Database, province_committee: OrganizationRecord
) -> None:
    numbers = []
    for size in (1, 200):
        with counted(province) as statements:
            query = "{ members(first: %d) { nodes { id account { phone } } } }" % size
            found = await either_api.as_(province_committee).ask(query)
        numbers.append(sum("member_accounts" in statement for statement in statements))
    assert numbers == [1, 1]
    phones = {decoded(node["id"]).number: node["account"] for node in found["members"]["nodes"]}
    registered = {row[0] for row in await province.rows(select(MemberAccount.member_id))}
    own = {number: {"phone": mobile_of(number)} if number in registered else None for number in phones}
    assert phones == own


async def test_the_registered_phone_is_masked_below_the_county(office: Office) -> None:
    member = next(office.members)
    found = await office.branch_of(member).ask(READ, {"id": encoded("Member", member.id)})
    phone = mobile_of(member.id)
    assert found["member"]["account"]["phone"] == f"{phone[:3]}****{phone[-4:]}"


async def test_what_the_matrix_hides_of_accounts_is_not_read(province: Database, county: OrganizationRecord) -> None:
    place = Place(Role.ADMINISTRATOR, Tier.COUNTY_OR_ABOVE, "MemberAccount.phone")
    api = Api(province, PermissionMatrix(DEFAULT_PERMISSIONS.fields, {place: Entry(Visibility.HIDDEN)}))
    error = await api.as_(county).refused("{ members(first: 1) { nodes { account { phone } } } }")
    assert (error["extensions"]["code"], error["extensions"]["fields"]) == ("FIELD_HIDDEN", ["MemberAccount.phone"])
    assert await api.as_(county).ask("{ members(first: 1) { nodes { account { state } } } }")
    await api.http.aclose()


@pytest.mark.parametrize("kind", ["EXPULSION", "SUSPENSION", "DEATH", "OTHER_REMOVAL"])
async def test_whoever_leaves_has_the_account_disabled_and_back_when_restored(office: Office, kind: str) -> None:
    member, _ = await archived(office, kind)
    left = {"phone": mobile_of(member.id), "state": "DISABLED", "cancelledAt": None, "cancelledBecause": None}
    assert await account_of(office, member, READ_LEFT) == left
    assert codes(await restore(office.person(office.county), member)) == []
    assert (await account_of(office, member))["state"] == "ACTIVE"


async def test_a_cancelled_account_stays_so_wherever_its_member_goes(office: Office) -> None:
    member = next(office.members)
    async with office.api.database.writing() as session:
        cancelled = {"state": MemberAccountState.CANCELLED.value}
        await session.execute(update(MemberAccount).where(MemberAccount.member_id == member.id).values(cancelled))
    request = await office.asks(member)
    decider = office.person(office.county)
    query = 'mutation ($id: ID!) { approveRequest(input: {id: $id, opinion: "-"}) { errors { code } } }'
    assert await decider.ask(query, {"id": request["id"]}) == {"approveRequest": {"errors": []}}
    assert await state_of(office.api.database, member) == "CANCELLED"
    assert codes(await restore(decider, member)) == []
    assert await state_of(office.api.database, member) == "CANCELLED"


async def release(caller: Caller, member: MemberRecord, reason: str = "家属申请") -> dict[str, Any]:
    given = {"id": encoded("HistoryMember", member.id), "reason": reason}
    payload: dict[str, Any] = (await caller.ask(RELEASE, {"input": given}))["releasePhone"]
    return payload


async def test_the_phone_of_the_deceased_is_released_for_good(office: Office) -> None:
    member, _ = await archived(office, "DEATH")
    committee, phone = office.person(office.committee), mobile_of(member.id)
    payload = await release(committee, member, " 家属申请 ")
    account = payload["account"]
    assert payload["errors"] == []
    assert (account["phone"], account["state"]) == (f"{phone[:3]}****{phone[-4:]}", "CANCELLED")
    assert (account["cancelledBecause"], account["cancelledBy"]) == (
        "家属申请",
        f"administrator-of-{office.committee.id}",
    )
    found = await account_of(office, member, READ_LEFT)
    shown = {"phone": phone, "state": "CANCELLED", "cancelledAt": account["cancelledAt"]}
    assert found == shown | {"cancelledBecause": "家属申请"}
    assert (await release(committee, member))["errors"] == [{"code": "ALREADY_CANCELLED", "path": ["id"]}]
    assert codes(await restore(office.person(office.county), member)) == []
    assert (await account_of(office, member))["state"] == "CANCELLED"


@pytest.mark.parametrize(
    ("kind", "refused"),
    [("DEATH", []), ("EXPULSION", ["KIND_UNFIT"]), ("SUSPENSION", ["KIND_UNFIT"]), ("OTHER_REMOVAL", ["KIND_UNFIT"])],
)
async def test_only_the_deceased_have_their_phones_released(office: Office, kind: str, refused: list[str]) -> None:
    member, _ = await archived(office, kind)
    assert codes(await release(office.person(office.county), member)) == refused
    assert await state_of(office.api.database, member) == ("DISABLED" if refused else "CANCELLED")


async def test_all_that_stands_in_the_way_of_a_release_is_told_at_once(office: Office) -> None:
    member, _ = await archived(office, "EXPULSION")
    async with office.api.database.writing() as session:
        await session.execute(delete(MemberAccount).where(MemberAccount.member_id == member.id))
    payload = await release(office.branch_of(member), member, " ")
    assert codes(payload) == ["REQUIRED", "TIER_INSUFFICIENT", "KIND_UNFIT", "NO_ACCOUNT"]
    assert payload["account"] is None


async def test_nobody_outside_the_scope_releases_a_phone(office: Office) -> None:
    member, _ = await archived(office)
    elsewhere = next(o for o in office.register.of_kind(OrganizationKind.COUNTY) if o.id != office.county.id)
    current = next(office.members)
    for caller, whom in ((office.person(elsewhere), member), (office.person(office.county), current)):
        given = {"id": encoded("HistoryMember", whom.id), "reason": "-"}
        assert (await caller.refused(RELEASE, {"input": given}))["extensions"]["code"] == "NOT_FOUND"
    assert await state_of(office.api.database, member) == "DISABLED"


async def test_a_release_leaves_one_entry(office: Office) -> None:
    member, request = await archived(office)
    request_id = f"released-{token_hex(8)}"
    given = {"input": {"id": encoded("HistoryMember", member.id), "reason": f"{member.name}家属申请"}}
    await office.person(office.county).post(RELEASE, given, **{"X-Request-ID": request_id})
    [entry] = await entries_of(office.api.database, request_id)
    assert (entry.kind, entry.operation, entry.target) == (AuditKind.CHANGE, "releasePhone", f"Member:{member.id}")
    assert entry.details == {"kind": "DECEASED", "request": decoded(request["id"]).number}


async def test_a_release_and_a_restoration_at_once_come_one_after_the_other(office: Office) -> None:
    """Released and then restored without it, or restored and not released: never released while it is in use."""
    member, _ = await archived(office)
    given = {"input": {"id": encoded("HistoryMember", member.id), "reason": "误报"}}
    async with office.api.database.writing() as session:
        await session.execute(text("LOCK TABLE history_members IN EXCLUSIVE MODE"))
        releasing = asyncio.create_task(office.person(office.county, "one").post(RELEASE, given))
        restoring = asyncio.create_task(office.person(office.county, "two").post(RESTORE_BLINDLY, given))
        await waiting_for(office.api.database, "history_members", 2)
    released, restored = [response.json() for response in await asyncio.gather(releasing, restoring)]
    assert restored == {"data": {"restoreMember": {"errors": []}}}
    refused = [error["extensions"]["code"] for error in released.get("errors", ())]
    assert refused in ([], ["NOT_FOUND"])
    assert (await account_of(office, member))["state"] == ("ACTIVE" if refused else "CANCELLED")


async def test_of_two_who_release_at_once_one_wins(office: Office) -> None:
    member, _ = await archived(office)
    async with office.api.database.writing() as session:
        await session.execute(text("LOCK TABLE history_members IN EXCLUSIVE MODE"))
        people = [office.person(office.county, name) for name in ("one", "two")]
        releasing = [asyncio.create_task(release(person, member)) for person in people]
        await waiting_for(office.api.database, "history_members", len(releasing))
    outcomes = [codes(payload) for payload in await asyncio.gather(*releasing)]
    assert sorted(outcomes) == [[], ["ALREADY_CANCELLED"]]


async def test_the_account_of_a_member_elsewhere_is_not_read(office: Office) -> None:
    member, _ = await archived(office)
    elsewhere = next(o for o in office.register.of_kind(OrganizationKind.COUNTY) if o.id != office.county.id)
    found = await office.person(elsewhere).ask(READ_LEFT, {"id": encoded("HistoryMember", member.id)})
    assert found == {"historyMember": None}


async def test_a_purge_leaves_nothing_of_the_account(office: Office) -> None:
    member = next(office.members)
    async with office.api.database.writing() as session:
        await session.execute(update(Member).where(Member.id == member.id).values(phone=None))
    request = await office.asks(member, "OTHER_REMOVAL")
    query = 'mutation ($id: ID!) { approveRequest(input: {id: $id, opinion: "-"}) { errors { code } } }'
    await office.person(office.county).ask(query, {"id": request["id"]})
    assert await rows_with(office, mobile_of(member.id)) == ["member_accounts"]
    assert await purge(office.person(office.county), member) == {"isPurged": True, "errors": []}
    assert await rows_with(office, mobile_of(member.id)) == []
    assert await state_of(office.api.database, member) is None
