"""党员更名: at once when the real-name check confirms the name, else by a request with proof attached."""

import asyncio
from collections.abc import AsyncIterator
from secrets import token_hex
from typing import Any

import pytest
from sqlalchemy import select, text, update

from domain.codes import AuditKind, OrganizationKind, RealNameVerdict
from domain.pinyin import full_pinyin, initials
from domain.records import MemberRecord, OrganizationRecord
from schema.identifiers import encoded
from server.gateways import Gateways
from server.gateways.population_simulator import SimulatedPopulationRegistry
from storage.engine import connect
from storage.models import Member
from tests.api.test_approvals import Office, codes, county_above, settle, submit
from tests.asking import AUDIT_KEY, Api, Caller
from tests.audit import entries_of
from tests.file_contents import pdf
from tests.new_people import MATCHING, MISMATCHING, UNKNOWN, WITHOUT_ANSWER, new_number
from tests.oracle import Register
from tests.uploading import staged
from tests.waiting import waiting_for

RENAME = """mutation ($input: RenameMemberInput!) { renameMember(input: $input) {
  member { id name version realNameStatus } request { id kind state reason
    attachments { name } changes { field before after } }
  errors { code path } } }"""
MEMBER = "query ($id: ID!) { member(id: $id) { name realNameStatus version attachments { name } } }"


@pytest.fixture
async def office(
    own_province_url: str, register: Register, approving_committee: OrganizationRecord
) -> AsyncIterator[Office]:
    branches = {o.id for o in register.of_kind(OrganizationKind.BRANCH)}
    members = (m for m in register.members_in(approving_committee) if m.branch_id in branches and m.name != "欧阳建国")
    async with connect(own_province_url, connections=20, audit_key=AUDIT_KEY) as database:
        api = Api(database, gateways=Gateways(population_registry=SimulatedPopulationRegistry()))
        yield Office(api, register, county_above(register, approving_committee), approving_committee, members)
        await api.http.aclose()


async def somebody(office: Office, ending: str, status: str = "UNVERIFIED") -> MemberRecord:
    """A member on whose number the registry says what is wanted."""
    member = next(office.members)
    changed = {"identity_number": new_number(ending), "real_name_status": status, "transfer_in_progress": False}
    async with office.api.database.writing() as session:
        await session.execute(update(Member).where(Member.id == member.id).values(changed))
    return member._replace(**changed)


async def rename(caller: Caller, member: MemberRecord, name: str = "欧阳建国", **given: Any) -> dict[str, Any]:
    asked = {"id": encoded("Member", member.id), "name": name, **given}
    payload: dict[str, Any] = (await caller.ask(RENAME, {"input": asked}))["renameMember"]
    return payload


async def test_a_name_that_is_confirmed_changes_at_once(office: Office) -> None:
    member = await somebody(office, MATCHING)
    payload = await rename(office.branch_of(member), member, " 欧阳建国 ")
    assert payload == {
        "member": {
            "id": encoded("Member", member.id),
            "name": "欧阳建国",
            "version": member.version + 1,
            "realNameStatus": "VERIFIED",
        },
        "request": None,
        "errors": [],
    }
    spelled = select(Member.name_pinyin, Member.name_initials).where(Member.id == member.id)
    assert await office.api.database.row(spelled) == (full_pinyin("欧阳建国"), initials("欧阳建国"))


@pytest.mark.parametrize("ending", [MISMATCHING, UNKNOWN, WITHOUT_ANSWER])
async def test_without_proof_an_unconfirmed_name_does_not_change(office: Office, ending: str) -> None:
    member = await somebody(office, ending)
    payload = await rename(office.branch_of(member), member)
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("REAL_NAME_UNCONFIRMED", ["name"]),
        ("REQUIRED", ["reason"]),
        ("ATTACHMENTS_REQUIRED", ["attachmentIds"]),
    ]
    assert (payload["request"], payload["member"]["name"], payload["member"]["version"]) == (
        None,
        member.name,
        member.version,
    )


async def asked_for(office: Office, member: MemberRecord) -> dict[str, Any]:
    """The request that an unconfirmed name change, which must be taken."""
    branch = office.branch_of(member)
    file = await staged(branch, pdf(), "户口簿.pdf")
    payload = await rename(branch, member, reason=" 户籍更名 ", attachmentIds=[file["id"]])
    assert payload["errors"] == []
    request: dict[str, Any] = payload["request"]
    return request


async def test_with_proof_the_county_decides(office: Office) -> None:
    member = await somebody(office, MISMATCHING, "VERIFIED")
    request = await asked_for(office, member)
    assert {**request, "id": ""} == {
        "id": "",
        "kind": "RENAME",
        "state": "PENDING",
        "reason": "户籍更名",
        "attachments": [{"name": "户口簿.pdf"}],
        "changes": [
            {"field": "name", "before": member.name, "after": "欧阳建国"},
            {"field": "realNameStatus", "before": "VERIFIED", "after": "UNVERIFIED"},
        ],
    }
    county, id_ = office.person(office.county), {"id": encoded("Member", member.id)}
    assert (await county.ask(MEMBER, id_))["member"]["name"] == member.name
    assert codes(await settle(office.person(office.committee), "approveRequest", request)) == ["TIER_INSUFFICIENT"]
    assert codes(await settle(county, "approveRequest", request)) == []
    renamed = (await county.ask(MEMBER, id_))["member"]
    assert {**renamed, "attachments": renamed["attachments"][-1:]} == {
        "name": "欧阳建国",
        "realNameStatus": "UNVERIFIED",  # what was verified was another name
        "version": member.version + 1,
        "attachments": [{"name": "户口簿.pdf"}],
    }
    spelled = select(Member.name_pinyin).where(Member.id == member.id)
    assert await office.api.database.row(spelled) == (full_pinyin("欧阳建国"),)


