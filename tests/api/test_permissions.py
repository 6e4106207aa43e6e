"""What the matrix hides can be neither read nor found out; what is out of scope does not exist."""

import re
from typing import Any

import pytest

from auth.actor import Role, Tier
from auth.permissions import Entry, PermissionMatrix, Place
from auth.visibility import Visibility, coordinate
from domain.codes import HistoryKind
from domain.records import OrganizationRecord
from schema.build import build_schema, governed_fields
from schema.filterable import filterable_fields
from schema.identifiers import encoded
from schema.types.history_member import HistoryMember
from schema.types.member import Member
from tests.asking import Api
from tests.oracle import Register

HIDING = {
    Place(Role.ADMINISTRATOR, Tier.COUNTY_OR_ABOVE, "Member.birth_date"): Entry(Visibility.HIDDEN),
    Place(Role.ADMINISTRATOR, Tier.COUNTY_OR_ABOVE, "Member.phone"): Entry(Visibility.MASKED),
    Place(Role.ADMINISTRATOR, Tier.COUNTY_OR_ABOVE, "Member.name"): Entry(Visibility.MASKED),
    Place(Role.ADMINISTRATOR, Tier.COUNTY_OR_ABOVE, "HistoryMember.phone"): Entry(Visibility.MASKED),
}
MATRIX = PermissionMatrix(governed_fields(build_schema()), HIDING)


@pytest.fixture
def guarded(api: Api) -> Api:
    """The same application under a matrix that hides the date of birth and masks phone and name."""
    return Api(api.database, MATRIX, api.clock, api.key)


@pytest.mark.parametrize(
    "query",
    [
        "{ members { nodes { birthDate } } }",
        "{ members { edges { node { ...Hidden } } } } fragment Hidden on Member { b: birthDate }",
        '{ members(where: {birthDate: {exact: "1980-01-01"}}) { totalCount } }',
        "{ members(where: {or: [{not: {birthDate: {missing: true}}}]}) { totalCount } }",
        "{ members(orderBy: [{field: NAME}, {field: BIRTH_DATE}]) { totalCount } }",
        "{ viewer { organization { members(orderBy: {field: BIRTH_DATE}) { totalCount } } } }",
        '{ viewer { organization { memberCount(where: {birthDate: {range: {from: "1980-01-01"}}}) } } }',
        "query ($skip: Boolean = true) { members { totalCount nodes { birthDate @skip(if: $skip) } } }",
        "query ($w: MemberFilter = {birthDate: {missing: true}}) { members(where: $w) { totalCount } }",
        "query ($f: MemberOrderField = BIRTH_DATE) { members(orderBy: {field: $f}) { totalCount } }",
        '{ node(id: "TWVtYmVyOjE=") { ... on Member { birthDate } } }',
    ],
)
async def test_any_use_of_a_hidden_field_is_refused(guarded: Api, county: OrganizationRecord, query: str) -> None:
    response = await guarded.as_(county).post(query)
    assert response.status_code == 400
    body = response.json()
    assert "data" not in body
    assert [error["extensions"]["code"] for error in body["errors"]] == ["FIELD_HIDDEN"]
    assert body["errors"][0]["extensions"]["fields"] == ["Member.birthDate"]


@pytest.mark.parametrize(
    ("declared", "query", "value"),
    [
        ("$w: MemberFilter", "members(where: $w)", {"and": [{"or": [{"birthDate": {"missing": False}}]}]}),
        ("$w: [MemberFilter!]", "members(where: {or: $w})", [{"birthDate": {"exact": "1980-01-01"}}]),
        ("$w: MemberBirthDateFilter", "members(where: {birthDate: $w})", {"exact": "1980-01-01"}),
        ("$w: [MemberOrder!]", "members(orderBy: $w)", [{"field": "BIRTH_DATE"}]),
        ("$w: MemberOrderField!", "members(orderBy: {field: $w})", "BIRTH_DATE"),
    ],
)
async def test_a_hidden_field_in_variables_is_refused(
    guarded: Api, county: OrganizationRecord, declared: str, query: str, value: Any
) -> None:
    response = await guarded.as_(county).post(f"query ({declared}) {{ {query} {{ totalCount }} }}", {"w": value})
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "FIELD_HIDDEN", "fields": ["Member.birthDate"]}


