"""批量信息校验: a check of an organisation runs as a job, tells how far it has come, and can be cancelled."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import select

from domain.codes import OrganizationKind
from domain.records import OrganizationRecord
from domain.validation import CATALOGUE
from schema.identifiers import encoded
from server.checking import Checking
from storage.checks import RUN_CHECK, run_chunk
from storage.engine import Database, connect
from storage.job_worker import JobWorker
from storage.jobs import JobKind, Queue
from storage.models import ValidationResult
from storage.statements import Statement
from tests.accounts import global_id
from tests.asking import AUDIT_KEY, Api, Caller
from tests.gateway import eventually
from tests.oracle import Register

CHECK = "{ id organization { id } rules { code } state membersDone membersTotal startedBy endedAt }"
START = "mutation ($input: StartCheckInput!) { startCheck(input: $input) { check %s errors { code path } } }" % CHECK
CANCEL = "mutation ($input: CancelCheckInput!) { cancelCheck(input: $input) { check %s errors { code path } } }" % CHECK
READ = "query ($id: ID!) { check(id: $id) %s }" % CHECK
JOBS = Statement("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'run_check'", {})
ENTRIES = Statement("SELECT operation FROM audit_entries WHERE kind = 'CHANGE' ORDER BY id", {})


@pytest.fixture
async def own(own_province_url: str) -> AsyncIterator[Database]:
    async with connect(own_province_url, connections=16, audit_key=AUDIT_KEY) as database:
        yield database


@pytest.fixture
async def own_api(own: Database, api: Api) -> AsyncIterator[Api]:
    application = Api(own, clock=api.clock)
    yield application
    await application.http.aclose()


@asynccontextmanager
async def working(api: Api, url: str, at_a_time: int = 100) -> AsyncIterator[list[BaseException]]:
    """What the worker reports meanwhile."""
    reported: list[BaseException] = []
    kind = JobKind(RUN_CHECK, Queue.CHECKS, Checking(api.database, api.clock, at_a_time).run)
    async with JobWorker(url, [kind], reported.append, lost_after=2.0).running():
        yield reported


async def start(caller: Caller, organization: OrganizationRecord, **given: Any) -> dict[str, Any]:
    """The check, which must be taken."""
    answer = (await caller.ask(START, {"input": {"organizationId": global_id(organization), **given}}))["startCheck"]
    assert answer["errors"] == []
    check: dict[str, Any] = answer["check"]
    return check


async def state_of(caller: Caller, check: dict[str, Any]) -> str:
    return str((await caller.ask(READ, {"id": check["id"]}))["check"]["state"])


async def found(database: Database) -> dict[str, set[int]]:
    results: dict[str, set[int]] = {rule.code: set() for rule in CATALOGUE}
    for rule, member_id in await database.rows(select(ValidationResult.rule, ValidationResult.member_id)):
        results[rule].add(member_id)
    return results


async def test_a_check_finds_exactly_the_injected_breaches(
    own_api: Api,
    own_province_url: str,
    register: Register,
    province_committee: OrganizationRecord,
    breaches: Mapping[str, set[int]],
) -> None:
    caller = own_api.as_(province_committee)
    check = await start(caller, province_committee)
    members = len(register.members)
    assert check == {
        "id": check["id"],
        "organization": {"id": global_id(province_committee)},
        "rules": [{"code": rule.code} for rule in CATALOGUE],
        "state": "QUEUED",
        "membersDone": 0,
        "membersTotal": members,
        "startedBy": "tester",
        "endedAt": None,
    }
    async with working(own_api, own_province_url) as reported:
        await eventually(lambda: is_done(caller, check), patience=60)
    done = (await caller.ask(READ, {"id": check["id"]}))["check"]
    assert (done["membersDone"], done["membersTotal"], reported) == (members, members, [])
    assert done["endedAt"] is not None
    assert await found(own_api.database) == breaches


async def is_done(caller: Caller, check: dict[str, Any]) -> bool:
    return await state_of(caller, check) == "DONE"


async def test_a_check_is_of_the_chosen_rules_and_the_subtree_alone(
    own_api: Api,
    own_province_url: str,
    register: Register,
    breaches: Mapping[str, set[int]],
    province_committee: OrganizationRecord,
) -> None:
    city = max(register.of_kind(OrganizationKind.CITY), key=lambda o: len(register.members_in(o)))
    caller = own_api.as_(province_committee)
    check = await start(caller, city, rules=["PHOTO_MISSING", "PHONE_SHARED"])
    async with working(own_api, own_province_url):
        await eventually(lambda: is_done(caller, check), patience=60)
    inside = {member.id for member in register.members_in(city)}
    results = await found(own_api.database)
    chosen = {rule: breaches[rule] & inside for rule in ("PHOTO_MISSING", "PHONE_SHARED")}
    assert {rule: ids for rule, ids in results.items() if ids} == {rule: ids for rule, ids in chosen.items() if ids}


async def test_there_is_one_check_of_an_organisation_at_a_time(own_api: Api, county: OrganizationRecord) -> None:
    caller = own_api.as_(county)
    await start(caller, county)
    given = {"input": {"organizationId": global_id(county)}}
    second = (await caller.ask(START, given))["startCheck"]
    assert second == {"check": None, "errors": [{"code": "CHECK_RUNNING", "path": ["organizationId"]}]}
    assert await own_api.database.number(JOBS) == 1


async def test_a_cancelled_check_stops_and_another_can_be_started(
    own_api: Api, own_province_url: str, province_committee: OrganizationRecord, breaches: Mapping[str, set[int]]
) -> None:
    caller = own_api.as_(province_committee)
    check = await start(caller, province_committee)
    number = await own_api.database.number(Statement("SELECT max(id) FROM checks", {}))
    assert await run_chunk(own_api.database, number, own_api.clock(), 500) is True
    partly = await found(own_api.database)
    cancelled = (await caller.ask(CANCEL, {"input": {"id": check["id"]}}))["cancelCheck"]
    assert (cancelled["check"]["state"], cancelled["check"]["membersDone"]) == ("CANCELLED", 500)
    async with working(own_api, own_province_url) as reported:
        await eventually(lambda: no_jobs(own_api.database))
    assert (await state_of(caller, check), reported) == ("CANCELLED", [])
    assert await found(own_api.database) == partly
    assert partly != breaches
    again = (await caller.ask(CANCEL, {"input": {"id": check["id"]}}))["cancelCheck"]
    assert again == {"check": None, "errors": [{"code": "CHECK_ENDED", "path": ["id"]}]}
    await start(caller, province_committee)
    entries = [row[0] for row in await own_api.database.rows(ENTRIES)]
    assert entries == ["startCheck", "cancelCheck", "startCheck"]


async def no_jobs(database: Database) -> bool:
    return await database.number(JOBS) == 0


async def test_checks_outside_the_scope_do_not_exist(
    own_api: Api, register: Register, county: OrganizationRecord, province_committee: OrganizationRecord
) -> None:
    above = await start(own_api.as_(province_committee), province_committee)
    other = next(o for o in register.of_kind(OrganizationKind.COUNTY) if o.id != county.id)
    caller = own_api.as_(county)
    beside = await start(own_api.as_(province_committee), other)
    own_check = await start(caller, county)
    listed = (await caller.ask("{ checks { totalCount nodes { id } } }"))["checks"]
    assert listed == {"totalCount": 1, "nodes": [{"id": own_check["id"]}]}
    for check in (above, beside):
        assert (await caller.ask(READ, {"id": check["id"]}))["check"] is None
        refused = await caller.refused(CANCEL, {"input": {"id": check["id"]}})
        assert refused["extensions"]["code"] == "NOT_FOUND"
    for given, code in (
        ({"organizationId": global_id(other)}, "NOT_FOUND"),
        ({"organizationId": global_id(county), "rules": ["X"]}, "BAD_USER_INPUT"),
    ):
        assert (await caller.refused(START, {"input": given}))["extensions"]["code"] == code
    missing = encoded("Check", 10_000)
    assert (await caller.ask("query ($id: ID!) { node(id: $id) { id } }", {"id": missing}))["node"] is None


async def test_every_night_the_whole_register_is_checked(
    own_api: Api, own_province_url: str, province_committee: OrganizationRecord, breaches: Mapping[str, set[int]]
) -> None:
    checking = Checking(own_api.database, own_api.clock)
    await checking.start_of_all()
    await checking.start_of_all()
    listed = (await own_api.as_(province_committee).ask("{ checks { nodes { id startedBy } } }"))["checks"]["nodes"]
    assert [check["startedBy"] for check in listed] == [None], "one is under way already"
    async with working(own_api, own_province_url):
        await eventually(lambda: is_done(own_api.as_(province_committee), listed[0]), patience=60)
    assert await found(own_api.database) == breaches
