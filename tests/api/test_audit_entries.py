"""审计查询: what auditors read of the audit log, and that it is recorded."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

import pytest

from domain.audit import AuditRecord
from domain.codes import AuditKind, OrganizationKind, Role
from domain.records import OrganizationRecord
from schema.identifiers import encoded
from server.operations.executors import COMPILED, GRAPHQL_CORE
from storage.engine import Database, connect
from tests.asking import AUDIT_KEY, Api, Caller
from tests.audit import entries_of, tamper
from tests.oracle import Register

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
ALL = """query Read($where: AuditEntryFilter, $first: Int, $after: String, $last: Int, $before: String) {
  auditEntries(where: $where, first: $first, after: $after, last: $last, before: $before) { totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { id at kind actor role organization { id name } operation target correlationId address details writer number } } }"""


@pytest.fixture(scope="module")
def own_url(clone: Callable[[str], str], province_template: str) -> str:
    """A province whose audit log only the tests of this file write."""
    return clone(province_template)


@pytest.fixture(scope="module")
async def own_database(own_url: str) -> AsyncIterator[Database]:
    database = connect(own_url, connections=8, audit_key=AUDIT_KEY)
    yield database
    await database.close()


@pytest.fixture(scope="module", params=[COMPILED, GRAPHQL_CORE])
async def own_api(own_database: Database, request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    application = Api(own_database, executor=request.param)
    yield application
    await application.http.aclose()


@pytest.fixture
def elsewhere(register: Register, county: OrganizationRecord) -> OrganizationRecord:
    return next(o for o in register.of_kind(OrganizationKind.COUNTY) if o.id != county.id)


@pytest.fixture
def below(register: Register, county: OrganizationRecord) -> OrganizationRecord:
    return next(o for o in register.of_kind(OrganizationKind.BRANCH) if o.path.startswith(county.path))


def auditor(api: Api, organization: OrganizationRecord) -> Caller:
    return api.as_(organization, Role.AUDITOR)


async def written(api: Api, organization: OrganizationRecord | None, **values: Any) -> None:
    """An entry of an organisation, or of none."""
    of = {} if organization is None else {"organization_id": organization.id, "org_path": organization.path}
    given = {"kind": AuditKind.CHANGE, "at": NOON, "actor": "someone", **of, **values}
    await api.database.audit_log.record(AuditRecord(**given))


async def read(caller: Caller, where: dict[str, Any], **page: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await caller.ask(ALL, {"where": where, **page}))["auditEntries"]
    return found


def of(actor: str) -> dict[str, Any]:
    return {"actor": {"exact": actor}}


def new_actor() -> str:
    """Whom no other test knows."""
    return f"actor-{token_hex(8)}"


async def test_an_auditor_reads_what_an_administrator_looked_up(own_api: Api, county: OrganizationRecord) -> None:
    request_id = f"looked-{token_hex(8)}"
    query = 'query Look { members(where: {phone: {exact: "13800001234"}}, first: 3) { nodes { id } } }'
    await own_api.as_(county).post(query, None, **{"X-Request-ID": request_id})
    found = await read(auditor(own_api, county), {"correlationId": {"exact": request_id}})
    [entry] = found["nodes"]
    assert found["totalCount"] == 1
    assert (entry["kind"], entry["actor"], entry["role"]) == ("ARCHIVE_LOOKUP", "tester", "ADMINISTRATOR")
    assert entry["organization"] == {"id": encoded("Organization", county.id), "name": county.name}
    assert (entry["operation"], entry["target"], entry["address"]) == ("Look", None, "127.0.0.1")
    assert entry["correlationId"] == request_id
    assert entry["number"] >= 1
    assert len(entry["writer"]) == 32
    [line] = entry["details"]["lookups"]
    assert line["filter"] == {"phone": {"exact": "138****1234"}}


async def test_an_auditor_reads_the_own_subtree_alone(
    own_api: Api,
    province_committee: OrganizationRecord,
    county: OrganizationRecord,
    below: OrganizationRecord,
    elsewhere: OrganizationRecord,
) -> None:
    actor = new_actor()
    places = {"county": county, "below": below, "elsewhere": elsewhere, "province": province_committee, "none": None}
    for name, organization in places.items():
        await written(own_api, organization, actor=actor, target=name)

    async def seen(organization: OrganizationRecord, **where: Any) -> list[str]:
        found = await read(auditor(own_api, organization), of(actor) | where)
        assert found["totalCount"] == len(found["nodes"])
        return [node["target"] for node in found["nodes"]]

    assert await seen(county) == ["below", "county"]
    assert await seen(below) == ["below"]
    assert await seen(elsewhere) == ["elsewhere"]
    assert await seen(province_committee) == ["none", "province", "elsewhere", "below", "county"]
    assert await seen(county, **{"not": {"target": {"exact": "county"}}}) == ["below"]
    assert await seen(county, **{"or": [{"target": {"exact": "none"}}, {"target": {"exact": "elsewhere"}}]}) == []


async def test_an_organisation_outside_the_scope_is_not_shown(
    own_api: Api, county: OrganizationRecord, elsewhere: OrganizationRecord
) -> None:
    actor = new_actor()
    await written(own_api, county, actor=actor, organization_id=elsewhere.id)
    await written(own_api, county, actor=actor, organization_id=None)
    found = await read(auditor(own_api, county), of(actor))
    assert [node["organization"] for node in found["nodes"]] == [None, None]


async def test_entries_are_found_by_each_condition(own_api: Api, county: OrganizationRecord) -> None:
    actor = new_actor()
    wanted = {
        "operation": "Print",
        "target": "Member:7",
        "correlation_id": f"id-{actor}",
        "address": "192.0.2.7",
    }
    await written(own_api, county, actor=actor, kind=AuditKind.PRINT, at=NOON, **wanted)
    await written(own_api, county, actor=actor, kind=AuditKind.EXPORT, at=NOON + timedelta(microseconds=1))
    await written(own_api, county, actor=actor, kind=AuditKind.SIGN_IN, at=NOON + timedelta(hours=1))

    async def kinds(**where: Any) -> list[str]:
        return [node["kind"] for node in (await read(auditor(own_api, county), of(actor) | where))["nodes"]]

    assert await kinds() == ["SIGN_IN", "EXPORT", "PRINT"]
    assert await kinds(kind={"exact": "PRINT"}) == ["PRINT"]
    assert await kinds(kind={"multi": ["PRINT", "SIGN_IN"]}) == ["SIGN_IN", "PRINT"]
    assert await kinds(operation={"exact": "Print"}) == ["PRINT"]
    assert await kinds(operation={"exact": "Prin"}) == []
    assert await kinds(target={"exact": "Member:7"}) == ["PRINT"]
    assert await kinds(address={"exact": "192.0.2.7"}) == ["PRINT"]
    assert await kinds(correlationId={"exact": f"id-{actor}"}) == ["PRINT"]
    assert await kinds(at={"range": {"to": "2026-03-01T12:00:00+08:00"}}) == ["PRINT"]
    assert await kinds(at={"range": {"from": "2026-03-01T04:00:00.000001Z"}}) == ["SIGN_IN", "EXPORT"]
    both = {"from": "2026-03-01T04:00:00Z", "to": "2026-03-01T04:59:59Z"}
    assert await kinds(at={"range": both}) == ["EXPORT", "PRINT"]


async def test_entries_are_found_by_the_organisation(
    own_api: Api, county: OrganizationRecord, below: OrganizationRecord, elsewhere: OrganizationRecord
) -> None:
    actor = new_actor()
    await written(own_api, county, actor=actor, target="county")
    await written(own_api, below, actor=actor, target="below")
    within = of(actor) | {"within": encoded("Organization", below.id)}
    assert [node["target"] for node in (await read(auditor(own_api, county), within))["nodes"]] == ["below"]
    outside = of(actor) | {"within": encoded("Organization", elsewhere.id)}
    error = await auditor(own_api, county).refused(ALL, {"where": outside})
    assert error["extensions"]["code"] == "NOT_FOUND"


async def test_a_range_whose_ends_are_swapped_is_refused(own_api: Api, county: OrganizationRecord) -> None:
    where = {"at": {"range": {"from": "2026-03-02T00:00:00Z", "to": "2026-03-01T00:00:00Z"}}}
    error = await auditor(own_api, county).refused(ALL, {"where": where})
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_pages_go_both_ways_newest_first(own_api: Api, county: OrganizationRecord) -> None:
    actor = new_actor()
    for number in range(5):
        await written(own_api, county, actor=actor, target=str(number))
    caller = auditor(own_api, county)

    async def page(**arguments: Any) -> tuple[list[str], dict[str, Any]]:
        found = await read(caller, of(actor), **arguments)
        assert found["totalCount"] == 5
        return [node["target"] for node in found["nodes"]], found["pageInfo"]

    first, info = await page(first=2)
    assert (first, info["hasNextPage"], info["hasPreviousPage"]) == (["4", "3"], True, False)
    await written(own_api, county, actor=new_actor())  # what comes later moves no page
    second, info = await page(first=2, after=info["endCursor"])
    assert (second, info["hasNextPage"], info["hasPreviousPage"]) == (["2", "1"], True, True)
    third, end = await page(first=2, after=info["endCursor"])
    assert (third, end["hasNextPage"]) == (["0"], False)
    back, _ = await page(last=2, before=info["startCursor"])
    assert back == ["4", "3"]
    oldest, info = await page(last=2)
    assert (oldest, info["hasPreviousPage"]) == (["1", "0"], True)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.SECURITY_OFFICER])
async def test_others_are_refused(own_api: Api, county: OrganizationRecord, role: Role) -> None:
    error = await own_api.as_(county, role).refused("{ auditEntries { totalCount nodes { id } } }")
    assert error["extensions"]["code"] == "FIELD_HIDDEN"
    assert "Query.auditEntries" in error["extensions"]["fields"]


async def test_reading_leaves_one_entry(own_api: Api, county: OrganizationRecord) -> None:
    actor, request_id = new_actor(), f"audited-{token_hex(8)}"
    await written(own_api, county, actor=actor)
    query = """query Twice($where: AuditEntryFilter) {
      one: auditEntries(where: $where, first: 1) { totalCount nodes { id } } two: auditEntries(first: 2) { nodes { id } } }"""
    await auditor(own_api, county).post(query, {"where": of(actor)}, **{"X-Request-ID": request_id})
    [entry] = await entries_of(own_api.database, request_id)
    assert (entry.kind, entry.operation, entry.role) == (AuditKind.AUDIT_LOOKUP, "Twice", Role.AUDITOR)
    assert entry.org_path == county.path
    told = {"actor": {"exact": actor}}
    assert sorted(entry.details["lookups"], key=str) == sorted(
        [
            {"field": "auditEntries", "filter": told, "first": 1, "returned": 1},
            {"field": "auditEntries", "first": 2, "returned": 2},
            {"field": "auditEntries", "filter": told, "counted": 1},
        ],
        key=str,
    )


VERIFY = """query Verify($newest: Int!) { auditVerification(newest: $newest) {
  isIntact isWhole entries writers badCount bad { problem writer number entryId at } } }"""


async def test_an_auditor_verifies_the_log(own_api: Api, county: OrganizationRecord) -> None:
    for _ in range(3):
        await written(own_api, county, actor=new_actor())
    request_id = f"verified-{token_hex(8)}"
    response = await auditor(own_api, county).post(VERIFY, {"newest": 2}, **{"X-Request-ID": request_id})
    found = response.json()["data"]["auditVerification"]
    assert found == {"isIntact": True, "isWhole": False, "entries": 2, "writers": 1, "badCount": 0, "bad": []}
    [entry] = await entries_of(own_api.database, request_id)
    assert entry.kind is AuditKind.AUDIT_LOOKUP
    assert entry.details["lookups"] == [{"field": "auditVerification", "counted": 2}]


async def test_the_first_bad_entry_is_told(own_api: Api, own_url: str, county: OrganizationRecord) -> None:
    actor = new_actor()
    await written(own_api, county, actor=actor)
    tamper(own_url, f"UPDATE audit_entries SET address = '::2' WHERE actor = '{actor}'")
    try:
        found = (await auditor(own_api, county).ask(VERIFY, {"newest": 1}))["auditVerification"]
        [entry] = (await read(auditor(own_api, county), of(actor)))["nodes"]
    finally:
        tamper(own_url, f"UPDATE audit_entries SET address = NULL WHERE actor = '{actor}'")
    told = {"problem": "ALTERED", "writer": entry["writer"], "number": entry["number"], "entryId": entry["id"]}
    assert (found["isIntact"], found["badCount"], found["bad"]) == (False, 1, [{**told, "at": NOON.isoformat()}])


@pytest.mark.parametrize("newest", [0, 1_000_001])
async def test_more_or_less_cannot_be_verified_at_once(own_api: Api, county: OrganizationRecord, newest: int) -> None:
    error = await auditor(own_api, county).refused(VERIFY, {"newest": newest})
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert str(newest) in error["message"]