async def test_one_error_lists_every_hidden_field(api: Api, county: OrganizationRecord) -> None:
    query = "{ members(where: {gender: {exact: MALE}}, orderBy: {field: AGE}) { nodes { name phone branch { id } } } }"
    error = await api.as_(county, Role.AUDITOR).refused(query)
    assert error["extensions"]["fields"] == [
        "Member.age",
        "Member.branch",
        "Member.gender",
        "Member.name",
        "Member.phone",
        "Query.members",
    ]


@pytest.mark.parametrize("method", ["fuzzy", "prefix", "suffix"])
@pytest.mark.parametrize("field", ["identityNumber", "phone", "homeAddress"])
async def test_a_masked_field_is_found_by_its_exact_value_alone(
    api: Api, register: Register, approving_committee: OrganizationRecord, field: str, method: str
) -> None:
    caller = api.as_(approving_committee)
    error = await caller.refused('{ members(where: {%s: {%s: "1"}}) { totalCount } }' % (field, method))
    assert error["extensions"] == {"code": "FIELD_MASKED", "fields": [f"Member.{field}"]}
    known = next(m for m in register.members_in(approving_committee) if m.phone and m.home_address)
    value = {"identityNumber": known.identity_number, "phone": known.phone, "homeAddress": known.home_address}[field]
    found = await caller.ask(
        "query ($v: String!) { members(where: {%s: {exact: $v}}) { nodes { id %s } } }" % (field, field), {"v": value}
    )
    shown = {node["id"]: node[field] for node in found["members"]["nodes"]}
    assert "*" in shown[encoded("Member", known.id)]
    assert value not in shown.values()


async def test_masked_values_are_masked_wherever_a_member_is_reached(
    api: Api, register: Register, approving_committee: OrganizationRecord
) -> None:
    secrets = {
        value
        for member in register.members_in(approving_committee)
        for value in (member.identity_number, member.phone, member.home_address)
        if value
    }
    some = encoded("Member", register.members_in(approving_committee)[0].id)
    answer = await api.as_(approving_committee).post(
        """query ($id: ID!) {
          members(first: 1000) { nodes { ...Personal } edges { node { ...Personal } } }
          member(id: $id) { ...Personal } node(id: $id) { ...Personal } nodes(ids: [$id]) { ...Personal }
          viewer { organization { members(first: 1000) { nodes { ...Personal branch { members { nodes { ...Personal } } } } } } }
        }
        fragment Personal on Member { identityNumber phone homeAddress }""",
        {"id": some},
    )
    assert answer.json().get("errors") is None
    assert len(secrets) > 20
    assert [secret for secret in secrets if secret in answer.text] == []
    assert re.search(r"\d{6}\*{8}\d{3}[\dX]", answer.text)


async def test_a_masked_name_is_neither_ordered_by_nor_shown_in_cursors(
    guarded: Api, county: OrganizationRecord
) -> None:
    caller = guarded.as_(county)
    error = await caller.refused("{ members(orderBy: {field: NAME}) { edges { cursor } } }")
    assert error["extensions"] == {"code": "FIELD_MASKED", "fields": ["Member.name"]}
    nodes = (await caller.ask("{ members { nodes { name phone } } }"))["members"]["nodes"]
    assert nodes
    assert all(re.fullmatch(r".\*", node["name"]) for node in nodes)


async def test_the_discovery_says_what_the_caller_may_do(guarded: Api, county: OrganizationRecord) -> None:
    query = "{ memberQueryFields { path methods permission isSortable } }"
    fields = {".".join(field["path"]): field for field in (await guarded.as_(county).ask(query))["memberQueryFields"]}
    assert fields["birthDate"] == {"path": ["birthDate"], "methods": [], "permission": "HIDDEN", "isSortable": False}
    assert fields["phone"] == {"path": ["phone"], "methods": ["EXACT"], "permission": "MASKED", "isSortable": False}
    assert fields["gender"]["methods"] == ["EXACT", "MULTI"]
    assert fields["branch.name"]["permission"] == "VISIBLE"


HISTORY_FIELDS = """{ historyMemberQueryFields { path methods permission isSortable isDefault options { value } } }"""