async def test_a_rejected_name_stays(office: Office) -> None:
    member = await somebody(office, MISMATCHING)
    request, county = await asked_for(office, member), office.person(office.county)
    assert codes(await settle(county, "rejectRequest", request)) == []
    shown = (await county.ask(MEMBER, {"id": encoded("Member", member.id)}))["member"]
    assert (shown["name"], shown["version"]) == (member.name, member.version)


async def test_the_branch_alone_asks(office: Office) -> None:
    member = await somebody(office, MATCHING)
    for place in (office.committee, office.county):
        assert codes(await rename(office.person(place), member)) == ["NOT_YOURS_TO_ASK"]


async def test_what_is_wrong_with_the_name_is_told_at_once(office: Office) -> None:
    member = await somebody(office, MATCHING)
    branch = office.branch_of(member)
    for name, code in ((" ", "REQUIRED"), ("张" * 51, "TEXT_TOO_LONG"), ("张\u200b三", "CHARACTERS_INVALID")):
        assert [(e["code"], e["path"]) for e in (await rename(branch, member, name))["errors"]] == [(code, ["name"])]
    assert codes(await rename(branch, member, member.name)) == ["NAME_UNCHANGED"]
    assert codes(await rename(branch, member, version=member.version + 1)) == ["CONFLICT"]


async def test_a_name_does_not_change_while_a_request_is_pending(office: Office) -> None:
    member = await somebody(office, MATCHING)
    assert codes(await submit(office.branch_of(member), member)) == []
    assert codes(await rename(office.branch_of(member), member)) == ["REQUEST_PENDING"]


async def test_files_of_others_prove_nothing(office: Office) -> None:
    member = await somebody(office, MISMATCHING)
    branch, colleague = office.branch_of(member), office.person(office.county)
    own, another = await staged(branch, pdf(), "a.pdf"), await staged(colleague, pdf(), "b.pdf")
    payload = await rename(branch, member, reason="户籍更名", attachmentIds=[own["id"], another["id"]])
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("REAL_NAME_UNCONFIRMED", ["name"]),
        ("FILE_NOT_FOUND", ["attachmentIds", "1"]),
    ]
    used = await rename(branch, member, reason="户籍更名", attachmentIds=[own["id"]])
    assert used["errors"] == []
    another_member = await somebody(office, MISMATCHING)
    again = await rename(office.branch_of(another_member), another_member, reason="-", attachmentIds=[own["id"]])
    assert codes(again) == ["REAL_NAME_UNCONFIRMED", "FILE_NOT_FOUND"]


async def test_of_two_who_rename_at_once_both_are_whole(office: Office) -> None:
    """Whoever comes second has seen another record, and says so by its version."""
    member = await somebody(office, MATCHING)
    branch = office.register.organizations[member.branch_id]
    async with office.api.database.writing() as session:
        await session.execute(text("LOCK TABLE members IN EXCLUSIVE MODE"))
        renaming = [
            asyncio.create_task(rename(office.person(branch, who), member, name, version=member.version))
            for who, name in (("one", "欧阳建国"), ("two", "欧阳爱国"))
        ]
        await waiting_for(office.api.database, "members", len(renaming))
    outcomes = sorted(codes(payload) for payload in await asyncio.gather(*renaming))
    assert outcomes == [[], ["CONFLICT"]]


async def test_a_change_of_name_leaves_one_entry_with_masked_names(office: Office) -> None:
    member = await somebody(office, MATCHING, "VERIFIED")
    request_id = f"renamed-{token_hex(8)}"
    blind = "mutation ($input: RenameMemberInput!) { renameMember(input: $input) { errors { code } } }"
    given = {"input": {"id": encoded("Member", member.id), "name": "欧阳建国"}}
    await office.branch_of(member).post(blind, given, **{"X-Request-ID": request_id})
    [entry] = await entries_of(office.api.database, request_id)
    assert (entry.kind, entry.operation, entry.target) == (AuditKind.CHANGE, "renameMember", f"Member:{member.id}")
    assert entry.details == {"before": {"name": f"{member.name[0]}*"}, "after": {"name": "欧*"}}


class LateRegistry(SimulatedPopulationRegistry):
    """Answers when it is let."""

    def __init__(self) -> None:
        self.asked, self.let = asyncio.Event(), asyncio.Event()

    async def verify(self, name: str, identity_number: str) -> RealNameVerdict:
        self.asked.set()
        await self.let.wait()
        return await super().verify(name, identity_number)


async def test_what_happens_while_the_registry_is_asked_is_not_overlooked(office: Office) -> None:
    member, registry = await somebody(office, MATCHING), LateRegistry()
    api = Api(office.api.database, gateways=Gateways(population_registry=registry))
    late = Office(api, office.register, office.county, office.committee, office.members)
    renaming = asyncio.create_task(rename(late.branch_of(member), member))
    await registry.asked.wait()
    assert codes(await submit(office.branch_of(member), member)) == []
    registry.let.set()
    assert codes(await renaming) == ["REQUEST_PENDING"]
    await api.http.aclose()
