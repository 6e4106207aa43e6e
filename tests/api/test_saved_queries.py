"""常用查询: saved, shared with those below, given back as it was, and asked again by the rights of whoever runs it."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from secrets import token_hex
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from auth.actor import Role, Tier
from auth.permissions import Entry, PermissionMatrix, Place
from auth.sealed_at_rest import SAVED_QUERIES, seal_at_rest
from auth.visibility import Visibility
from domain.codes import AuditKind, OrganizationKind
from domain.records import OrganizationRecord
from domain.saved_queries import MOST_SAVED
from schema.identifiers import encoded, number_of
from server.app import DEFAULT_PERMISSIONS
from storage.engine import Database, connect
from tests.api.random_queries import MEMBER_FILTERS
from tests.asking import AUDIT_KEY, Api, Caller
from tests.audit import entries_of_kind
from tests.exported import SAVED, asked, downloaded
from tests.oracle import Register

QUERY = "id name subject isShared isOwn owner organization { id } where orderBy columns problems { code message path } version"
SAVE = f"""mutation ($input: SaveQueryInput!) {{
  saveQuery(input: $input) {{ savedQuery {{ {QUERY} }} errors {{ code path }} }} }}"""
CHANGE = f"""mutation ($input: ChangeSavedQueryInput!) {{
  changeSavedQuery(input: $input) {{ savedQuery {{ {QUERY} }} errors {{ code path }} }} }}"""
REMOVE = "mutation ($input: RemoveSavedQueryInput!) { removeSavedQuery(input: $input) { errors { code path } } }"
READ = f"query ($id: ID!) {{ savedQuery(id: $id) {{ {QUERY} }} }}"
LIST = "{ savedQueries(first: 1000) { totalCount nodes { id } } }"
RUN = "query ($id: ID!) { savedMemberQuery(id: $id, first: 10000) { totalCount nodes { id name } } }"
WHERE = {
    "name": {"fuzzy": "王"},
    "or": [{"gender": {"exact": "MALE"}}, {"birthDate": {"range": {"from": "1950-01-01"}}}],
}
ORDER = [{"field": "BIRTH_DATE", "direction": "DESC"}]


@pytest.fixture(scope="module")
def own_url(clone: Callable[[str], str], province_template: str) -> str:
    return clone(province_template)


@pytest.fixture(scope="module")
async def own(own_url: str) -> AsyncIterator[Database]:
    async with connect(own_url, connections=16, audit_key=AUDIT_KEY) as database:
        yield database


@pytest.fixture
async def own_api(own: Database, api: Api) -> AsyncIterator[Api]:
    application = Api(own, clock=api.clock)
    yield application
    await application.http.aclose()


def person(api: Api, place: OrganizationRecord, role: Role = Role.ADMINISTRATOR, language: str = "en") -> Caller:
    name = f"person-{token_hex(6)}"
    return Caller(api, api.authority.issue(name, role, place, timedelta(hours=1)), language)


def with_matrix(api: Api, read: Visibility, *fields: str) -> Api:
    entries = {Place(Role.ADMINISTRATOR, tier, field): Entry(read) for field in fields for tier in Tier}
    return Api(api.database, PermissionMatrix(DEFAULT_PERMISSIONS.fields, entries), api.clock, api.key)


async def saved(caller: Caller, *, shared: bool = False, **members: Any) -> dict[str, Any]:
    payload = await asked(caller, SAVE, name=token_hex(8), shared=shared, members=members)
    assert payload["errors"] == []
    found: dict[str, Any] = payload["savedQuery"]
    return found


async def read(caller: Caller, query: dict[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (await caller.ask(READ, {"id": query["id"]}))["savedQuery"]
    return found


def below(register: Register, county: OrganizationRecord) -> OrganizationRecord:
    branches = [o for o in register.of_kind(OrganizationKind.BRANCH) if o.path.startswith(county.path)]
    return max(branches, key=lambda branch: len(register.members_in(branch)))


async def test_it_is_given_back_as_variables_have_it(own_api: Api, county: OrganizationRecord) -> None:
    caller = person(own_api, county)
    columns = ["NAME", "IDENTITY_NUMBER", "BRANCH"]
    query = await saved(caller, where=WHERE, orderBy=ORDER, columns=columns)
    assert (query["where"], query["orderBy"], query["columns"]) == (WHERE, ORDER, columns)
    assert (query["subject"], query["isOwn"], query["isShared"], query["problems"]) == ("MEMBERS", True, False, [])
    assert query["organization"] == {"id": encoded("Organization", county.id)}
    again = await saved(caller, where=query["where"], orderBy=query["orderBy"], columns=query["columns"])
    assert again["where"] == WHERE
    assert (await saved(caller))["where"] is None


@pytest.mark.parametrize("where", MEMBER_FILTERS)
async def test_it_finds_what_the_query_finds(own_api: Api, county: OrganizationRecord, where: str) -> None:
    caller = person(own_api, county)
    query = f'mutation {{ saveQuery(input: {{name: "甲", members: {{where: {where}, orderBy: {{field: NAME}}}}}}) {{ savedQuery {{ id }} }} }}'
    number = (await caller.ask(query))["saveQuery"]["savedQuery"]["id"]
    list_ = (
        f"{{ members(first: 10000, where: {where}, orderBy: {{field: NAME}}) {{ totalCount nodes {{ id name }} }} }}"
    )
    assert (await caller.ask(RUN, {"id": number}))["savedMemberQuery"] == (await caller.ask(list_))["members"]


async def test_those_who_left_are_asked_for_too(own_api: Api, county: OrganizationRecord) -> None:
    caller = person(own_api, county)
    given = {"where": {"name": {"fuzzy": "王"}}, "columns": ["NAME", "KIND"]}
    query = (await asked(caller, SAVE, name="甲", historyMembers=given))["savedQuery"]
    assert (query["subject"], query["where"], query["columns"]) == ("HISTORY_MEMBERS", given["where"], given["columns"])
    run = "query ($id: ID!) { savedHistoryQuery(id: $id) { totalCount nodes { id } } }"
    assert (await caller.ask(run, {"id": query["id"]}))["savedHistoryQuery"] == {"totalCount": 0, "nodes": []}
    assert (await caller.refused(RUN, {"id": query["id"]}))["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_private_one_is_seen_by_its_owner_alone(
    own_api: Api, county: OrganizationRecord, register: Register
) -> None:
    owner = person(own_api, county)
    query = await saved(owner, where=WHERE)
    for another in (person(own_api, county), person(own_api, below(register, county))):
        assert await read(another, query) is None
        assert query["id"] not in [each["id"] for each in (await another.ask(LIST))["savedQueries"]["nodes"]]
        assert (await another.refused(RUN, {"id": query["id"]}))["extensions"]["code"] == "NOT_FOUND"
        for mutation, given in ((CHANGE, {"version": 1, "name": "乙"}), (REMOVE, {})):
            error = await another.refused(mutation, {"input": {"id": query["id"], **given}})
            assert error["extensions"]["code"] == "NOT_FOUND"
    assert await read(owner, query) == query


async def test_a_shared_one_is_run_below_in_the_scope_of_who_runs_it(
    own_api: Api, county: OrganizationRecord, province_committee: OrganizationRecord, register: Register
) -> None:
    query = await saved(person(own_api, county), shared=True, orderBy=[{"field": "NAME"}])
    branch = below(register, county)
    runner = person(own_api, branch)
    found = (await runner.ask(RUN, {"id": query["id"]}))["savedMemberQuery"]
    assert {each["id"] for each in found["nodes"]} == {encoded("Member", m.id) for m in register.members_in(branch)}
    seen = await read(runner, query)
    assert seen is not None
    assert (seen["isOwn"], seen["organization"], seen["orderBy"]) == (False, None, query["orderBy"])
    assert query["id"] in [each["id"] for each in (await runner.ask(LIST))["savedQueries"]["nodes"]]
    elsewhere = next(o for o in register.of_kind(OrganizationKind.COUNTY) if o != county)
    for place in (elsewhere, province_committee):
        assert await read(person(own_api, place), query) is None


async def test_conditions_on_what_lies_outside_the_scope_do_not_exist_for_who_runs_it(
    own_api: Api, county: OrganizationRecord, register: Register
) -> None:
    where = {"within": encoded("Organization", county.id)}
    query = await saved(person(own_api, county), shared=True, where=where)
    error = await person(own_api, below(register, county)).refused(RUN, {"id": query["id"]})
    assert error["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("read_as", "code"), [(Visibility.HIDDEN, "FIELD_HIDDEN"), (Visibility.MASKED, "FIELD_MASKED")]
)
async def test_a_filter_on_a_field_that_the_runner_may_not_filter_is_refused_by_name(
    own_api: Api, county: OrganizationRecord, read_as: Visibility, code: str
) -> None:
    owner = person(own_api, county)
    query = await saved(owner, shared=True, where={"phone": {"prefix": "138"}})
    restricted = with_matrix(own_api, read_as, "Member.phone")
    for caller in (Caller(restricted, owner.token), person(restricted, county)):
        error = await caller.refused(RUN, {"id": query["id"]})
        assert (error["extensions"]["code"], error["extensions"]["fields"]) == (code, ["Member.phone"])
        seen = await read(caller, query)
        assert seen is not None
        assert ([each["code"] for each in seen["problems"]], seen["where"]) == ([code], None)
        assert "Member.phone" in seen["problems"][0]["message"]


async def test_a_value_of_a_masked_field_is_shown_to_who_typed_it_alone(
    own_api: Api, county: OrganizationRecord, register: Register
) -> None:
    phone = next(m.phone for m in register.members_in(county) if m.phone)
    where = {"phone": {"exact": phone}}
    masking = with_matrix(own_api, Visibility.MASKED, "Member.phone")
    owner = person(masking, county)
    query = await saved(owner, shared=True, where=where)
    assert query["where"] == where
    another = person(masking, county)
    seen = await read(another, query)
    assert seen is not None
    assert (seen["where"], seen["problems"]) == (None, [])
    assert (await another.ask(RUN, {"id": query["id"]})) == (await owner.ask(RUN, {"id": query["id"]}))
    whole = await read(person(own_api, county), query)
    assert whole is not None
    assert whole["where"] == where


async def test_a_column_that_may_not_be_read_is_refused_by_name(own_api: Api, county: OrganizationRecord) -> None:
    owner = person(own_api, county)
    query = await saved(owner, columns=["NAME", "PHONE"])
    hiding = with_matrix(own_api, Visibility.HIDDEN, "Member.phone")
    error = await Caller(hiding, owner.token).refused(RUN, {"id": query["id"]})
    assert error["extensions"]["fields"] == ["Member.phone"]


OUTDATED = (
    ({"where": {"shoeSize": {"exact": 43}}}, ["where", "shoeSize"]),
    ({"where": {"name": {"soundsLike": "王"}}}, ["where", "name", "soundsLike"]),
    ({"where": {"gender": {"exact": "UNKNOWN"}}}, ["where", "gender", "exact"]),
    ({"columns": ["NAME", "SHOE_SIZE"]}, ["columns", "1"]),
    ({"orderBy": [{"field": "SHOE_SIZE"}]}, ["orderBy", "0", "field"]),
)


@pytest.mark.parametrize(("question", "path"), OUTDATED)
async def test_what_does_not_fit_the_schema_any_more_is_named(
    own_api: Api, own_url: str, county: OrganizationRecord, question: dict[str, Any], path: list[str]
) -> None:
    owner = person(own_api, county)
    query = await saved(owner)
    sealed = seal_at_rest(own_api.code_key, SAVED_QUERIES, question)
    put(own_url, query, "question", sealed)
    seen = await read(owner, query)
    assert seen is not None
    [problem] = [each for each in seen["problems"] if each["path"][: len(path)] == path[: len(each["path"])]]
    assert problem["code"] == "QUESTION_OUTDATED"
    assert path[-1] in problem["message"] or path[-2] in problem["message"]
    assert {key: seen[key] for key in question} == question  # so that the owner can mend it
    error = await owner.refused(RUN, {"id": query["id"]})
    assert error["extensions"]["code"] == "QUESTION_OUTDATED"


async def test_what_another_key_has_sealed_is_told_and_not_guessed(
    own_api: Api, own_url: str, county: OrganizationRecord
) -> None:
    owner = person(own_api, county)
    query = await saved(owner, where=WHERE)
    put(own_url, query, "question", seal_at_rest(b"another key", SAVED_QUERIES, {"where": WHERE}))
    seen = await read(owner, query)
    assert seen is not None
    assert ([each["code"] for each in seen["problems"]], seen["where"]) == (["QUESTION_UNREADABLE"], None)
    assert (await owner.refused(RUN, {"id": query["id"]}))["extensions"]["code"] == "QUESTION_UNREADABLE"


def put(url: str, query: dict[str, Any], column: str, value: Any) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        given = {"value": value, "id": number_of("SavedQuery", query["id"])}
        connection.execute(text(f"UPDATE saved_queries SET {column} = :value WHERE id = :id"), given)
    engine.dispose()


async def test_it_is_renamed_shared_and_changed(own_api: Api, county: OrganizationRecord) -> None:
    owner = person(own_api, county)
    query = await saved(owner, where=WHERE, columns=["NAME"])
    renamed = (await asked(owner, CHANGE, id=query["id"], version=1, name=" 新名称 ", shared=True))["savedQuery"]
    assert (renamed["name"], renamed["isShared"], renamed["version"], renamed["where"]) == ("新名称", True, 2, WHERE)
    changed = (await asked(owner, CHANGE, id=query["id"], version=2, members={"columns": ["PHONE"]}))["savedQuery"]
    assert (changed["name"], changed["where"], changed["columns"], changed["version"]) == ("新名称", None, ["PHONE"], 3)
    stale = await asked(owner, CHANGE, id=query["id"], version=2, name="丙")
    assert stale == {"savedQuery": None, "errors": [{"code": "CONFLICT", "path": ["version"]}]}
    other = await asked(owner, CHANGE, id=query["id"], version=3, historyMembers={})
    assert [each["code"] for each in other["errors"]] == ["OTHER_SUBJECT"]
    assert await asked(owner, REMOVE, id=query["id"], version=2) == {
        "errors": [{"code": "CONFLICT", "path": ["version"]}]
    }
    assert await asked(owner, REMOVE, id=query["id"], version=3) == {"errors": []}
    assert await read(owner, query) is None


async def test_a_shared_one_is_removed_by_whoever_works_for_the_organisation_and_changed_by_its_owner_alone(
    own_api: Api, county: OrganizationRecord, register: Register
) -> None:
    query = await saved(person(own_api, county), shared=True)
    colleague, under = person(own_api, county), person(own_api, below(register, county))
    error = await colleague.refused(CHANGE, {"input": {"id": query["id"], "version": 1, "name": "乙"}})
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert (await under.refused(REMOVE, {"input": {"id": query["id"]}}))["extensions"]["code"] == "NOT_FOUND"
    assert await asked(colleague, REMOVE, id=query["id"]) == {"errors": []}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": " ", "members": {}}, "NAME_INVALID"),
        ({"name": "长" * 51, "members": {}}, "NAME_INVALID"),
        ({"name": "a\u200bb", "members": {}}, "NAME_INVALID"),
        ({"name": "甲"}, "ONE_SUBJECT"),
        ({"name": "甲", "members": {}, "historyMembers": {}}, "ONE_SUBJECT"),
        ({"name": "甲", "members": {"where": {"name": {"multi": ["王" * 200] * 500}}}}, "QUERY_TOO_LARGE"),
    ],
)
async def test_what_cannot_be_saved(own_api: Api, county: OrganizationRecord, given: dict[str, Any], code: str) -> None:
    caller = person(own_api, county)
    payload = await asked(caller, SAVE, **given)
    assert (payload["savedQuery"], [each["code"] for each in payload["errors"]]) == (None, [code])
    assert (await caller.ask(LIST))["savedQueries"]["nodes"] == [] or code


async def test_two_of_one_owner_have_different_names(own_api: Api, county: OrganizationRecord) -> None:
    owner = person(own_api, county)
    first = (await asked(owner, SAVE, name="甲", members={}))["savedQuery"]
    second = (await asked(owner, SAVE, name="乙", members={}))["savedQuery"]
    taken = [{"code": "NAME_TAKEN", "path": ["name"]}]
    assert (await asked(owner, SAVE, name=" 甲", members={}))["errors"] == taken
    assert (await asked(owner, CHANGE, id=second["id"], version=1, name="甲"))["errors"] == taken
    assert (await asked(person(own_api, county), SAVE, name="甲", members={}))["errors"] == []
    assert first["name"] == "甲"


async def test_one_person_saves_so_many(own_api: Api, own_url: str, county: OrganizationRecord) -> None:
    owner = person(own_api, county)
    query = await saved(owner)
    engine = create_engine(own_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO saved_queries (owner, organization_id, name, subject, is_shared, question, version,"
                " created_at, updated_at) SELECT owner, organization_id, name || n, subject, false, question, 1,"
                " created_at, updated_at FROM saved_queries, generate_series(2, :most) n WHERE id = :id"
            ),
            {"id": number_of("SavedQuery", query["id"]), "most": MOST_SAVED},
        )
    engine.dispose()
    refused = await asked(owner, SAVE, name="一个太多", members={})
    assert [each["code"] for each in refused["errors"]] == ["TOO_MANY_SAVED_QUERIES"]


async def test_nothing_of_what_is_looked_for_can_be_read_in_the_database(
    own_api: Api, own_url: str, county: OrganizationRecord
) -> None:
    query = await saved(
        person(own_api, county), where={"name": {"exact": "欧阳建国"}, "phone": {"exact": "13800001234"}}
    )
    engine = create_engine(own_url)
    with engine.begin() as connection:
        given = {"id": number_of("SavedQuery", query["id"])}
        [row] = connection.execute(text("SELECT q::text FROM saved_queries q WHERE id = :id"), given)
    engine.dispose()
    assert not any(word in row[0] for word in ("欧阳", "13800001234", "where", "phone"))


async def test_a_saved_query_is_exported_with_its_columns(
    own_api: Api, county: OrganizationRecord, register: Register
) -> None:
    query = await saved(person(own_api, county), shared=True, columns=["NAME", "GENDER"], orderBy=[{"field": "NAME"}])
    runner = person(own_api, below(register, county))
    export = (await asked(runner, SAVED, id=query["id"], format="CSV"))["export"]
    file = await downloaded(runner, export)
    found = (await runner.ask(RUN, {"id": query["id"]}))["savedMemberQuery"]["nodes"]
    assert file.header == ["Name", "Gender"]
    assert [row[0] for row in file.rows] == [each["name"] for each in found]
    bare = await saved(runner)
    refused = await asked(runner, SAVED, id=bare["id"], format="CSV")
    assert [each["code"] for each in refused["errors"]] == ["NO_COLUMNS"]
    elsewhere = next(o for o in register.of_kind(OrganizationKind.COUNTY) if o != county)
    error = await person(own_api, elsewhere).refused(SAVED, {"input": {"id": query["id"], "format": "CSV"}})
    assert error["extensions"]["code"] == "NOT_FOUND"


async def test_each_change_stands_in_the_audit_log_with_personal_values_masked(
    own_province_url: str, county: OrganizationRecord, api: Api
) -> None:
    async with connect(own_province_url, connections=8, audit_key=AUDIT_KEY) as database:
        owner = person(Api(database, clock=api.clock), county)
        query = await saved(owner, where={"phone": {"exact": "13800001234"}}, columns=["NAME"])
        await asked(owner, CHANGE, id=query["id"], version=1, shared=True)
        await asked(owner, REMOVE, id=query["id"])
        entries = await entries_of_kind(database, AuditKind.CHANGE)
    told = {"field": "members", "columns": ["name"], "filter": {"phone": {"exact": "138****1234"}}}
    assert [(entry.operation, entry.details) for entry in entries] == [
        ("saveQuery", {"shared": False, "query": told}),
        ("changeSavedQuery", {"shared": True}),
        ("removeSavedQuery", {"shared": True}),
    ]
    assert {entry.target for entry in entries} == {f"SavedQuery:{number_of('SavedQuery', query['id'])}"}


@pytest.mark.parametrize("role", [Role.SECURITY_OFFICER, Role.AUDITOR, Role.PARTNER])
async def test_others_than_administrators_have_none(own_api: Api, county: OrganizationRecord, role: Role) -> None:
    caller = person(own_api, county, role)
    for query, variables in ((LIST, {}), (SAVE, {"input": {"name": "甲", "members": {}}})):
        assert (await caller.refused(query, variables))["extensions"]["code"] == "FIELD_HIDDEN"
