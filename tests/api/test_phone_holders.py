"""注册手机号检索: exact, recorded, and not too often."""

from collections.abc import AsyncIterator
from secrets import token_hex
from typing import Any

import pytest
from sqlalchemy import update

from auth.permissions import Entry, PermissionMatrix, Place
from auth.visibility import Visibility
from domain.codes import AuditKind, HistoryKind, Role, Tier
from domain.records import MemberRecord, OrganizationRecord
from domain.synthetic.contacts import mobile_of
from schema.identifiers import encoded
from server.app import DEFAULT_PERMISSIONS
from storage.engine import Database, connect
from storage.history_members import Departure, archive_member
from storage.models import Member
from tests.api.phone_desk import is_registered
from tests.api.test_masked_answers import ask_for
from tests.asking import AUDIT_KEY, Api, Caller
from tests.audit import entries_of
from tests.oracle import Register
from tests.set_clock import SetClock

WHO = """query Who($phone: String!) { phoneHolders(where: {phone: $phone}) {
  isRegistered isContact member { id name } historyMember { id name } } }"""


@pytest.fixture
async def own_api(own_province_url: str) -> AsyncIterator[Api]:
    clock = SetClock()
    async with connect(own_province_url, connections=4, audit_key=AUDIT_KEY) as database:
        api = Api(database, clock=clock, token_clock=clock)
        yield api
        await api.http.aclose()


@pytest.fixture
def administrator(own_api: Api, county: OrganizationRecord) -> Caller:
    return own_api.as_(county)


@pytest.fixture
def member(register: Register, county: OrganizationRecord) -> MemberRecord:
    """Whose account has the phone of the record."""
    return next(m for m in register.members_in(county) if is_registered(m) and m.phone == mobile_of(m.id))


def shown(member: MemberRecord, *, registered: bool, contact: bool, left: bool = False) -> dict[str, Any]:
    record = {"id": encoded("HistoryMember" if left else "Member", member.id), "name": member.name}
    here = {"member": None, "historyMember": record} if left else {"member": record, "historyMember": None}
    return {"isRegistered": registered, "isContact": contact, **here}


async def test_the_holder_of_a_phone_is_found_within_the_scope(
    administrator: Caller, own_api: Api, member: MemberRecord, register: Register, county: OrganizationRecord
) -> None:
    found = await administrator.ask(WHO, {"phone": f" {member.phone} "})
    assert found == {"phoneHolders": [shown(member, registered=True, contact=True)]}
    assert await administrator.ask(WHO, {"phone": "19900000000"}) == {"phoneHolders": []}
    elsewhere = next(o for o in register.organizations.values() if o.kind == "COUNTY" and o.id != county.id)
    assert await own_api.as_(elsewhere).ask(WHO, {"phone": member.phone}) == {"phoneHolders": []}


async def test_whose_account_has_it_comes_before_those_in_whose_records_it_stands(
    administrator: Caller, own_api: Api, member: MemberRecord, register: Register, county: OrganizationRecord
) -> None:
    others = [other for other in register.members_in(county) if other.id != member.id][:2]
    async with own_api.database.writing() as session:
        for whom, phone in ((member, None), *((other, member.phone) for other in others)):
            await session.execute(update(Member).where(Member.id == whom.id).values(phone=phone))
    contacts = sorted(others, key=lambda other: other.id)
    assert (await administrator.ask(WHO, {"phone": member.phone}))["phoneHolders"] == [
        shown(member, registered=True, contact=False),
        *(shown(other, registered=False, contact=True) for other in contacts),
    ]


async def test_who_has_left_holds_the_registered_phone_until_it_is_released(
    administrator: Caller, own_api: Api, member: MemberRecord, register: Register, county: OrganizationRecord
) -> None:
    request_id = await ask_for(own_api, member)
    async with own_api.database.writing() as session:
        await archive_member(session, member.id, Departure(HistoryKind.DECEASED, own_api.clock(), "-", request_id))
    found = await administrator.ask(WHO, {"phone": member.phone})
    assert found == {"phoneHolders": [shown(member, registered=True, contact=False, left=True)]}
    elsewhere = next(o for o in register.organizations.values() if o.kind == "COUNTY" and o.id != county.id)
    assert await own_api.as_(elsewhere).ask(WHO, {"phone": member.phone}) == {"phoneHolders": []}
    release = 'mutation ($id: ID!) { releasePhone(input: {id: $id, reason: "-"}) { errors { code } } }'
    released = await administrator.ask(release, {"id": encoded("HistoryMember", member.id)})
    assert released == {"releasePhone": {"errors": []}}
    assert await administrator.ask(WHO, {"phone": member.phone}) == {"phoneHolders": []}


@pytest.mark.parametrize("field", ["Member.phone", "MemberAccount.phone"])
async def test_who_may_not_see_either_phone_looks_none_up(
    province: Database, county: OrganizationRecord, member: MemberRecord, field: str
) -> None:
    place = Place(Role.ADMINISTRATOR, Tier.COUNTY_OR_ABOVE, field)
    api = Api(province, PermissionMatrix(DEFAULT_PERMISSIONS.fields, {place: Entry(Visibility.HIDDEN)}))
    error = await api.as_(county).refused(WHO, {"phone": member.phone})
    assert (error["extensions"]["code"], error["extensions"]["fields"]) == ("FIELD_HIDDEN", [field])
    in_variables = "query ($where: PhoneHolderFilter!) { phoneHolders(where: $where) { isContact } }"
    error = await api.as_(county).refused(in_variables, {"where": {"phone": member.phone}})
    assert error["extensions"]["fields"] == [field]
    await api.http.aclose()


async def test_what_is_no_phone_is_looked_up_by_nobody(administrator: Caller, member: MemberRecord) -> None:
    assert member.phone is not None
    for part in ("", member.phone[:7], "%"):
        error = await administrator.refused(WHO, {"phone": part})
        assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_each_look_up_is_recorded_with_the_phone_masked(administrator: Caller, member: MemberRecord) -> None:
    assert member.phone is not None
    request_id = f"phone-{token_hex(8)}"
    await administrator.post(WHO, {"phone": member.phone}, **{"X-Request-ID": request_id})
    [entry] = await entries_of(administrator.api.database, request_id)
    assert entry.kind is AuditKind.PHONE_LOOKUP
    [lookup] = entry.details["lookups"]
    assert lookup == {"field": "phoneHolders", "phone": f"{member.phone[:3]}****{member.phone[-4:]}", "returned": 1}


async def test_nobody_tries_number_after_number(administrator: Caller, own_api: Api) -> None:
    for number in range(20):
        assert await administrator.ask(WHO, {"phone": f"199000000{number:02}"}) == {"phoneHolders": []}
    error = await administrator.refused(WHO, {"phone": "19900000020"})
    assert error["extensions"]["code"] == "TOO_MANY_ATTEMPTS"
    assert isinstance(own_api.clock, SetClock)
    own_api.clock.pass_(seconds=error["extensions"]["retryAfter"])
    assert await administrator.ask(WHO, {"phone": "19900000020"}) == {"phoneHolders": []}
