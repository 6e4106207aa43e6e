"""导出归本人: a file is for whoever asked for it, while that person may have it; and each stands in the audit log."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text, update

from auth.actor import Role
from domain.codes import AccountState, AuditKind, HistoryKind, OrganizationKind
from domain.records import OrganizationRecord
from schema.identifiers import encoded, number_of
from storage.engine import connect
from storage.history_members import Departure, archive_member
from storage.models import Account
from tests.api.test_masked_answers import ask_for
from tests.asking import AUDIT_KEY, Api, Caller
from tests.audit import entries_of_kind
from tests.exported import (
    CANCEL,
    READ,
    exporting_of,
    fetched,
    started,
)
from tests.exporting import LARGE, Places, refused, somebody, written
from tests.opened_accounts import opened_account, put_in_state, token_at_the_console
from tests.oracle import Register
from tests.set_clock import SetClock


@pytest.mark.parametrize("api", ["small", "large"])
async def test_it_is_for_whoever_asked_alone(
    small: Api, large: Api, county: OrganizationRecord, places: Places, api: str
) -> None:
    application = {"small": small, "large": large}[api]
    caller = somebody(application, county)
    export = await written(caller, format="CSV", columns=["NAME"])
    for another in (somebody(application, county), somebody(application, places["branch"])):
        assert (await another.ask(READ, {"id": export["id"]}))["export"] is None
        assert refused(await fetched(another, export["url"]))[:2] == (404, "NOT_FOUND")
        assert (await another.refused(CANCEL, {"input": {"id": export["id"]}}))["extensions"]["code"] == "NOT_FOUND"
        assert (await another.ask("{ exports { totalCount nodes { id } } }"))["exports"] == {
            "totalCount": 0,
            "nodes": [],
        }
    anonymous = await application.http.get(export["url"])
    assert refused(anonymous)[:2] == (401, "UNAUTHENTICATED")
    assert refused(await fetched(caller, "/exports/rubbish"))[:2] == (404, "NOT_FOUND")


async def test_who_works_elsewhere_by_now_has_it_no_more(
    large: Api, county: OrganizationRecord, province_committee: OrganizationRecord
) -> None:
    name = "moved-person"
    here, there = (
        Caller(large, large.authority.issue(name, Role.ADMINISTRATOR, place, timedelta(hours=1)))
        for place in (county, province_committee)
    )
    export = await written(here, format="CSV", columns=["NAME"])
    assert refused(await fetched(there, export["url"]))[:2] == (404, "NOT_FOUND")
    assert (await fetched(here, export["url"])).status_code == 200


async def test_a_job_of_a_suspended_account_writes_nothing(large: Api, county: OrganizationRecord) -> None:
    person = await opened_account(large.database, county.id)
    caller = Caller(large, await token_at_the_console(large, person))
    export, other = [await started(caller, format="CSV", columns=["NAME"]) for _ in range(2)]
    await exporting_of(large).run(number_of("Export", other["id"]))
    assert (await caller.ask(READ, {"id": other["id"]}))["export"]["state"] == "READY"
    await put_in_state(large.database, person, AccountState.SUSPENDED)
    await exporting_of(large).run(number_of("Export", export["id"]))
    await put_in_state(large.database, person, AccountState.ACTIVE)
    found = (await Caller(large, await token_at_the_console(large, person)).ask(READ, {"id": export["id"]}))["export"]
    assert (found["state"], found["failure"]) == ("FAILED", "NOT_ALLOWED")


async def test_a_job_of_who_works_elsewhere_by_now_writes_nothing(
    large: Api, county: OrganizationRecord, province_committee: OrganizationRecord
) -> None:
    """What was asked for the one organisation is not answered for the other."""
    person = await opened_account(large.database, county.id)
    caller = Caller(large, await token_at_the_console(large, person))
    export = await started(caller, format="CSV", columns=["NAME"])
    for place in (province_committee, county):
        async with large.database.writing() as session:
            moved = {"organization_id": place.id, "org_path": place.path}
            await session.execute(update(Account).where(Account.id == person.account_id).values(moved))
        await exporting_of(large).run(number_of("Export", export["id"]))
    found = (await Caller(large, await token_at_the_console(large, person)).ask(READ, {"id": export["id"]}))["export"]
    assert (found["state"], found["failure"]) == ("FAILED", "NOT_ALLOWED")


@pytest.mark.parametrize("api", ["small", "large"])
async def test_it_expires(small: Api, large: Api, county: OrganizationRecord, clock: SetClock, api: str) -> None:
    application = {"small": small, "large": large}[api]
    caller = somebody(application, county)
    export = await written(caller, format="CSV", columns=["NAME"])
    clock.pass_(hours=23, minutes=59)
    assert (await fetched(caller, export["url"])).status_code == 200
    clock.pass_(minutes=1)
    assert refused(await fetched(caller, export["url"]))[:2] == (410, "EXPORT_EXPIRED")


async def test_whoever_is_erased_is_in_no_file_any_more(
    own_province_url: str, county: OrganizationRecord, register: Register, clock: SetClock
) -> None:
    """Files of exports that cannot hold that person stay."""
    elsewhere = next(o for o in register.of_kind(OrganizationKind.COUNTY) if o != county and register.members_in(o))
    member = register.members_in(county)[0]
    async with connect(own_province_url, connections=8, audit_key=AUDIT_KEY) as database:
        api = Api(database, clock=clock, exports=LARGE)
        here, there = somebody(api, county), somebody(api, elsewhere)
        kept, file = [await written(caller, format="CSV", columns=["NAME"]) for caller in (there, here)]
        request = await ask_for(api, member)
        async with database.writing() as session:
            await archive_member(session, member.id, Departure(HistoryKind.OTHER, clock(), "-", request))
        purge = "mutation ($input: PurgeMemberInput!) { purgeMember(input: $input) { errors { code } } }"
        gone = {"id": encoded("HistoryMember", member.id), "reason": "-"}
        assert await api.as_(county).ask(purge, {"input": gone}) == {"purgeMember": {"errors": []}}
        assert refused(await fetched(here, file["url"]))[:2] == (410, "EXPORT_EXPIRED")
        assert (await fetched(there, kept["url"])).status_code == 200


async def test_who_exported_what_and_how_many_stands_in_the_audit_log(
    own_province_url: str, county: OrganizationRecord, register: Register, clock: SetClock
) -> None:
    phone = next(m.phone for m in register.members_in(county) if m.phone)
    async with connect(own_province_url, connections=8, audit_key=AUDIT_KEY) as database:
        api = Api(database, clock=clock, exports=LARGE)
        caller = somebody(api, county)
        where = {"phone": {"exact": phone}}
        order = [{"field": "NAME", "direction": "DESC"}]
        export = await written(caller, format="CSV", columns=["NAME", "JOINED_ON"], where=where, orderBy=order)
        await fetched(caller, export["url"])
        entries = await entries_of_kind(database, AuditKind.EXPORT)
    told = {
        "field": "members",
        "columns": ["name", "joinedOn"],
        "filter": {"phone": {"exact": f"{phone[:3]}****{phone[-4:]}"}},
        "order": ["-name"],
    }
    number = number_of("Export", export["id"])
    rows = export["rowsTotal"]
    assert {entry.target for entry in entries} == {f"Export:{number}"}
    assert {(entry.role, entry.organization_id) for entry in entries} == {(Role.ADMINISTRATOR, county.id)}
    assert [(entry.operation, entry.details) for entry in entries] == [
        ("startExport", {"export": told, "format": "CSV", "counted": rows}),
        ("writeExport", {"export": told, "format": "CSV", "rows": rows}),
        ("downloadExport", {"export": told, "format": "CSV", "rows": rows}),
    ]


async def test_what_is_looked_for_lies_sealed_in_the_database(small: Api, county: OrganizationRecord) -> None:
    caller = somebody(small, county)
    export = await started(caller, format="CSV", columns=["NAME"], where={"name": {"exact": "欧阳建国"}})
    engine = create_engine(small.database.url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        given = {"id": number_of("Export", export["id"])}
        [row] = connection.execute(text("SELECT e::text FROM exports e WHERE id = :id"), given)
    engine.dispose()
    assert not any(word in row[0] for word in ("欧阳", "where", "exact"))


async def test_a_node_is_an_export(small: Api, county: OrganizationRecord) -> None:
    caller = somebody(small, county)
    export = await started(caller, format="CSV", columns=["NAME"])
    query = "query ($id: ID!) { node(id: $id) { ... on Export { id format subject } } }"
    assert (await caller.ask(query, {"id": export["id"]}))["node"] == {
        "id": export["id"],
        "format": "CSV",
        "subject": "MEMBERS",
    }
    assert (await caller.ask(query, {"id": encoded("Export", 10**9)}))["node"] is None
