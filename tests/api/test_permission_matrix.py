"""The permission matrix through the API: who edits it, what an edit does, and to whom at once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from auth.actor import Role, Tier
from domain.codes import AuditKind
from domain.records import OrganizationRecord
from storage.engine import Database, connect
from storage.models import AuditEntry
from tests.asking import AUDIT_KEY, Api
from tests.editing import SET, Officer, change

MATRIX = """
query ($role: Role!, $tier: Tier!) {
  permissionMatrix(role: $role, tier: $tier) {
    version
    entries { field label class defaultRead read mayBeMasked defaultWrite write editable }
  }
}
"""
VERSIONS = """
{ permissionVersions { totalCount nodes {
    number changedBy note changes { role tier field before { read write } after { read write } }
} } }
"""
RESET = """
mutation ($input: ResetPermissionsInput!) {
  resetPermissions(input: $input) { version { number changes { field } } errors { code path } }
}
"""


@dataclass
class Registers:
    """Two applications over one database, as two processes are."""

    here: Api
    there: Api
    officer: Officer

    @property
    def database(self) -> Database:
        return self.here.database


@pytest.fixture
async def own(own_province_url: str, province_committee: OrganizationRecord) -> AsyncIterator[Registers]:
    here = Api(connect(own_province_url, connections=4, audit_key=AUDIT_KEY))
    there = Api(connect(own_province_url, connections=4, audit_key=AUDIT_KEY), key=here.key)
    yield Registers(here, there, Officer(here.as_(province_committee, Role.SECURITY_OFFICER)))
    for api in (here, there):
        await api.http.aclose()
        await api.database.close()


async def matrix_of(own: Registers, role: Role, tier: Tier) -> dict[str, Any]:
    answer = await own.officer.caller.ask(MATRIX, {"role": role.value, "tier": tier.value})
    return {entry["field"]: entry for entry in answer["permissionMatrix"]["entries"]}


async def test_the_matrix_says_what_holds_and_what_could(own: Registers) -> None:
    await own.officer.edits(change("Member.phone", tier=Tier.OTHER_GRASSROOTS, read="HIDDEN"))
    entries = await matrix_of(own, Role.ADMINISTRATOR, Tier.OTHER_GRASSROOTS)
    assert entries["Member.phone"] == {
        "field": "Member.phone",
        "label": "联系电话",
        "class": "PERSONAL",
        "defaultRead": "MASKED",
        "read": "HIDDEN",
        "mayBeMasked": True,
        "defaultWrite": True,
        "write": False,
        "editable": True,
    }
    assert entries["Member.identityNumber"]["defaultWrite"] is False
    assert entries["Member.age"] | {"mayBeMasked": False, "write": False} == entries["Member.age"]
    assert (
        entries["Mutation.setPermissions"] | {"read": "HIDDEN", "editable": False} == entries["Mutation.setPermissions"]
    )
    officers = await matrix_of(own, Role.SECURITY_OFFICER, Tier.COUNTY_OR_ABOVE)
    assert (
        officers["Mutation.setPermissions"] | {"read": "VISIBLE", "editable": False}
        == officers["Mutation.setPermissions"]
    )


async def test_an_edit_holds_at_once_here_and_within_a_second_in_every_other_process(
    own: Registers, county: OrganizationRecord
) -> None:
    query = '{ members(first: 1, where: {phone: {prefix: "1"}}) { nodes { phone } } }'
    callers = [api.as_(county) for api in (own.here, own.there)]
    for caller in callers:
        await caller.ask(query)
    await own.officer.edits(change("Member.phone", read="MASKED"))
    now = asyncio.get_running_loop().time
    edited_at = now()
    assert (await callers[0].refused(query))["extensions"]["code"] == "FIELD_MASKED"
    asked_at = now()
    while "errors" not in (await callers[1].post(query)).json():
        assert asked_at - edited_at < 1
        asked_at = now()
    await own.officer.edits(change("Member.phone", read=None))
    await callers[0].ask(query)


async def test_a_document_that_was_allowed_before_is_looked_at_anew(own: Registers, county: OrganizationRecord) -> None:
    caller, query = own.here.as_(county), "{ members(first: 1) { nodes { birthDate } } }"
    for read in ("HIDDEN", None, "HIDDEN"):
        await caller.ask(query)
        await own.officer.edits(change("Member.birthDate", read="HIDDEN"))
        assert (await caller.refused(query))["extensions"] == {"code": "FIELD_HIDDEN", "fields": ["Member.birthDate"]}
        await own.officer.edits(change("Member.birthDate", read=None if read is None else "VISIBLE"))


async def test_of_sixteen_edits_at_once_one_is_taken(own: Registers) -> None:
    tries = await asyncio.gather(
        *(own.officer.tries(change("Member.phone", read="HIDDEN"), note=f"no. {number}") for number in range(16))
    )
    assert sorted(len(answer["errors"]) for answer in tries) == [0] + [1] * 15
    conflicts = [answer["errors"][0] for answer in tries if answer["errors"]]
    assert {(error["code"], *error["path"]) for error in conflicts} == {("CONFLICT", "expectedVersion")}
    assert all("version 1 by now" in error["message"] for error in conflicts)
    assert (await own.officer.caller.ask(VERSIONS))["permissionVersions"]["totalCount"] == 1
    assert len(await audited(own.database)) == 1


async def test_everything_wrong_is_said_at_once_and_nothing_is_saved(own: Registers) -> None:
    answer = await own.officer.tries(
        change("Member.shoeSize", read="HIDDEN"),
        change("Member.birthDate", read="MASKED"),
        change("Member.name", role=Role.AUDITOR, read="VISIBLE"),
        change("Member.identityNumber", write=True),
        change("Query.permissionMatrix", role=Role.SECURITY_OFFICER, read="HIDDEN"),
        change("Member.phone", read="HIDDEN"),
        note="两行\n说明",
    )
    assert answer["version"] is None
    assert [(error["code"], ".".join(error["path"])) for error in answer["errors"]] == [
        ("CHARACTERS_INVALID", "note"),
        ("FIELD_UNKNOWN", "changes.0.field"),
        ("MASK_IMPOSSIBLE", "changes.1.read"),
        ("SEPARATION_OF_DUTIES", "changes.2.read"),
        ("NOT_WRITABLE", "changes.3.write"),
        ("OFFICERS_LOCKED_OUT", "changes.4.read"),
    ]
    assert (await own.officer.caller.ask(VERSIONS))["permissionVersions"]["totalCount"] == 0
    assert await audited(own.database) == []
    stale = await own.officer.tries(change("Member.shoeSize", read="HIDDEN"), expectedVersion=4, note="x" * 201)
    assert [error["code"] for error in stale["errors"]] == ["CONFLICT", "TEXT_TOO_LONG", "FIELD_UNKNOWN"]


@pytest.mark.parametrize("note", ["\x00", "a\u2028b"])
async def test_no_text_breaks_it(own: Registers, note: str) -> None:
    response = await own.officer.caller.post(
        SET, {"input": {"expectedVersion": 0, "changes": [change("Member.phone", read="HIDDEN")], "note": note}}
    )
    assert response.status_code < 500
    assert "correlationId" not in response.text


async def test_only_officers_of_the_top_organisation_edit(
    own: Registers, county: OrganizationRecord, province_committee: OrganizationRecord
) -> None:
    edit = {"input": {"expectedVersion": 0, "changes": [change("Member.phone", read="HIDDEN")]}}
    below = own.here.as_(county, Role.SECURITY_OFFICER)
    answer = (await below.ask(SET, edit))["setPermissions"]
    assert [error["code"] for error in answer["errors"]] == ["TOP_ORGANIZATION_ONLY"]
    answer = (await below.ask(RESET, {"input": {"expectedVersion": 0}}))["resetPermissions"]
    assert [error["code"] for error in answer["errors"]] == ["TOP_ORGANIZATION_ONLY"]
    shown = await below.ask(MATRIX, {"role": "ADMINISTRATOR", "tier": "COUNTY_OR_ABOVE"})
    assert not any(entry["editable"] for entry in shown["permissionMatrix"]["entries"])
    for role in (Role.ADMINISTRATOR, Role.AUDITOR, Role.PARTNER):
        error = await own.here.as_(province_committee, role).refused(SET, edit)
        assert error["extensions"] == {
            "code": "FIELD_HIDDEN",
            "fields": ["Mutation.setPermissions", "PermissionVersion.number"],
        }
    assert await audited(own.database) == []


async def test_versions_tell_what_changed(own: Registers) -> None:
    await own.officer.tries(change("Member.phone", read="MASKED"), note="试行")
    own.officer.version = 1
    await own.officer.edits(change("Member.phone", read="HIDDEN", write=False))
    found = (await own.officer.caller.ask(VERSIONS))["permissionVersions"]
    assert found["totalCount"] == 2
    assert [(node["number"], node["changedBy"], node["note"]) for node in found["nodes"]] == [
        (2, "tester", None),
        (1, "tester", "试行"),
    ]
    assert found["nodes"][0]["changes"] == [
        {
            "role": "ADMINISTRATOR",
            "tier": "COUNTY_OR_ABOVE",
            "field": "Member.phone",
            "before": {"read": "MASKED", "write": None},
            "after": {"read": "HIDDEN", "write": False},
        }
    ]


async def test_a_reset_puts_the_default_back(own: Registers, county: OrganizationRecord) -> None:
    await own.officer.edits(
        change("Member.phone", read="HIDDEN"), change("Member.phone", tier=Tier.OTHER_GRASSROOTS, read="HIDDEN")
    )
    of_county = {"expectedVersion": 1, "role": "ADMINISTRATOR", "tier": "COUNTY_OR_ABOVE"}
    answer = (await own.officer.caller.ask(RESET, {"input": of_county}))["resetPermissions"]
    assert answer == {"version": {"number": 2, "changes": [{"field": "Member.phone"}]}, "errors": []}
    await own.here.as_(county).ask("{ members(first: 1) { nodes { phone } } }")
    again = (await own.officer.caller.ask(RESET, {"input": {**of_county, "expectedVersion": 2}}))["resetPermissions"]
    assert again == {"version": None, "errors": [{"code": "NO_CHANGES", "path": []}]}
    entries = await matrix_of(own, Role.ADMINISTRATOR, Tier.OTHER_GRASSROOTS)
    assert entries["Member.phone"]["read"] == "HIDDEN"


async def test_an_edit_is_audited_with_what_held_before(own: Registers) -> None:
    await own.officer.edits(change("Member.phone", read="MASKED"))
    await own.officer.edits(change("Member.phone", write=False))
    assert await audited(own.database) == [
        (
            "setPermissions",
            {"version": 1, "changes": [_phone({"read": None, "write": None}, {"read": "MASKED", "write": None})]},
        ),
        (
            "setPermissions",
            {"version": 2, "changes": [_phone({"read": "MASKED", "write": None}, {"read": "MASKED", "write": False})]},
        ),
    ]


def _phone(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    place = {"role": "ADMINISTRATOR", "tier": "COUNTY_OR_ABOVE", "field": "Member.phone"}
    return {**place, "before": before, "after": after}


async def audited(database: Database) -> list[tuple[Any, ...]]:
    """Operation and details of each edit of the matrix in the audit log."""
    kind = AuditEntry.kind == AuditKind.PERMISSION.value
    return await database.rows(select(AuditEntry.operation, AuditEntry.details).where(kind).order_by(AuditEntry.id))


async def test_everyone_knows_what_they_may_do(own: Registers, approving_committee: OrganizationRecord) -> None:
    caller = own.here.as_(approving_committee)
    answer = await caller.ask("{ viewer { permissions { field read write } } }")
    mine = {permission["field"]: permission for permission in answer["viewer"]["permissions"]}
    assert mine["Member.phone"] == {"field": "Member.phone", "read": "MASKED", "write": True}
    assert mine["Member.identityNumber"] == {"field": "Member.identityNumber", "read": "MASKED", "write": False}
    assert mine["Mutation.setPermissions"]["read"] == "HIDDEN"
