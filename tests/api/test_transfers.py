"""组织关系转接: a partner's system begins, completes and cancels the transfers of its subtree."""

from collections.abc import AsyncIterator
from secrets import token_hex
from typing import Any

import pytest

from domain.codes import AuditKind, OrganizationKind, Role
from domain.records import MemberRecord, OrganizationRecord
from schema.identifiers import encoded
from storage.engine import connect
from tests.api.test_partners import registered, token_of
from tests.asking import AUDIT_KEY, Api, Caller
from tests.audit import entries_of
from tests.oracle import Register

FIELDS = "member { version transferInProgress branch { id } } errors { code path }"


@pytest.fixture
async def own_api(own_province_url: str) -> AsyncIterator[Api]:
    async with connect(own_province_url, connections=8, audit_key=AUDIT_KEY) as database:
        api = Api(database)
        yield api
        await api.http.aclose()


@pytest.fixture
async def partner(own_api: Api, county: OrganizationRecord) -> Caller:
    return await partner_with(own_api, county, "TRANSFERS_WRITE", "MEMBERS_READ", "ORGANIZATIONS_READ")


@pytest.fixture
def member(register: Register, county: OrganizationRecord) -> MemberRecord:
    return next(member for member in register.members_in(county) if not member.transfer_in_progress)


@pytest.fixture
def another(register: Register, county: OrganizationRecord, member: MemberRecord) -> OrganizationRecord:
    branches = register.of_kind(OrganizationKind.BRANCH)
    return next(o for o in branches if o.path.startswith(county.path) and o.id != member.branch_id)


async def partner_with(api: Api, organization: OrganizationRecord, *scopes: str) -> Caller:
    made = await registered(api.as_(organization, Role.SECURITY_OFFICER), organization, scopes=list(scopes))
    token = await token_of(api, made["partner"]["clientId"], made["secret"])
    assert token is not None
    return Caller(api, token)


def mutation(name: str) -> str:
    return f"mutation ($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ {FIELDS} }} }}"


async def transfer(caller: Caller, step: str, member: MemberRecord, **given: Any) -> dict[str, Any]:
    answer = await caller.ask(mutation(step), {"input": {"id": encoded("Member", member.id), **given}})
    payload: dict[str, Any] = answer[step]
    return payload


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["errors"]]


async def test_a_member_moves_when_the_transfer_is_completed(
    partner: Caller, own_api: Api, member: MemberRecord, another: OrganizationRecord
) -> None:
    begun = await transfer(partner, "beginTransfer", member, version=member.version)
    here = {"id": encoded("Organization", member.branch_id)}
    assert begun == {
        "member": {"version": member.version + 1, "transferInProgress": True, "branch": here},
        "errors": [],
    }
    there = encoded("Organization", another.id)
    completed = await transfer(partner, "completeTransfer", member, branchId=there)
    assert completed == {
        "member": {"version": member.version + 2, "transferInProgress": False, "branch": {"id": there}},
        "errors": [],
    }
    seen = await own_api.as_(another).ask(
        "query ($id: ID!) { member(id: $id) { id } }", {"id": encoded("Member", member.id)}
    )
    assert seen["member"] is not None


async def test_a_member_stays_when_the_transfer_is_cancelled(partner: Caller, member: MemberRecord) -> None:
    await transfer(partner, "beginTransfer", member)
    cancelled = await transfer(partner, "cancelTransfer", member)
    here = {"id": encoded("Organization", member.branch_id)}
    assert cancelled["member"] == {"version": member.version + 2, "transferInProgress": False, "branch": here}
    assert codes(await transfer(partner, "cancelTransfer", member)) == ["NO_TRANSFER_IN_PROGRESS"]


async def test_each_step_has_its_time(partner: Caller, member: MemberRecord, another: OrganizationRecord) -> None:
    there = encoded("Organization", another.id)
    early = await transfer(partner, "completeTransfer", member, branchId=there)
    assert codes(early) == ["NO_TRANSFER_IN_PROGRESS"]
    await transfer(partner, "beginTransfer", member)
    assert codes(await transfer(partner, "beginTransfer", member)) == ["TRANSFER_IN_PROGRESS"]
    stale = await transfer(partner, "completeTransfer", member, branchId=there, version=member.version)
    assert codes(stale) == ["CONFLICT"]
    assert stale["member"]["version"] == member.version + 1


async def test_a_member_moves_to_another_branch_of_the_partners_subtree(
    partner: Caller, member: MemberRecord, county: OrganizationRecord, register: Register
) -> None:
    await transfer(partner, "beginTransfer", member)
    outside = next(o for o in register.of_kind(OrganizationKind.BRANCH) if not o.path.startswith(county.path))
    for organization_id, code in (
        (county.id, "NOT_A_BRANCH"),
        (outside.id, "BRANCH_NOT_FOUND"),
        (member.branch_id, "SAME_BRANCH"),
    ):
        there = encoded("Organization", organization_id)
        refused = await transfer(partner, "completeTransfer", member, branchId=there)
        assert (codes(refused), refused["member"]["version"]) == ([code], member.version + 1)


async def test_whoever_is_outside_the_partners_subtree_does_not_exist(
    partner: Caller, register: Register, county: OrganizationRecord
) -> None:
    elsewhere = next(member for member in register.members if not member.org_path.startswith(county.path))
    error = await partner.refused(mutation("beginTransfer"), {"input": {"id": encoded("Member", elsewhere.id)}})
    assert error["extensions"]["code"] == "NOT_FOUND"


async def test_it_takes_the_scope(own_api: Api, county: OrganizationRecord, member: MemberRecord) -> None:
    reader = await partner_with(own_api, county, "MEMBERS_READ", "ORGANIZATIONS_READ")
    given = {"input": {"id": encoded("Member", member.id)}}
    for caller in (reader, own_api.as_(county), own_api.as_(county, Role.SECURITY_OFFICER)):
        error = await caller.refused(mutation("beginTransfer"), given)
        assert "Mutation.beginTransfer" in error["extensions"]["fields"]
    writer = await partner_with(own_api, county, "TRANSFERS_WRITE")
    blind = "mutation ($input: BeginTransferInput!) { beginTransfer(input: $input) { errors { code } } }"
    assert await writer.ask(blind, given) == {"beginTransfer": {"errors": []}}


async def test_each_step_leaves_its_entry(partner: Caller, member: MemberRecord, another: OrganizationRecord) -> None:
    blind = """mutation ($one: BeginTransferInput!, $two: CompleteTransferInput!) {
      beginTransfer(input: $one) { errors { code } } completeTransfer(input: $two) { errors { code } } }"""
    one = {"id": encoded("Member", member.id)}
    two = {**one, "branchId": encoded("Organization", another.id)}
    request_id = f"transfer-{token_hex(8)}"
    await partner.post(blind, {"one": one, "two": two}, **{"X-Request-ID": request_id})
    entries = await entries_of(partner.api.database, request_id)
    assert [(entry.kind, entry.operation, entry.target) for entry in entries] == [
        (AuditKind.CHANGE, operation, f"Member:{member.id}") for operation in ("beginTransfer", "completeTransfer")
    ]
    assert entries[1].details == {
        "before": {"transferInProgress": True, "branchId": member.branch_id},
        "after": {"transferInProgress": False, "branchId": another.id},
    }
