"""注册统计: as counted once an hour, with the time of counting."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
from sqlalchemy import insert, update

from auth.actor import Role, Tier
from auth.permissions import Entry, PermissionMatrix, Place
from auth.visibility import Visibility
from domain.codes import OrganizationKind
from domain.records import MemberRecord, OrganizationRecord
from schema.identifiers import encoded
from server.app import DEFAULT_PERMISSIONS
from storage.engine import Database, connect
from storage.models import MemberAccount, Organization
from storage.registrations import count_registrations, count_registrations_when_due
from tests.api.phone_desk import is_registered
from tests.api.test_audited_reads import lookups
from tests.api.test_statement_counts import counted
from tests.asking import AUDIT_KEY, Api
from tests.oracle import Register
from tests.set_clock import SetClock

QUERY = """
query ($id: ID) { registrationStatistics(organizationId: $id) {
  countedAt organization { id } members registered rate rows { organization { id } members registered rate }
} }
"""


@pytest.fixture
async def own(own_province_url: str, clock: SetClock) -> AsyncIterator[Api]:
    """An application over a register of its own."""
    api = Api(connect(own_province_url, connections=4, audit_key=AUDIT_KEY), clock=clock)
    yield api
    await api.http.aclose()
    await api.database.close()


async def asked(api: Api, whole: OrganizationRecord, at: OrganizationRecord) -> Any:
    return (await api.as_(whole).ask(QUERY, {"id": encoded("Organization", at.id)}))["registrationStatistics"]


def expected(place: OrganizationRecord, members: Iterable[MemberRecord]) -> dict[str, Any]:
    registered = [is_registered(member) for member in members if member.org_path.startswith(place.path)]
    rate = sum(registered) / len(registered) if registered else None
    there = {"id": encoded("Organization", place.id)}
    return {"organization": there, "members": len(registered), "registered": sum(registered), "rate": rate}


async def turned(database: Database, member: MemberRecord, **values: Any) -> None:
    async with database.writing() as session:
        await session.execute(update(MemberAccount).where(MemberAccount.member_id == member.id).values(values))


@pytest.mark.parametrize("who", ["province_committee", "county", "approving_committee", "branch"])
async def test_it_is_what_plain_python_counts(
    who: str, request: pytest.FixtureRequest, own: Api, register: Register, clock: SetClock
) -> None:
    await count_registrations_when_due(own.database, clock)
    at: OrganizationRecord = request.getfixturevalue(who)
    found = await asked(own, register.first_of_kind(OrganizationKind.PROVINCE), at)
    children = sorted((o for o in register.organizations.values() if o.parent_id == at.id), key=lambda o: o.path)
    assert found == {
        "countedAt": "2026-11-23T04:00:00+00:00",
        **expected(at, register.members),
        "rows": [expected(child, register.members) for child in children],
    }
    assert 0 < found["registered"] < found["members"]


async def test_a_disabled_account_counts_and_a_cancelled_one_does_not(
    own: Api, register: Register, county: OrganizationRecord, clock: SetClock
) -> None:
    one, other = [member for member in register.members_in(county) if is_registered(member)][:2]
    await turned(own.database, one, state="DISABLED")
    await turned(own.database, other, state="CANCELLED")
    await count_registrations_when_due(own.database, clock)
    found = await asked(own, county, county)
    assert found["registered"] == expected(county, register.members)["registered"] - 1


async def test_it_is_counted_once_in_every_hour_of_the_clock(
    own: Api, register: Register, county: OrganizationRecord, clock: SetClock
) -> None:
    clock.pass_(minutes=10)
    await count_registrations_when_due(own.database, clock)
    before = await asked(own, county, county)
    member = next(member for member in register.members_in(county) if is_registered(member))
    await turned(own.database, member, state="CANCELLED")
    clock.pass_(minutes=49, seconds=59)
    await count_registrations_when_due(own.database, clock)
    assert await asked(own, county, county) == before
    clock.pass_(seconds=1)
    await count_registrations_when_due(own.database, clock)
    after = await asked(own, county, county)
    assert (before["countedAt"], after["countedAt"]) == ("2026-11-23T04:10:00+00:00", "2026-11-23T05:00:00+00:00")
    assert (after["members"], after["registered"]) == (before["members"], before["registered"] - 1)


async def test_nothing_is_told_of_what_has_not_been_counted(
    own: Api, county: OrganizationRecord, clock: SetClock
) -> None:
    assert await asked(own, county, county) is None
    await count_registrations_when_due(own.database, clock)
    before = await asked(own, county, county)
    new = {"id": 10**9, "parent_id": county.id, "path": f"{county.path}{10**9}/", "name": "新建党委"}
    values = {**new, "kind": "GRASSROOTS_COMMITTEE", "can_approve_membership": False}
    async with own.database.writing() as session:
        await session.execute(insert(Organization).values(values))
    assert await asked(own, county, county._replace(id=10**9)) is None
    assert await asked(own, county, county) == before
    clock.pass_(hours=1)
    await count_registrations_when_due(own.database, clock)
    of_new = {"organization": {"id": encoded("Organization", 10**9)}, "members": 0, "registered": 0, "rate": None}
    assert of_new in (await asked(own, county, county))["rows"]


async def test_two_who_count_at_once_follow_one_another(own: Api, county: OrganizationRecord, clock: SetClock) -> None:
    await asyncio.gather(*(count_registrations(own.database, clock()) for _ in range(4)))
    await asyncio.gather(*(count_registrations(own.database, clock()) for _ in range(4)))
    assert (await asked(own, county, county))["members"] > 0


async def test_an_organisation_outside_the_scope_does_not_exist(
    own: Api, province_committee: OrganizationRecord, county: OrganizationRecord, clock: SetClock
) -> None:
    await count_registrations_when_due(own.database, clock)
    assert await asked(own, county, province_committee) is None
    own_counts = (await own.as_(county).ask(QUERY))["registrationStatistics"]
    assert own_counts["organization"] == {"id": encoded("Organization", county.id)}


async def test_who_may_not_see_accounts_gets_no_numbers_of_them(
    province: Database, branch: OrganizationRecord, clock: SetClock
) -> None:
    place = Place(Role.ADMINISTRATOR, Tier.OTHER_GRASSROOTS, "Member.account")
    api = Api(province, PermissionMatrix(DEFAULT_PERMISSIONS.fields, {place: Entry(Visibility.HIDDEN)}), clock)
    await api.as_(branch).ask("{ __typename }")
    with counted(province) as statements:
        error = await api.as_(branch).refused(QUERY)
    assert (error["extensions"]["code"], error["extensions"]["fields"]) == ("FIELD_HIDDEN", ["Member.account"])
    assert [statement for statement in statements if "registration_counts" in statement] == []
    await api.http.aclose()


async def test_it_is_recorded_and_costs_one_statement(own: Api, county: OrganizationRecord, clock: SetClock) -> None:
    await count_registrations_when_due(own.database, clock)
    caller = own.as_(county)
    with counted(own.database) as statements:
        found = (await caller.ask(QUERY))["registrationStatistics"]
    assert len([statement for statement in statements if "registration_counts" in statement]) == 1
    [line] = await lookups(caller, QUERY)
    assert line == {"field": "registrationStatistics", "ids": [county.id], "counted": found["members"]}
