"""数据质量: one member is checked at once, what was found is listed, and reports count it."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

import pytest

from auth.actor import Role
from auth.permissions import Entry, PermissionMatrix, Place
from auth.visibility import Visibility
from domain.codes import OrganizationKind, Severity, Tier
from domain.records import MemberRecord, OrganizationRecord
from domain.validation import CATALOGUE, RULES
from schema.identifiers import encoded
from server.app import DEFAULT_PERMISSIONS
from server.operations.executors import COMPILED, GRAPHQL_CORE
from storage.engine import Database, connect
from storage.validation import Place as Start
from storage.validation import check_chunk
from storage.validation_locks import hold_against_saves
from tests.accounts import global_id
from tests.asking import AUDIT_KEY, Api, Caller
from tests.conftest import DAY
from tests.oracle import Register

CHECK = """mutation ($input: CheckMemberInput!) { checkMember(input: $input) {
  results { rule { code title remedy severity fields } member { id } } errors { code } } }"""
RESULTS = """query ($where: ValidationResultFilter, $first: Int, $after: String) {
  validationResults(where: $where, first: $first, after: $after) {
    totalCount nodes { rule { code } member { id } } pageInfo { hasNextPage endCursor } } }"""
ROW = """{ organization { id } errors membersWithErrors warnings membersWithWarnings hints membersWithHints }"""
REPORT = "query ($id: ID!) { qualityReport(organizationId: $id) { rows %s own %s total %s } }" % (ROW, ROW, ROW)
CELLS = "{ organization { id } counts { rule { code specialSeverity } members } }"
SPECIAL = "query ($id: ID!) { specialCheck(organizationId: $id) { rows %s own %s total %s } }" % (CELLS, CELLS, CELLS)
Breaches = Mapping[str, set[int]]


@pytest.fixture(scope="module")
async def checked(
    clone: Callable[[str], str], province_template: str, province_committee: OrganizationRecord
) -> AsyncIterator[Database]:
    """A province that was checked whole."""
    database = connect(clone(province_template), connections=20, audit_key=AUDIT_KEY)
    async with database.writing() as session:
        await hold_against_saves(session)
        await check_chunk(session, province_committee.path, Start("", 0), 1_000_000, DAY, CATALOGUE)
    yield database
    await database.close()


@pytest.fixture(scope="module", params=[COMPILED, GRAPHQL_CORE])
async def quality_api(checked: Database, api: Api, request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    application = Api(checked, clock=api.clock, executor=request.param)
    yield application
    await application.http.aclose()


@pytest.fixture(scope="module")
def city(register: Register, breaches: Breaches) -> OrganizationRecord:
    """The one with the most breaches."""
    broken = [member_id for ids in breaches.values() for member_id in ids]
    at = {member.id: member.org_path for member in register.members}
    return max(register.of_kind(OrganizationKind.CITY), key=lambda o: sum(at[m].startswith(o.path) for m in broken))


def member_id(member: MemberRecord) -> str:
    return encoded("Member", member.id)


def of_severity(severity: Severity) -> list[str]:
    return [rule.code for rule in CATALOGUE if rule.quality is severity]


def broken_by(breaches: Breaches, member: MemberRecord) -> list[str]:
    return [rule.code for rule in CATALOGUE if member.id in breaches[rule.code]]


async def check(caller: Caller, member: MemberRecord) -> list[dict[str, Any]]:
    answer = (await caller.ask(CHECK, {"input": {"memberId": member_id(member)}}))["checkMember"]
    assert answer["errors"] == []
    results: list[dict[str, Any]] = answer["results"]
    return results


async def all_results(caller: Caller, **where: Any) -> list[tuple[str, str]]:
    """(Member's id, rule), page by page."""
    found: list[tuple[str, str]] = []
    after = None
    while True:
        page = (await caller.ask(RESULTS, {"where": where, "first": 3, "after": after}))["validationResults"]
        found += [(node["member"]["id"], node["rule"]["code"]) for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(found)
            return found
        after = page["pageInfo"]["endCursor"]


def expected(breaches: Breaches, members: list[MemberRecord], rules: list[str]) -> list[tuple[str, str]]:
    ordered = sorted(members, key=lambda member: (member.org_path, member.id))
    return [(member_id(m), rule) for m in ordered for rule in sorted(rules) if m.id in breaches[rule]]


# -- one member


async def test_a_member_is_checked_with_explanations_in_the_callers_language(
    quality_api: Api, register: Register, city: OrganizationRecord, breaches: Breaches
) -> None:
    members = [m for m in register.members_in(city) if broken_by(breaches, m)]
    for member in members[:5]:
        english = await check(quality_api.as_(city), member)
        chinese = await check(Caller(quality_api, quality_api.token(Role.ADMINISTRATOR, city), "zh"), member)
        assert [result["rule"]["code"] for result in english] == broken_by(breaches, member)
        for result, translated in zip(english, chinese, strict=True):
            rule = RULES[result["rule"]["code"]]
            assert result["member"]["id"] == member_id(member)
            assert (result["rule"]["title"], result["rule"]["remedy"]) == (rule.title.english, rule.remedy.english)
            assert translated["rule"]["title"] == rule.title.chinese
            assert result["rule"]["severity"] == rule.quality


async def test_a_member_outside_the_scope_does_not_exist(
    quality_api: Api, register: Register, county: OrganizationRecord
) -> None:
    elsewhere = next(m for m in register.members if not m.org_path.startswith(county.path))
    error = await quality_api.as_(county).refused(CHECK, {"input": {"memberId": member_id(elsewhere)}})
    assert error["extensions"]["code"] == "NOT_FOUND"


async def test_a_save_is_followed_by_its_results(own_province_url: str, register: Register, breaches: Breaches) -> None:
    async with connect(own_province_url, connections=8, audit_key=AUDIT_KEY) as database:
        own = Api(database)
        broken = set().union(*breaches.values())
        member = next(m for m in register.members if m.id not in broken and not m.transfer_in_progress)
        caller = own.as_(register.first_of_kind(OrganizationKind.PROVINCE))
        save = """mutation ($input: UpdateMemberInput!) { updateMember(input: $input) {
            member { validationResults { rule { code } } } errors { code } } }"""
        given = {"id": member_id(member), "version": member.version, "joinedOn": f"{member.birth_date.year + 17}-01-01"}  # type: ignore[union-attr] # it breaks no rule
        given |= {"formalOn": f"{member.birth_date.year + 18}-01-02"}  # type: ignore[union-attr] # the same
        saved = (await caller.ask(save, {"input": given}))["updateMember"]
        assert saved["errors"] == []
        assert {"code": "JOINED_UNDER_18"} in [each["rule"] for each in saved["member"]["validationResults"]]
        await own.http.aclose()


# -- the list


async def test_the_list_is_that_of_the_scope(
    quality_api: Api, register: Register, city: OrganizationRecord, breaches: Breaches
) -> None:
    wanted = expected(breaches, register.members_in(city), list(RULES))
    assert len(wanted) > 3
    assert await all_results(quality_api.as_(city)) == wanted


async def test_the_list_is_narrowed_by_organisation_severity_and_rule(
    quality_api: Api,
    register: Register,
    province_committee: OrganizationRecord,
    city: OrganizationRecord,
    breaches: Breaches,
) -> None:
    caller = quality_api.as_(province_committee)
    inside = register.members_in(city)
    warnings = of_severity(Severity.WARNING)
    within = {"within": global_id(city)}
    assert await all_results(caller, **within, severities=["WARNING"]) == expected(breaches, inside, warnings)
    assert await all_results(caller, rules=["ID_DUPLICATE"]) == expected(
        breaches, list(register.members), ["ID_DUPLICATE"]
    )
    assert await all_results(caller, severities=["WARNING"], rules=["ID_DUPLICATE"]) == []
    assert await all_results(caller, severities=[], rules=[]) == await all_results(caller)


async def test_an_organisation_outside_the_scope_and_an_unknown_rule_are_refused(
    quality_api: Api, register: Register, county: OrganizationRecord
) -> None:
    caller = quality_api.as_(county)
    outside = next(o for o in register.of_kind(OrganizationKind.COUNTY) if o.id != county.id)
    for where, code in (({"within": global_id(outside)}, "NOT_FOUND"), ({"rules": ["X"]}, "BAD_USER_INPUT")):
        assert (await caller.refused(RESULTS, {"where": where}))["extensions"]["code"] == code
    for query in (REPORT, SPECIAL):
        assert (await caller.refused(query, {"id": global_id(outside)}))["extensions"]["code"] == "NOT_FOUND"


async def test_members_are_found_by_what_is_wrong_with_them(
    quality_api: Api, register: Register, city: OrganizationRecord, breaches: Breaches
) -> None:
    caller, members = quality_api.as_(city), register.members_in(city)
    query = "query ($where: MemberFilter) { members(where: $where, first: 10000) { totalCount nodes { id } } }"
    warnings = {m for rule in of_severity(Severity.WARNING) for m in breaches[rule]}
    broken = set().union(*breaches.values())
    for where, wanted in (
        ({"breaches": {"severities": ["WARNING"]}}, warnings),
        (
            {"breaches": {"rules": ["PHONE_SHARED", "PHOTO_MISSING"]}},
            breaches["PHONE_SHARED"] | breaches["PHOTO_MISSING"],
        ),
        ({"breaches": {"rules": ["PHONE_SHARED"], "severities": ["ERROR"]}}, set()),
        ({"not": {"breaches": {"severities": ["ERROR", "WARNING", "HINT"]}}}, {m.id for m in members} - broken),
        ({"breaches": {}}, {m.id for m in members}),
    ):
        found = (await caller.ask(query, {"where": where}))["members"]
        expected_ids = {member_id(m) for m in members if m.id in wanted}
        assert ({node["id"] for node in found["nodes"]}, found["totalCount"]) == (expected_ids, len(expected_ids))


DISCOVERED = """{ memberQueryFields {
  path label englishLabel kind methods isSortable isDefault permission options { value label englishLabel } } }"""


async def discovered(caller: Caller) -> dict[str, dict[str, Any]]:
    fields = (await caller.ask(DISCOVERED))["memberQueryFields"]
    return {field["path"][1]: field for field in fields if field["path"][0] == "breaches"}


async def test_a_query_builder_finds_out_how_to_ask_for_breaches(
    quality_api: Api, register: Register, city: OrganizationRecord, breaches: Breaches
) -> None:
    caller, ids = quality_api.as_(city), {m.id for m in register.members_in(city)}
    found = await discovered(caller)
    assert [option["value"] for option in found["severities"].pop("options")] == ["ERROR", "WARNING", "HINT"]
    options = found["rules"].pop("options")
    assert options == [{"value": r.code, "label": r.title.chinese, "englishLabel": r.title.english} for r in CATALOGUE]
    assert found["rules"] == {
        "path": ["breaches", "rules"],
        "label": "校验结果",
        "englishLabel": "Rules broken",
        "kind": "LIST",
        "methods": ["MULTI"],
        "isSortable": False,
        "isDefault": False,
        "permission": "VISIBLE",
    }
    query = "query ($where: MemberFilter) { members(where: $where) { totalCount } }"
    for option in options[::4]:
        where = {"breaches": {"rules": [option["value"]]}}
        counted = (await caller.ask(query, {"where": where}))["members"]["totalCount"]
        assert counted == len(breaches[option["value"]] & ids)


async def test_a_query_builder_offers_no_breaches_that_may_not_be_known(
    checked: Database, api: Api, county: OrganizationRecord
) -> None:
    async def offered(field: str) -> dict[str, dict[str, Any]]:
        entries = {Place(Role.ADMINISTRATOR, Tier.COUNTY_OR_ABOVE, field): Entry(Visibility.HIDDEN)}
        half_blind = Api(checked, PermissionMatrix(DEFAULT_PERMISSIONS.fields, entries), api.clock)
        return await discovered(half_blind.as_(county))

    rules = [option["value"] for option in (await offered("Member.birth_date"))["rules"]["options"]]
    assert rules == [rule.code for rule in CATALOGUE if "birth_date" not in rule.fields]
    for field in (await offered("Member.validation_results")).values():
        assert (field["permission"], field["methods"]) == ("HIDDEN", [])


# -- reports


def with_most_members(register: Register, kind: OrganizationKind) -> OrganizationRecord:
    return max(register.of_kind(kind), key=lambda o: len(register.members_in(o)))


def below(register: Register, parent: OrganizationRecord) -> Iterator[tuple[OrganizationRecord, list[MemberRecord]]]:
    children = sorted((o for o in register.organizations.values() if o.parent_id == parent.id), key=lambda o: o.path)
    return ((child, register.members_in(child)) for child in children)


def row(breaches: Breaches, organization: OrganizationRecord, members: list[MemberRecord]) -> dict[str, Any]:
    ids = {member.id for member in members}
    counted: dict[str, int] = {}
    for severity, name in (("ERROR", "rrors"), ("WARNING", "arnings"), ("HINT", "ints")):
        found = [m for rule in of_severity(Severity[severity]) for m in breaches[rule] & ids]
        first = severity[0]
        counted |= {f"{first.lower()}{name}": len(found), f"membersWith{first}{name}": len(set(found))}
    return {"organization": {"id": global_id(organization)}, **counted}


@pytest.mark.parametrize("kind", [OrganizationKind.PROVINCE, OrganizationKind.CITY, OrganizationKind.BRANCH])
async def test_the_report_equals_a_count_in_plain_python(
    quality_api: Api, register: Register, breaches: Breaches, kind: OrganizationKind
) -> None:
    place = with_most_members(register, kind)
    answer = (await quality_api.as_(place).ask(REPORT, {"id": global_id(place)}))["qualityReport"]
    assert answer["rows"] == [row(breaches, child, members) for child, members in below(register, place)]
    directly = [m for m in register.members if m.org_path == place.path]
    assert answer["own"] == row(breaches, place, directly)
    assert answer["total"] == row(breaches, place, register.members_in(place))
    assert answer["total"]["errors"] > 0 or kind is OrganizationKind.BRANCH


@pytest.mark.parametrize("kind", [OrganizationKind.PROVINCE, OrganizationKind.CITY])
async def test_the_special_check_equals_a_count_and_drills_down_to_the_members(
    quality_api: Api, register: Register, breaches: Breaches, kind: OrganizationKind
) -> None:
    place = with_most_members(register, kind)
    caller = quality_api.as_(place)
    answer = (await caller.ask(SPECIAL, {"id": global_id(place)}))["specialCheck"]
    rules = [rule for rule in CATALOGUE if rule.special is not None]

    def cells(organization: OrganizationRecord, members: list[MemberRecord]) -> dict[str, Any]:
        counts = Counter(rule.code for rule in rules for m in members if m.id in breaches[rule.code])
        told = [{"rule": {"code": r.code, "specialSeverity": r.special}, "members": counts[r.code]} for r in rules]
        return {"organization": {"id": global_id(organization)}, "counts": told}

    assert answer["rows"] == [cells(child, members) for child, members in below(register, place)]
    assert answer["total"] == cells(place, register.members_in(place))
    line, cell = max(
        ((line, cell) for line in answer["rows"] for cell in line["counts"]), key=lambda p: p[1]["members"]
    )
    found = await all_results(caller, within=line["organization"]["id"], rules=[cell["rule"]["code"]])
    assert len({member for member, _ in found}) == cell["members"] > 0


# -- who may not see a field


async def test_hidden_fields_hide_breaches_and_their_counts(
    checked: Database, api: Api, register: Register, city: OrganizationRecord, breaches: Breaches
) -> None:
    hidden = Entry(Visibility.HIDDEN)
    entries = {Place(Role.ADMINISTRATOR, Tier.COUNTY_OR_ABOVE, "Member.birth_date"): hidden}
    half_blind = Api(checked, PermissionMatrix(DEFAULT_PERMISSIONS.fields, entries), api.clock)
    caller = half_blind.as_(city)
    seen = [rule.code for rule in CATALOGUE if "birth_date" not in rule.fields]
    visible = {rule: ids if rule in seen else set() for rule, ids in breaches.items()}
    members = register.members_in(city)
    assert await all_results(caller) == expected(visible, members, list(RULES))
    assert await all_results(caller, rules=["JOINED_UNDER_18"]) == []
    query = "query ($rules: [String!]) { members(where: {breaches: {rules: $rules}}) { totalCount } }"
    for rule in RULES:
        number = sum(member.id in visible[rule] for member in members)
        assert (await caller.ask(query, {"rules": [rule]}))["members"]["totalCount"] == number, rule
    report = (await caller.ask(REPORT, {"id": global_id(city)}))["qualityReport"]
    assert report["total"] == row(visible, city, members)
    cells = (await caller.ask(SPECIAL, {"id": global_id(city)}))["specialCheck"]["total"]["counts"]
    assert {cell["rule"]["code"] for cell in cells} == {code for code in seen if RULES[code].special}
    broken = next(m for m in members if any(m.id in breaches[r] for r in set(RULES) - set(seen)))
    assert [each["rule"]["code"] for each in await check(caller, broken)] == broken_by(visible, broken)
    await half_blind.http.aclose()


async def test_masked_fields_tell_that_something_is_wrong(
    quality_api: Api, register: Register, breaches: Breaches, branch: OrganizationRecord
) -> None:
    """Below the county, phones and identity numbers are masked by default."""
    members = register.members_in(branch)
    caller = quality_api.as_(branch)
    assert await all_results(caller) == expected(breaches, members, list(RULES))


async def test_whoever_does_no_business_sees_nothing(quality_api: Api, county: OrganizationRecord) -> None:
    for role in (Role.SECURITY_OFFICER, Role.AUDITOR, Role.PARTNER):
        error = await quality_api.as_(county, role).refused(RESULTS)
        assert error["extensions"]["code"] == "FIELD_HIDDEN"


async def test_the_rules_are_listed_for_everybody(quality_api: Api, county: OrganizationRecord) -> None:
    query = "{ validationRules { code severity specialSeverity fields } }"
    rules = (await quality_api.as_(county).ask(query))["validationRules"]
    assert [(r["code"], r["severity"], r["specialSeverity"]) for r in rules] == [
        (rule.code, rule.quality, rule.special) for rule in CATALOGUE
    ]
    assert next(r for r in rules if r["code"] == "GENDER_ID_MISMATCH")["fields"] == ["gender", "identityNumber"]
