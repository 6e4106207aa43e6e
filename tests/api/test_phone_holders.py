"""注册手机号检索: exact, recorded, and not too often."""

from collections.abc import AsyncIterator
from secrets import token_hex

import pytest

from domain.codes import AuditKind
from domain.records import MemberRecord, OrganizationRecord
from schema.identifiers import encoded
from storage.engine import connect
from tests.asking import AUDIT_KEY, Api, Caller
from tests.audit import entries_of
from tests.oracle import Register
from tests.set_clock import SetClock

WHO = "query Who($phone: String!) { phoneHolders(where: {phone: $phone}) { id name } }"


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
    return next(m for m in register.members_in(county) if m.phone and m.phone.startswith("1"))


async def test_the_holder_of_a_phone_is_found_within_the_scope(
    administrator: Caller, own_api: Api, member: MemberRecord, register: Register, county: OrganizationRecord
) -> None:
    holders = [encoded("Member", m.id) for m in register.members_in(county) if m.phone == member.phone]
    found = await administrator.ask(WHO, {"phone": f" {member.phone} "})
    assert sorted(holder["id"] for holder in found["phoneHolders"]) == sorted(holders)
    assert await administrator.ask(WHO, {"phone": "19900000000"}) == {"phoneHolders": []}
    elsewhere = next(o for o in register.organizations.values() if o.kind == "COUNTY" and o.id != county.id)
    assert await own_api.as_(elsewhere).ask(WHO, {"phone": member.phone}) == {"phoneHolders": []}


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
