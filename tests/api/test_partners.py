"""合作系统: security officers let partners' systems in, and shut them out, within their own subtree."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from domain.codes import AuditKind, OrganizationKind, Role
from domain.records import OrganizationRecord
from schema.identifiers import encoded
from server import recently_read
from storage.engine import connect
from storage.models import AuditEntry, Client
from tests.api.test_statement_counts import counted
from tests.asking import AUDIT_KEY, Api, Caller
from tests.oracle import Register
from tests.set_clock import SetClock

REGISTER = """mutation ($input: RegisterPartnerInput!) { registerPartner(input: $input) {
  partner { id clientId name scopes state organization { id } version } secret errors { code path } } }"""
NODE = "query ($id: ID!) { node(id: $id) { __typename id ... on Partner { name organization { id } } } }"
ROTATE = """mutation ($input: RotatePartnerSecretInput!) { rotatePartnerSecret(input: $input) {
  partner { clientId formerSecretUntil version } secret errors { code path } } }"""
CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("rotatePartnerSecret", {}),
    ("setPartnerScopes", {"scopes": ["MEMBERS_READ"]}),
    ("suspendPartner", {}),
    ("resumePartner", {}),
    ("revokePartner", {}),
]


def mutation(name: str) -> str:
    kind = f"{name[0].upper()}{name[1:]}Input"
    return (
        f"mutation ($input: {kind}!) {{ {name}(input: $input) "
        "{ partner { state scopes version } errors { code path message } } }"
    )


@pytest.fixture
async def own_api(own_province_url: str) -> AsyncIterator[Api]:
    clock, database = SetClock(), connect(own_province_url, connections=2, audit_key=AUDIT_KEY)
    own = Api(database, clock=clock, token_clock=clock)
    yield own
    await own.http.aclose()
    await own.database.close()


@pytest.fixture
def officer(own_api: Api, county: OrganizationRecord) -> Caller:
    return own_api.as_(county, Role.SECURITY_OFFICER)


@pytest.fixture
def stopwatch(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    seconds = [100.0]
    monkeypatch.setattr(recently_read, "monotonic", lambda: seconds[0])
    return seconds


async def registered(officer: Caller, organization: OrganizationRecord, **changes: Any) -> dict[str, Any]:
    given = {
        "name": "党员教育系统",
        "organization": encoded("Organization", organization.id),
        "scopes": ["MEMBERS_READ", "ORGANIZATIONS_READ"],
        **changes,
    }
    answer: dict[str, Any] = (await officer.ask(REGISTER, {"input": given}))["registerPartner"]
    return answer


async def changed(officer: Caller, name: str, **given: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await officer.ask(mutation(name), {"input": given}))[name]
    return answer


async def token_of(api: Api, client_id: str, secret: str) -> str | None:
    """None when the secret is refused."""
    answer = await api.http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=(client_id, secret))
    token: str | None = answer.json().get("access_token")
    assert token is not None or answer.json()["error"] == "invalid_client"
    return token


async def test_a_partner_that_was_registered_reads_its_organisations_members(
    own_api: Api, officer: Caller, county: OrganizationRecord, register: Register
) -> None:
    made = await registered(officer, county)
    assert made["errors"] == []
    partner = made["partner"]
    assert partner["scopes"] == ["ORGANIZATIONS_READ", "MEMBERS_READ"]
    assert (partner["state"], partner["version"], partner["organization"]["id"]) == (
        "ACTIVE",
        1,
        encoded("Organization", county.id),
    )
    token = await token_of(own_api, partner["clientId"], made["secret"])
    assert token is not None
    counted = await Caller(own_api, token).ask("{ members { totalCount } viewer { role organization { name } } }")
    assert counted["members"]["totalCount"] == len(register.members_in(county))
    assert counted["viewer"] == {"role": "PARTNER", "organization": {"name": county.name}}


async def test_a_secret_is_shown_once_and_kept_nowhere(
    own_api: Api, officer: Caller, county: OrganizationRecord
) -> None:
    made = await registered(officer, county)
    kept = str(await own_api.database.rows(select(*Client.__table__.columns)))
    kept += str(await own_api.database.rows(select(*AuditEntry.__table__.columns)))
    assert made["partner"]["clientId"] in kept
    assert made["secret"] not in kept
    fields = await officer.ask('{ __type(name: "Partner") { fields { name } } }')
    assert not {"secret", "secretHash"} & {field["name"] for field in fields["__type"]["fields"]}


async def test_both_secrets_are_good_for_a_day_after_a_rotation(
    own_api: Api, officer: Caller, county: OrganizationRecord
) -> None:
    made = await registered(officer, county)
    client_id, clock = made["partner"]["clientId"], own_api.clock
    assert isinstance(clock, SetClock)
    rotated = (await officer.ask(ROTATE, {"input": {"id": made["partner"]["id"]}}))["rotatePartnerSecret"]
    assert rotated["partner"]["formerSecretUntil"] == "2026-11-24T04:00:00+00:00"
    clock.pass_(hours=24, seconds=-1)
    assert await token_of(own_api, client_id, made["secret"])
    assert await token_of(own_api, client_id, rotated["secret"])
    clock.pass_(seconds=1)
    assert await token_of(own_api, client_id, made["secret"]) is None
    assert await token_of(own_api, client_id, rotated["secret"])


async def test_a_secret_that_got_out_is_replaced_at_once(
    own_api: Api, officer: Caller, county: OrganizationRecord
) -> None:
    made = await registered(officer, county)
    given = {"id": made["partner"]["id"], "overlapHours": 0}
    rotated = (await officer.ask(ROTATE, {"input": given}))["rotatePartnerSecret"]
    assert await token_of(own_api, made["partner"]["clientId"], made["secret"]) is None
    assert await token_of(own_api, made["partner"]["clientId"], rotated["secret"])


@pytest.mark.parametrize("way", ["suspendPartner", "revokePartner"])
async def test_a_partner_that_is_shut_out_loses_its_tokens_within_a_second(
    own_api: Api, county: OrganizationRecord, way: str, stopwatch: list[float]
) -> None:
    officer = own_api.as_(county, Role.SECURITY_OFFICER)
    made = await registered(officer, county)
    token = await token_of(own_api, made["partner"]["clientId"], made["secret"])
    assert token is not None
    partner = Caller(own_api, token)
    await partner.ask("{ members { totalCount } }")
    await changed(officer, way, id=made["partner"]["id"])
    stopwatch[0] += 1
    refused = await partner.post("{ members { totalCount } }")
    assert (refused.status_code, refused.headers["www-authenticate"][:28]) == (401, 'Bearer error="invalid_token"')
    assert await token_of(own_api, made["partner"]["clientId"], made["secret"]) is None


async def test_a_partner_that_is_resumed_must_ask_for_new_tokens(
    own_api: Api, county: OrganizationRecord, stopwatch: list[float]
) -> None:
    officer = own_api.as_(county, Role.SECURITY_OFFICER)
    made = await registered(officer, county)
    identifier, client_id = made["partner"]["id"], made["partner"]["clientId"]
    token = await token_of(own_api, client_id, made["secret"])
    assert (await changed(officer, "suspendPartner", id=identifier))["partner"]["state"] == "SUSPENDED"
    assert (await changed(officer, "resumePartner", id=identifier))["partner"]["state"] == "ACTIVE"
    stopwatch[0] += 1
    assert (await Caller(own_api, str(token)).post("{ members { totalCount } }")).status_code == 401
    assert await token_of(own_api, client_id, made["secret"])


async def test_what_is_revoked_stays_revoked(officer: Caller, county: OrganizationRecord) -> None:
    identifier = (await registered(officer, county))["partner"]["id"]
    assert (await changed(officer, "revokePartner", id=identifier))["partner"]["state"] == "REVOKED"
    for name, further in CHANGES:
        answer = await changed(officer, name, id=identifier, **further)
        wrong = [(error["code"], error["path"]) for error in answer["errors"]]
        assert (answer["partner"], wrong) == (None, [("WRONG_STATE", ["id"])]), name


async def test_scopes_that_are_taken_away_are_gone_from_tokens_that_are_out(
    own_api: Api, county: OrganizationRecord, stopwatch: list[float]
) -> None:
    officer = own_api.as_(county, Role.SECURITY_OFFICER)
    made = await registered(officer, county)
    token = await token_of(own_api, made["partner"]["clientId"], made["secret"])
    now = await changed(officer, "setPartnerScopes", id=made["partner"]["id"], scopes=["ORGANIZATIONS_READ"])
    assert now["partner"]["scopes"] == ["ORGANIZATIONS_READ"]
    stopwatch[0] += 1
    error = await Caller(own_api, str(token)).refused("{ members { totalCount } }")
    assert error["extensions"]["code"] == "FIELD_HIDDEN"


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": " "}, [("NAME_INVALID", ["name"])]),
        ({"name": "名" * 101}, [("NAME_INVALID", ["name"])]),
        ({"name": "a\x00b"}, [("NAME_INVALID", ["name"])]),
        ({"name": "", "scopes": []}, [("NAME_INVALID", ["name"]), ("SCOPES_MISSING", ["scopes"])]),
    ],
)
async def test_everything_that_is_wrong_is_said_at_once(
    own_api: Api, officer: Caller, county: OrganizationRecord, changes: dict[str, Any], errors: list[Any]
) -> None:
    made = await registered(officer, county, **changes)
    assert [(error["code"], error["path"]) for error in made["errors"]] == errors
    assert (made["partner"], made["secret"]) == (None, None)
    assert await own_api.database.rows(select(Client.id)) == []


@pytest.mark.parametrize("hours", [-1, 169])
async def test_an_overlap_has_bounds(officer: Caller, county: OrganizationRecord, hours: int) -> None:
    identifier = (await registered(officer, county))["partner"]["id"]
    given = {"id": identifier, "overlapHours": hours}
    answer = (await officer.ask(ROTATE, {"input": given}))["rotatePartnerSecret"]
    assert (answer["secret"], answer["errors"][0]["code"]) == (None, "OVERLAP_OUT_OF_BOUNDS")


async def test_what_is_out_of_scope_does_not_exist(
    own_api: Api, officer: Caller, county: OrganizationRecord, register: Register
) -> None:
    made = await registered(officer, county)
    identifier = made["partner"]["id"]
    other = next(o for o in register.of_kind(OrganizationKind.COUNTY) if o.id != county.id)
    stranger = own_api.as_(other, Role.SECURITY_OFFICER)
    seen = await stranger.ask(
        "query ($id: ID!) { partner(id: $id) { id } partners { totalCount } }", {"id": identifier}
    )
    assert seen == {"partner": None, "partners": {"totalCount": 0}}
    assert await stranger.ask(NODE, {"id": identifier}) == {"node": None}
    for given in (identifier, encoded("Partner", 10**12)):
        for name in ("suspendPartner", "revokePartner", "resumePartner"):
            error = await stranger.refused(mutation(name), {"input": {"id": given}})
            assert (error["extensions"]["code"], error["message"]) == ("NOT_FOUND", "There is no such partner.")
    where = {"name": "x", "organization": encoded("Organization", county.id), "scopes": ["MEMBERS_READ"]}
    assert (await stranger.refused(REGISTER, {"input": where}))["extensions"]["code"] == "NOT_FOUND"
    assert await own_api.database.rows(select(Client.state)) == [("ACTIVE",)]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
async def test_only_security_officers_administer_partners(own_api: Api, county: OrganizationRecord, role: Role) -> None:
    caller = own_api.as_(county, role)
    given = {"name": "x", "organization": encoded("Organization", county.id), "scopes": ["MEMBERS_READ"]}
    for query, variables in ((REGISTER, {"input": given}), ("{ partners { totalCount } }", {})):
        assert (await caller.refused(query, variables))["extensions"]["code"] == "FIELD_HIDDEN"
    assert await own_api.database.rows(select(Client.id)) == []


async def test_a_partner_is_found_by_its_global_id_alone(
    own_api: Api, officer: Caller, county: OrganizationRecord
) -> None:
    identifier = (await registered(officer, county))["partner"]["id"]
    organization = {"id": encoded("Organization", county.id)}
    assert await officer.ask(NODE, {"id": identifier}) == {
        "node": {"__typename": "Partner", "id": identifier, "name": "党员教育系统", "organization": organization}
    }
    for role in (Role.ADMINISTRATOR, Role.AUDITOR):
        found = await own_api.as_(county, role).ask("query ($id: ID!) { node(id: $id) { id } }", {"id": identifier})
        assert found == {"node": None}


async def test_partners_found_together_take_one_statement(
    own_api: Api, officer: Caller, county: OrganizationRecord
) -> None:
    made = [(await registered(officer, county))["partner"]["id"] for _ in range(3)]
    nothing = encoded("Partner", 10**12)
    with counted(own_api.database) as statements:
        found = await officer.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": [*made, nothing]})
    assert found == {"nodes": [*({"id": identifier} for identifier in made), None]}
    assert len([text for text in statements if "FROM clients" in text]) == 1


@pytest.mark.parametrize(("name", "further"), CHANGES)
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_stale_version_is_a_conflict_that_shows_the_current_one_and_changes_nothing(
    own_api: Api, officer: Caller, county: OrganizationRecord, name: str, further: dict[str, Any], language: str
) -> None:
    partner = (await registered(officer, county))["partner"]
    await changed(officer, "suspendPartner", id=partner["id"], version=1)
    before = await own_api.database.rows(select(*Client.__table__.columns))
    officer.language = language
    answer = await changed(officer, name, id=partner["id"], version=1, **further)
    [error] = answer["errors"]
    assert (answer["partner"], error["code"], error["path"]) == (None, "CONFLICT", ["version"])
    assert {"zh": "当前版本为 2", "en": "is at version 2"}[language] in error["message"]
    assert await own_api.database.rows(select(*Client.__table__.columns)) == before


async def test_whoever_gives_the_present_version_or_none_changes_the_partner(
    officer: Caller, county: OrganizationRecord
) -> None:
    identifier = (await registered(officer, county))["partner"]["id"]
    for version, (name, further) in enumerate(CHANGES, start=1):
        answer = await changed(officer, name, id=identifier, version=version, **further)
        assert (answer["errors"], answer["partner"]["version"]) == ([], version + 1), name
    another = (await registered(officer, county))["partner"]["id"]
    for unsaid in ({}, {"version": None}):
        assert (await changed(officer, "rotatePartnerSecret", id=another, **unsaid))["errors"] == []


@pytest.mark.parametrize(("name", "further"), [change for change in CHANGES if change[0] != "resumePartner"])
async def test_of_two_changes_of_one_version_at_once_one_is_made(
    own_api: Api, officer: Caller, county: OrganizationRecord, name: str, further: dict[str, Any]
) -> None:
    identifier = (await registered(officer, county))["partner"]["id"]
    answers = await asyncio.gather(
        changed(officer, name, id=identifier, version=1, **further),
        changed(officer, "rotatePartnerSecret", id=identifier, version=1),
    )
    assert sorted("".join(error["code"] for error in answer["errors"]) for answer in answers) == ["", "CONFLICT"]
    assert await own_api.database.rows(select(Client.version)) == [(2,)]


async def test_partners_come_in_pages(officer: Caller, county: OrganizationRecord) -> None:
    for number in range(3):
        await registered(officer, county, name=f"系统{number}")
    query = """query ($after: String) { partners(first: 2, after: $after) {
      nodes { name } totalCount pageInfo { endCursor hasNextPage } } }"""
    first = (await officer.ask(query))["partners"]
    assert ([p["name"] for p in first["nodes"]], first["totalCount"]) == (["系统0", "系统1"], 3)
    rest = (await officer.ask(query, {"after": first["pageInfo"]["endCursor"]}))["partners"]
    assert ([p["name"] for p in rest["nodes"]], rest["pageInfo"]["hasNextPage"]) == (["系统2"], False)


async def test_every_change_is_on_record_with_who_made_it(
    own_api: Api, officer: Caller, county: OrganizationRecord
) -> None:
    identifier = (await registered(officer, county))["partner"]["id"]
    await officer.ask(ROTATE, {"input": {"id": identifier}})
    await changed(officer, "setPartnerScopes", id=identifier, scopes=["MEMBERS_READ"])
    for name in ("suspendPartner", "resumePartner", "revokePartner"):
        await changed(officer, name, id=identifier)
    entries = await own_api.database.rows(
        select(AuditEntry.operation, AuditEntry.actor, AuditEntry.org_path, AuditEntry.target)
        .where(AuditEntry.kind == AuditKind.PARTNER.value)
        .order_by(AuditEntry.id)
    )
    assert [entry[0] for entry in entries] == [
        "registerPartner",
        "rotatePartnerSecret",
        "setPartnerScopes",
        "suspendPartner",
        "resumePartner",
        "revokePartner",
    ]
    assert {entry[1:] for entry in entries} == {("tester", county.path, "Partner:1")}
