"""彻底删除: of whoever was admitted, filed, renamed, edited, written to, photographed, and then erased, nothing is left:
not in any row of the whole database, and not in the file store."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from domain.codes import OrganizationKind, Role
from domain.records import OrganizationRecord
from schema.identifiers import decoded, encoded
from server.file_collecting import FileCollecting
from server.gateways import Gateways
from server.gateways.population_simulator import SimulatedPopulationRegistry
from storage.engine import connect
from storage.models import Member, MemberAccount
from storage.statements import Statement
from tests.api import phone_desk
from tests.api.test_approvals import county_above
from tests.asking import AUDIT_KEY, Api, Caller
from tests.dumping import dumped
from tests.file_contents import pdf, picture
from tests.new_people import new_member
from tests.oracle import Register
from tests.uploading import staged

NAME, RENAMED = "欧阳独一", "欧阳独二"
PHONE, NEW_PHONE, ADDRESS, NEW_ADDRESS = "13900000017", "13900000018", "济南市独一路1号", "济南市独二路2号"
REASON, OPINION, FILE = "独一无二补录", "独一无二同意", "独一无二采集表.pdf"
REMOVED = "SELECT (args ->> 'file_id')::bigint FROM procrastinate_jobs WHERE args ? 'file_id' ORDER BY id"


@dataclass(frozen=True)
class Offices:
    """Those who come across the record."""

    api: Api
    branch: OrganizationRecord
    committee: OrganizationRecord
    county: OrganizationRecord

    def person(self, place: OrganizationRecord) -> Caller:
        return Caller(
            self.api, self.api.authority.issue(f"of-{place.id}", Role.ADMINISTRATOR, place, timedelta(hours=1))
        )

    async def does(self, place: OrganizationRecord, mutation: str, selection: str = "", **given: Any) -> dict[str, Any]:
        """The payload, which must be without errors."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        query = f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ {selection} errors {{ code path }} }} }}"
        payload: dict[str, Any] = (await self.person(place).ask(query, {"input": given}))[mutation]
        assert payload["errors"] == []
        return payload

    async def approve(self, request: dict[str, Any]) -> dict[str, Any]:
        settled = await self.does(
            self.county, "approveRequest", "request { member { id version } }", id=request["id"], opinion=OPINION
        )
        approved: dict[str, Any] = settled["request"]
        return approved


@pytest.fixture
async def offices(
    own_province_url: str, register: Register, approving_committee: OrganizationRecord
) -> AsyncIterator[Offices]:
    branches = register.of_kind(OrganizationKind.BRANCH)
    branch = next(o for o in branches if o.path.startswith(approving_committee.path))
    async with connect(own_province_url, connections=4, audit_key=AUDIT_KEY) as database:
        api = Api(database, gateways=Gateways(population_registry=SimulatedPopulationRegistry()))
        yield Offices(api, branch, approving_committee, county_above(register, approving_committee))
        await api.http.aclose()


async def admitted(offices: Offices, person: dict[str, Any]) -> dict[str, Any]:
    """The member, whose admission was rejected once, with proof attached each time."""
    for step in ("rejectRequest", "approveRequest"):
        proof = [(await staged(offices.person(offices.committee), pdf(), FILE))["id"]]
        given = {"member": person, "reason": REASON, "attachmentIds": proof}
        asked = (await offices.does(offices.committee, "submitAdmission", "request { id }", **given))["request"]
        if step == "rejectRequest":
            await offices.does(offices.county, step, id=asked["id"], opinion=OPINION)
    member: dict[str, Any] = (await offices.approve(asked))["member"]
    return member


async def lives(offices: Offices, member: dict[str, Any]) -> None:
    """Whatever leaves a trace of a person somewhere."""
    branch, id_ = offices.branch, member["id"]
    await offices.does(branch, "renameMember", id=id_, name=RENAMED)
    photo = await staged(offices.person(branch), picture("PNG"), "独一无二.png", "PHOTO")
    changes = {"homeAddress": NEW_ADDRESS, "photoId": photo["id"]}
    await offices.does(branch, "updateMember", id=id_, version=2, **changes)
    number = decoded(id_).number
    async with offices.api.database.writing() as session:
        account = {"member_id": number, "phone": PHONE, "registered_at": offices.api.clock(), "state": "ACTIVE"}
        await session.execute(insert(MemberAccount).values({**account, "version": 1}))
    caller = offices.person(branch)
    captcha = await phone_desk.answered_captcha(offices.api, caller)
    await offices.does(branch, "sendPhoneCode", memberId=id_, phone=NEW_PHONE, **captcha)


async def erased(offices: Offices, member: dict[str, Any]) -> None:
    given = {"kind": "OTHER_REMOVAL", "memberId": member["id"], "reason": REASON}
    leaving = (await offices.does(offices.branch, "submitLeaving", "request { id }", **given))["request"]
    await offices.approve(leaving)
    gone = encoded("HistoryMember", decoded(member["id"]).number)
    await offices.does(offices.county, "purgeMember", id=gone, reason="重复登记")
    collecting = FileCollecting(offices.api.database, offices.api.files, offices.api.clock)
    for (file_id,) in await offices.api.database.rows(Statement(REMOVED, {})):
        await collecting.remove_content(file_id)


async def test_of_whoever_is_erased_nothing_is_left_anywhere(offices: Offices, own_province_url: str) -> None:
    person = new_member(offices.branch, name=NAME, phone=PHONE, homeAddress=ADDRESS)
    personal = {person["identityNumber"], NAME, RENAMED, PHONE, NEW_PHONE, ADDRESS, NEW_ADDRESS}
    personal |= {REASON, OPINION, FILE}
    member = await admitted(offices, person)
    await lives(offices, member)
    before = await dumped(own_province_url)
    assert {value for value in personal if value not in before} == set()
    assert len([key async for part in offices.api.files.uploaded() for key in part]) == 3  # two proofs and the photo
    await erased(offices, member)
    after = await dumped(own_province_url)
    assert {value for value in personal if value in after} == set()
    assert [key async for part in offices.api.files.uploaded() for key in part] == []
    assert await offices.api.database.rows(select(Member.id).where(Member.id == decoded(member["id"]).number)) == []
    assert len(after) > 100_000  # it is the whole register