async def test_the_discovery_says_the_same_of_those_who_have_left(
    guarded: Api, api: Api, county: OrganizationRecord
) -> None:
    told = (await api.as_(county).ask(HISTORY_FIELDS))["historyMemberQueryFields"]
    offered = {field["path"][0]: field for field in told}
    assert set(offered) == {field.input_name for field in filterable_fields(HistoryMember)}
    assert {name for name, field in offered.items() if field["isDefault"]} == {"kind", "archivedAt", "name"}
    assert [option["value"] for option in offered["kind"]["options"]] == [kind.value for kind in HistoryKind]
    assert not any(field["isSortable"] for field in told)
    told = (await guarded.as_(county).ask(HISTORY_FIELDS))["historyMemberQueryFields"]
    phone = next(field for field in told if field["path"] == ["phone"])
    assert (phone["permission"], phone["methods"]) == ("MASKED", ["EXACT"])


@pytest.mark.parametrize("role", [Role.SECURITY_OFFICER, Role.AUDITOR])
@pytest.mark.parametrize("field", [field.input_name for field in filterable_fields(Member)])
async def test_officers_and_auditors_read_no_member_data(
    api: Api, province_committee: OrganizationRecord, role: Role, field: str
) -> None:
    caller = api.as_(province_committee, role)
    error = await caller.refused("{ members { nodes { %s } } }" % field)
    assert error["extensions"]["code"] == "FIELD_HIDDEN"
    assert f"Member.{field}" in error["extensions"]["fields"]


@pytest.mark.parametrize("role", [Role.SECURITY_OFFICER, Role.AUDITOR])
async def test_officers_and_auditors_learn_of_no_member(
    api: Api, register: Register, province_committee: OrganizationRecord, role: Role
) -> None:
    caller = api.as_(province_committee, role)
    known, unknown = encoded("Member", register.members[0].id), encoded("Member", 10**12)
    found = await caller.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }", {"ids": [known, unknown]})
    assert found["nodes"] == [None, None]
    for query in ("{ members { totalCount } }", "{ viewer { organization { memberCount } } }"):
        assert (await caller.refused(query))["extensions"]["code"] == "FIELD_HIDDEN"
    tree = await caller.ask("{ viewer { organization { name children { totalCount nodes { name } } } } }")
    assert tree["viewer"]["organization"]["children"]["totalCount"] > 0


async def test_what_is_out_of_scope_cannot_be_told_from_what_does_not_exist(
    api: Api, register: Register, county: OrganizationRecord
) -> None:
    outside = next(m for m in register.members if not m.org_path.startswith(county.path))
    elsewhere = register.organizations[outside.branch_id]
    caller = api.as_(county)
    answers = []
    for member_id, organization_id in ((outside.id, elsewhere.id), (10**12, 10**12)):
        variables = {"m": encoded("Member", member_id), "o": encoded("Organization", organization_id)}
        found = await caller.post(
            """query ($m: ID!, $o: ID!) {
              member(id: $m) { name } organization(id: $o) { name } nodes(ids: [$m, $o]) { id }
              members(where: {within: $o}) { totalCount }
            }""",
            variables,
        )
        answers.append(found.json())
    assert answers[0] == answers[1]
    assert answers[0]["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_nothing_above_the_own_organisation_exists(
    api: Api, register: Register, county: OrganizationRecord
) -> None:
    query = """{ viewer { organization { parent { name } ancestors { name } } }
                members(first: 5) { nodes { branch { ancestors { name } } } } }"""
    answer = await api.as_(county).ask(query)
    assert answer["viewer"]["organization"] == {"parent": None, "ancestors": []}
    above = {
        organization.name
        for organization in register.organizations.values()
        if county.path.startswith(organization.path) and organization.id != county.id
    }
    names = [a["name"] for node in answer["members"]["nodes"] for a in node["branch"]["ancestors"]]
    assert len(above) == 2
    assert names
    assert above & set(names) == set()


def test_coordinates_are_the_names_in_the_schema() -> None:
    assert coordinate("Member.identity_number") == "Member.identityNumber"


def test_only_a_field_with_a_mask_can_be_masked() -> None:
    entry = {Place(Role.ADMINISTRATOR, Tier.COUNTY_OR_ABOVE, "Member.birth_date"): Entry(Visibility.MASKED)}
    with pytest.raises(ValueError, match="has no mask"):
        PermissionMatrix(governed_fields(build_schema()), entry)


def test_an_entry_for_an_unknown_field_is_refused() -> None:
    entry = {Place(Role.ADMINISTRATOR, Tier.COUNTY_OR_ABOVE, "Member.shoe_size"): Entry(Visibility.HIDDEN)}
    with pytest.raises(ValueError, match="no field of the matrix"):
        PermissionMatrix(governed_fields(build_schema()), entry)
