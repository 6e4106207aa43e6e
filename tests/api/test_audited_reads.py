"""Whatever reads or counts members leaves exactly one entry in the audit log, before the answer leaves."""

from secrets import token_hex
from typing import Any

import pytest

from auth.actor import Role
from domain.audit import AuditRecord
from domain.codes import AuditKind
from domain.records import OrganizationRecord
from server.operations.limits.bounds import DocumentBounds, Limits
from tests.asking import Api, Caller
from tests.audit import entries_of


async def audited(
    caller: Caller, query: str, variables: dict[str, Any] | None = None
) -> tuple[dict[str, Any], list[AuditRecord]]:
    """The answer, and the entries that it left by the time it was there."""
    request_id = f"audited-{token_hex(8)}"
    response = await caller.post(query, variables, **{"X-Request-ID": request_id})
    return response.json(), await entries_of(caller.api.database, request_id)


async def lookups(caller: Caller, query: str, variables: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Those of the one entry that the operation left."""
    answer, [entry] = await audited(caller, query, variables)
    assert "errors" not in answer
    assert entry.kind is AuditKind.ARCHIVE_LOOKUP
    found: list[dict[str, Any]] = entry.details["lookups"]
    return found


async def test_an_entry_says_who_looked_up_what_and_how_many(either_api: Api, county: OrganizationRecord) -> None:
    caller = either_api.as_(county)
    answer, entries = await audited(caller, "query Look { members(first: 3) { totalCount nodes { name } } }")
    [entry] = entries
    assert (entry.kind, entry.actor, entry.role) == (AuditKind.ARCHIVE_LOOKUP, "tester", Role.ADMINISTRATOR)
    assert (entry.organization_id, entry.org_path) == (county.id, county.path)
    assert (entry.operation, entry.address, entry.at) == ("Look", "127.0.0.1", either_api.clock())
    assert len(entry.details["document"]) == 16
    total = answer["data"]["members"]["totalCount"]
    assert entry.details["lookups"] == [
        {"field": "members", "first": 3, "returned": 3},
        {"field": "members", "counted": total},
    ]


async def test_personal_values_of_a_filter_are_masked(either_api: Api, county: OrganizationRecord) -> None:
    where = """{
      name: {fuzzy: "建国"}, identityNumber: {exact: "370102199001011234"}, phone: {multi: ["13800001234", "1"]},
      homeAddress: {prefix: "山东省济南市历下区"}, birthDate: {range: {from: "1990-01-01"}}, age: {range: {to: 40}},
      branch: {name: {fuzzy: "支部"}}, not: {or: [{gender: {exact: MALE}}, {lostContact: {exact: true}}]}
    }"""
    [found] = await lookups(
        either_api.as_(county), "{ members(where: %s, orderBy: {field: NAME}) { nodes { id } } }" % where
    )
    assert {key: found[key] for key in ("field", "order", "first", "returned")} == {
        "field": "members",
        "order": ["name"],
        "first": 50,
        "returned": 0,
    }
    parts = found["filter"]["and"]
    assert sorted(parts, key=str) == sorted(
        [
            {"name": {"fuzzy": "建*"}},
            {"identityNumber": {"exact": "370102********1234"}},
            {"phone": {"multi": ["138****1234", "****"]}},
            {"homeAddress": {"prefix": "****"}},
            {"birthDate": {"range": {"from": "1990-01-01", "to": None}}},
            {"age": {"range": {"from": None, "to": 40}}},
            {"branch": {"name": {"fuzzy": "支部"}}},
            {"not": {"or": [{"gender": {"exact": "MALE"}}, {"lostContact": {"exact": True}}]}},
        ],
        key=str,
    )


async def test_fields_of_many_objects_are_one_line(either_api: Api, province_committee: OrganizationRecord) -> None:
    found = await lookups(
        either_api.as_(province_committee),
        """{ organizations(first: 200) { nodes {
          memberCount
          members(first: 2, reach: DIRECT) { nodes { attachments { name } } }
        } } }""",
    )
    assert [line["field"] for line in found] == [
        "organization.members",
        "organization.members",
        "member.attachments",
    ]
    counted = next(line for line in found if "counted" in line)
    assert counted["idCount"] == 200
    assert counted["reach"] == "SUBTREE"


async def test_members_looked_up_by_id_are_named(either_api: Api, branch: OrganizationRecord) -> None:
    caller = either_api.as_(branch)
    nodes = (await caller.ask("{ members(first: 2) { nodes { id } } }"))["members"]["nodes"]
    ids = [node["id"] for node in nodes]
    query = "query ($ids: [ID!]!, $id: ID!) { nodes(ids: $ids) { id } member(id: $id) { name } }"
    [found] = await lookups(caller, query, {"ids": ids, "id": ids[0]})
    assert (found["field"], found["times"], found["returned"], len(found["ids"])) == ("member", 3, 3, 2)


async def test_a_member_who_is_not_there_is_looked_up_too(
    either_api: Api, branch: OrganizationRecord, county: OrganizationRecord
) -> None:
    everyone = await either_api.as_(county).ask("{ members(last: 1) { nodes { id } } }")
    outside = everyone["members"]["nodes"][0]["id"]
    [found] = await lookups(either_api.as_(branch), '{ member(id: "%s") { name } }' % outside)
    assert found["returned"] == 0


@pytest.mark.parametrize(
    "query",
    [
        "{ viewer { role } organizations(first: 2) { totalCount nodes { name childCount } } }",
        "{ memberQueryFields { path } historyMemberQueryFields { path } }",
        "{ organizations(first: 0) { nodes { memberCount } } }",
        "{ nothing }",
    ],
)
async def test_what_reads_no_member_leaves_no_entry(either_api: Api, county: OrganizationRecord, query: str) -> None:
    _, entries = await audited(either_api.as_(county), query)
    assert entries == []


async def test_what_was_read_before_an_error_is_recorded_all_the_same(
    either_api: Api, county: OrganizationRecord
) -> None:
    answer, [entry] = await audited(
        either_api.as_(county), '{ members(first: 2) { nodes { id } } node(id: "no id") { id } }'
    )
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert entry.details["lookups"] == [{"field": "members", "first": 2, "returned": 2}]


async def test_a_refusal_says_which_fields_were_asked_for(either_api: Api, county: OrganizationRecord) -> None:
    caller = either_api.as_(county, Role.SECURITY_OFFICER)
    answer, [entry] = await audited(caller, "query Curious { members { nodes { name phone } } }")
    assert answer["errors"][0]["extensions"]["code"] == "FIELD_HIDDEN"
    assert (entry.kind, entry.operation, entry.role) == (AuditKind.REFUSAL, "Curious", Role.SECURITY_OFFICER)
    assert entry.details["code"] == "FIELD_HIDDEN"
    assert {"Member.name", "Member.phone"} <= set(entry.details["fields"])


async def test_a_cursor_is_not_told_as_it_holds_values(either_api: Api, county: OrganizationRecord) -> None:
    caller = either_api.as_(county)
    page = "members(first: 1, orderBy: {field: IDENTITY_NUMBER}%s) { pageInfo { endCursor } nodes { id } }"
    cursor = (await caller.ask("{ %s }" % (page % "")))["members"]["pageInfo"]["endCursor"]
    [found] = await lookups(caller, "{ %s }" % (page % f', after: "{cursor}"'))
    assert found == {
        "field": "members",
        "order": ["identityNumber"],
        "first": 1,
        "fromCursor": True,
        "returned": 1,
    }


async def test_a_document_with_very_many_questions_is_told_by_its_fields(api: Api, county: OrganizationRecord) -> None:
    aliases = " ".join(f"m{n}: members(first: {n}) {{ nodes {{ id }} }}" for n in range(150))
    generous = Api(api.database, key=api.key, limits=Limits(DocumentBounds(aliases=150, root_fields=150)))
    [found] = await lookups(generous.as_(county), "{ %s }" % aliases)
    await generous.http.aclose()
    assert found["questions"] == 150


async def test_a_very_long_filter_is_told_by_its_fingerprint(api: Api, county: OrganizationRecord) -> None:
    values = [f"{number:018}" for number in range(800)]
    query = "query ($values: [String!]) { members(where: {identityNumber: {multi: $values}}) { totalCount } }"
    [found] = await lookups(api.as_(county), query, {"values": values})
    assert found["counted"] == 0
    assert set(found["filter"]) == {"tooLong", "sha256"}


async def test_without_the_entry_there_is_no_answer(
    api: Api, county: OrganizationRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.audit_log.MOST_WAITING", 0)
    response = await api.as_(county).post("{ members(first: 1) { nodes { name } } }")
    assert response.status_code == 503
    assert response.json()["errors"][0]["extensions"]["code"] == "DATABASE_UNAVAILABLE"
    assert "data" not in response.json()
