"""What security officers do to accounts: each mutation, each refusal, and what the audit log says of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from auth.one_time_codes import hashed_code
from domain.codes import ClientKind, ClientState, OrganizationKind, Role
from domain.records import OrganizationRecord
from schema.identifiers import decoded, encoded
from server import recently_read
from storage.accounts import account_of_person
from storage.browser_sessions import begin_session, signed_in_account
from storage.engine import Database, connect
from storage.grants import NewGrant, begin_grant
from storage.models import Account, ActivationCode, AuditEntry, BrowserSession, Client, Grant
from tests.accounts import ACTIVATION_CODE, OPEN, SecurityOffice, global_id, somebody
from tests.api.test_statement_counts import counted
from tests.asking import AUDIT_KEY, Api
from tests.oracle import Register


@pytest.fixture(scope="module")
async def own_database(clone: Callable[[str], str], province_template: str) -> AsyncIterator[Database]:
    """A province that the tests of this file alone change, each with people of its own."""
    database = connect(clone(province_template), connections=20, audit_key=AUDIT_KEY)
    yield database
    await database.close()


@pytest.fixture(scope="module")
async def own_api(own_database: Database) -> AsyncIterator[Api]:
    application = Api(own_database)
    yield application
    await application.http.aclose()


@pytest.fixture
def office(own_api: Api, county: OrganizationRecord) -> SecurityOffice:
    """Of a county, which manages what lies below it and nothing else."""
    return SecurityOffice(own_api, county)


@pytest.fixture
def elsewhere(register: Register, county: OrganizationRecord) -> OrganizationRecord:
    """Another county."""
    return next(o for o in register.of_kind(OrganizationKind.COUNTY) if o.id != county.id)


@pytest.fixture
def below(register: Register, county: OrganizationRecord) -> OrganizationRecord:
    """An organisation in the county's subtree."""
    branches = register.of_kind(OrganizationKind.BRANCH)
    return next(o for o in branches if o.path.startswith(county.path))


def number_of(account: dict[str, Any]) -> int:
    return decoded(account["id"]).number


async def activated(office: SecurityOffice, account: dict[str, Any]) -> None:
    """As its holder would, past the sign-in pages."""
    values = {"state": "ACTIVE", "activated_at": datetime.now(UTC)}
    async with office.database.writing() as session:
        await session.execute(update(Account).where(Account.id == number_of(account)).values(values))


async def test_an_account_is_opened_and_its_holder_sent_a_code(
    office: SecurityOffice, below: OrganizationRecord
) -> None:
    draft = office.draft(organizationId=global_id(below))
    payload = (await office.officer.ask(OPEN, {"input": draft}))["openAccount"]
    assert payload["errors"] == []
    account = payload["account"]
    assert account["state"] == "INVITED"
    assert account["version"] == 1
    assert account["tier"] == "OTHER_GRASSROOTS"
    assert account["organization"] == {"id": global_id(below), "name": below.name}
    assert {name: account[name] for name in ("name", "identityNumber", "phone", "role")} == {
        name: draft[name] for name in ("name", "identityNumber", "phone", "role")
    }
    assert account["activation"]["state"] == "PENDING"
    assert account["activation"]["delivery"] == "PENDING"
    issued, expires = (datetime.fromisoformat(account["activation"][end]) for end in ("issuedAt", "expiresAt"))
    assert expires - issued == timedelta(days=7)
    [text] = await office.messages_to(draft["phone"])
    found = ACTIVATION_CODE.search(text)
    assert found is not None
    rows = await office.database.rows(
        select(ActivationCode.code_hash).where(ActivationCode.account_id == number_of(account))
    )
    assert len(rows) == 1
    assert rows[0][0] != found[0]


async def test_opening_is_audited_once_with_masked_values(office: SecurityOffice) -> None:
    draft = office.draft()
    account = (await office.officer.ask(OPEN, {"input": draft}))["openAccount"]["account"]
    [(operation, details)] = await office.entries(account["id"])
    assert operation == "openAccount"
    assert details["after"]["identityNumber"] == draft["identityNumber"][:6] + "********" + draft["identityNumber"][-4:]
    assert details["after"]["phone"] == draft["phone"][:3] + "****" + draft["phone"][-4:]
    assert details["after"]["role"] == "ADMINISTRATOR"
    assert draft["identityNumber"] not in str(details)
    assert draft["phone"] not in str(details)


async def test_what_was_typed_is_tidied(office: SecurityOffice) -> None:
    person = somebody()
    spaced = f" {person['phone'][:3]} {person['phone'][3:7]}-{person['phone'][7:]}"
    account = await office.opens(
        name=" 张 建国 ", identityNumber=person["identityNumber"], phone="+86" + spaced.strip()
    )
    assert account["name"] == "张 建国"
    assert account["phone"] == person["phone"]


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"name": "  "}, "NAME_INVALID", "name"),
        ({"name": "张" * 51}, "NAME_INVALID", "name"),
        ({"name": "张\n建国"}, "NAME_INVALID", "name"),
        ({"identityNumber": "370102195001010012"}, "IDENTITY_NUMBER_INVALID", "identityNumber"),
        ({"identityNumber": ""}, "IDENTITY_NUMBER_INVALID", "identityNumber"),
        ({"phone": "0531-86912345"}, "PHONE_INVALID", "phone"),
        ({"phone": "12345678901"}, "PHONE_INVALID", "phone"),
        ({"role": "PARTNER"}, "ROLE_INVALID", "role"),
        ({"organizationId": encoded("Organization", 2**62)}, "ORGANIZATION_NOT_FOUND", "organizationId"),
    ],
)
async def test_what_is_wrong_is_said_by_code_and_place(
    office: SecurityOffice, changes: dict[str, Any], code: str, path: str
) -> None:
    assert await office.refused(**changes) == [(code, [path])]


async def test_everything_wrong_is_said_at_once_and_nothing_saved(
    office: SecurityOffice, elsewhere: OrganizationRecord
) -> None:
    held = await office.opens()
    counted = select(func.count()).select_from(Account)
    before = await office.database.number(counted)
    found = await office.refused(
        name="", identityNumber=held["identityNumber"], phone=held["phone"], role="PARTNER",
        organizationId=global_id(elsewhere),
    )  # fmt: skip
    assert [code for code, _ in found] == [
        "NAME_INVALID",
        "ROLE_INVALID",
        "ORGANIZATION_NOT_FOUND",
        "PERSON_HOLDS_ACCOUNT",
        "PHONE_IN_USE",
    ]
    assert await office.database.number(counted) == before


async def test_a_person_holds_one_of_the_three_roles_at_most(office: SecurityOffice) -> None:
    held = await office.opens(role="AUDITOR")
    for role in ("ADMINISTRATOR", "SECURITY_OFFICER", "AUDITOR"):
        found = await office.refused(role=role, identityNumber=held["identityNumber"])
        assert found == [("PERSON_HOLDS_ACCOUNT", ["identityNumber"])]


async def test_whoever_lost_the_account_for_good_may_be_given_another(office: SecurityOffice) -> None:
    held = await office.opens()
    await office.does("revokeAccount", held)
    again = await office.opens(identityNumber=held["identityNumber"], phone=held["phone"], role="AUDITOR")
    assert again["id"] != held["id"]
    found = await account_of_person(office.database, held["identityNumber"])
    assert found is not None
    assert found.id == number_of(again)


async def test_of_sixteen_openings_for_one_person_at_once_one_is_made(office: SecurityOffice) -> None:
    person = somebody()

    async def opening() -> dict[str, Any]:
        draft = office.draft(identityNumber=person["identityNumber"])
        payload: dict[str, Any] = (await office.officer.ask(OPEN, {"input": draft}))["openAccount"]
        return payload

    payloads = await asyncio.gather(*(opening() for _ in range(16)))
    opened = [payload["account"] for payload in payloads if payload["account"]]
    assert len(opened) == 1
    assert [[e["code"] for e in p["errors"]] for p in payloads if not p["account"]] == [["PERSON_HOLDS_ACCOUNT"]] * 15
    assert len(await office.entries(opened[0]["id"])) == 1


async def test_of_sixteen_suspensions_at_once_one_is_made(office: SecurityOffice) -> None:
    account = await office.opens()
    payloads = await asyncio.gather(*(office.does("suspendAccount", account) for _ in range(16)))
    assert sorted("".join(e["code"] for e in p["errors"]) for p in payloads) == ["", *["CONFLICT"] * 15]
    assert [operation for operation, _ in await office.entries(account["id"])] == ["openAccount", "suspendAccount"]


async def test_a_suspended_account_is_resumed_as_it_was(office: SecurityOffice) -> None:
    account = await office.opens()
    suspended = (await office.does("suspendAccount", account))["account"]
    assert (suspended["state"], suspended["version"]) == ("SUSPENDED", 2)
    resumed = (await office.does("resumeAccount", suspended))["account"]
    assert (resumed["state"], resumed["version"]) == ("INVITED", 3)
    await activated(office, account)
    suspended = (await office.does("suspendAccount", resumed))["account"]
    assert (await office.does("resumeAccount", suspended))["account"]["state"] == "ACTIVE"


async def test_a_revoked_account_stays_revoked_and_its_code_is_gone(office: SecurityOffice) -> None:
    account = await office.opens()
    revoked = (await office.does("revokeAccount", account))["account"]
    assert revoked["state"] == "REVOKED"
    assert revoked["activation"] is None
    for mutation, further in (
        ("suspendAccount", {}),
        ("resumeAccount", {}),
        ("revokeAccount", {}),
        ("changeAccountRole", {"role": "AUDITOR"}),
        ("setAccountName", {"name": "李四"}),
        ("changeAccountPhone", {"phone": somebody()["phone"]}),
        ("resendActivationCode", {}),
        ("unlockAccount", {}),
    ):
        assert await office.codes(mutation, revoked, **further) == ["STATE_UNFIT"], mutation


async def test_role_organisation_and_name_are_changed_and_audited(
    office: SecurityOffice, below: OrganizationRecord
) -> None:
    account = await office.opens()
    changed = (await office.does("changeAccountRole", account, role="AUDITOR"))["account"]
    assert changed["role"] == "AUDITOR"
    changed = (await office.does("changeAccountOrganization", changed, organizationId=global_id(below)))["account"]
    assert changed["organization"]["id"] == global_id(below)
    changed = (await office.does("setAccountName", changed, name="李四"))["account"]
    assert (changed["name"], changed["version"]) == ("李四", 4)
    assert (await office.entries(account["id"]))[1:] == [
        ("changeAccountRole", {"before": {"role": "ADMINISTRATOR"}, "after": {"role": "AUDITOR"}}),
        (
            "changeAccountOrganization",
            {"before": {"organizationId": office.organization.id}, "after": {"organizationId": below.id}},
        ),
        ("setAccountName", {"before": {"name": "张*"}, "after": {"name": "李*"}}),
    ]
    found = await office.officer.ask(
        "query ($w: ID!, $id: String!) { accounts(where: {within: $w, identityNumber: {exact: $id}}) { totalCount } }",
        {"w": global_id(below), "id": account["identityNumber"]},
    )
    assert found["accounts"]["totalCount"] == 1


@pytest.mark.parametrize(
    ("mutation", "further", "code"),
    [
        ("changeAccountRole", {"role": "PARTNER"}, "ROLE_INVALID"),
        ("changeAccountRole", {"role": "ADMINISTRATOR"}, "NOTHING_CHANGES"),
        ("setAccountName", {"name": ""}, "NAME_INVALID"),
        ("setAccountName", {"name": " 张建国 "}, "NOTHING_CHANGES"),
        ("changeAccountPhone", {"phone": "0531-86912345"}, "PHONE_INVALID"),
        ("resumeAccount", {}, "STATE_UNFIT"),
        ("unlockAccount", {}, "STATE_UNFIT"),
    ],
)
async def test_a_change_that_cannot_be_is_refused_and_leaves_no_entry(
    office: SecurityOffice, mutation: str, further: dict[str, Any], code: str
) -> None:
    account = await office.opens()
    assert await office.codes(mutation, account, **further) == [code]
    assert len(await office.entries(account["id"])) == 1


async def test_an_account_moves_within_the_subtree_alone(office: SecurityOffice, elsewhere: OrganizationRecord) -> None:
    account = await office.opens()
    refused = await office.codes("changeAccountOrganization", account, organizationId=global_id(elsewhere))
    assert refused == ["ORGANIZATION_NOT_FOUND"]


async def test_a_stale_version_is_a_conflict_that_shows_the_current_one(office: SecurityOffice) -> None:
    account = await office.opens()
    await office.does("setAccountName", account, name="李四")
    payload = await office.does("suspendAccount", account)
    assert [error["code"] for error in payload["errors"]] == ["CONFLICT"]
    assert "version 2" in payload["errors"][0]["message"]


async def test_a_mended_phone_gets_a_new_code_and_the_old_one_is_void(office: SecurityOffice) -> None:
    account = await office.opens()
    right = somebody()["phone"]
    changed = (await office.does("changeAccountPhone", account, phone=right))["account"]
    assert changed["phone"] == right
    texts = [*await office.messages_to(account["phone"]), *await office.messages_to(right)]
    assert await good_codes(office, account, texts) == [False, True]


async def good_codes(office: SecurityOffice, account: dict[str, Any], texts: list[str]) -> list[bool]:
    """For each text, whether the code in it is the one that counts."""
    rows = await office.database.rows(
        select(ActivationCode.code_hash).where(ActivationCode.account_id == number_of(account))
    )
    codes = [found[0] for text in texts if (found := ACTIVATION_CODE.search(text))]
    return [hashed_code(code, office.api.code_key) == rows[0][0] for code in codes]


async def test_the_phone_of_another_is_refused(office: SecurityOffice) -> None:
    account, other = await office.opens(), await office.opens()
    assert await office.codes("changeAccountPhone", account, phone=other["phone"]) == ["PHONE_IN_USE"]
    assert len(await office.entries(account["id"])) == 1


async def test_the_phone_of_an_activated_account_is_its_holders_to_change(office: SecurityOffice) -> None:
    account = await office.opens()
    await activated(office, account)
    assert await office.codes("changeAccountPhone", account, phone=somebody()["phone"]) == ["STATE_UNFIT"]


async def test_a_code_is_sent_anew_three_times_an_hour(office: SecurityOffice) -> None:
    account = await office.opens()
    for _ in range(3):
        assert (await office.does("resendActivationCode", account))["errors"] == []
    resend = "mutation ($id: ID!) { resendActivationCode(input: {id: $id}) { errors { code } } }"
    error = await office.officer.refused(resend, {"id": account["id"]})
    assert error["extensions"]["code"] == "TOO_MANY_ATTEMPTS"
    sent = await office.messages_to(account["phone"])
    assert await good_codes(office, account, sent) == [False, False, False, True]
    assert [operation for operation, _ in await office.entries(account["id"])][1:] == ["resendActivationCode"] * 3


async def test_an_account_is_unlocked(office: SecurityOffice) -> None:
    account = await office.opens()
    await activated(office, account)
    locked = {"failed_attempts": 7, "locked_until": datetime.now(UTC) + timedelta(minutes=15)}
    async with office.database.writing() as session:
        await session.execute(update(Account).where(Account.id == number_of(account)).values(locked))
    payload = await office.does("unlockAccount", account)
    assert payload["errors"] == []
    assert payload["account"]["lockedUntil"] is None
    rows = await office.database.rows(select(Account.failed_attempts).where(Account.id == number_of(account)))
    assert rows == [(0,)]


@pytest.mark.parametrize(
    ("mutation", "further"),
    [
        ("suspendAccount", {}),
        ("revokeAccount", {}),
        ("changeAccountRole", {"role": "AUDITOR"}),
        ("changeAccountOrganization", {}),
    ],
)
async def test_whatever_the_account_is_signed_in_with_ends(
    office: SecurityOffice, below: OrganizationRecord, mutation: str, further: dict[str, Any]
) -> None:
    account = await office.opens()
    await activated(office, account)
    cookie, grant_id = await signed_in(office, account)
    if mutation == "changeAccountOrganization":
        further = {"organizationId": global_id(below)}
    assert (await office.does(mutation, account, **further))["errors"] == []
    assert await signed_in_account(office.database, cookie, datetime.now(UTC)) is None
    sessions = select(BrowserSession.id_hash).where(BrowserSession.account_id == number_of(account))
    assert await office.database.rows(sessions) == [], "it would be signed in again once it is resumed"
    rows = await office.database.rows(select(Grant.revoked_at, Grant.revoked_because).where(Grant.id == grant_id))
    assert rows[0][0] is not None
    assert rows[0][1] == mutation


async def signed_in(office: SecurityOffice, account: dict[str, Any]) -> tuple[str, str]:
    """A browser session and a grant of the account."""
    now, token = datetime.now(UTC), f"cookie of {account['id']}"
    client = {
        "client_id": f"client of {account['id']}",
        "kind": ClientKind.FIRST_PARTY.value,
        "name": "应用",
        "state": ClientState.ACTIVE.value,
    }
    async with office.database.writing() as session:
        row = await session.row(insert(Client).values(client).returning(Client.id))
        assert row is not None
        await begin_session(session, token, number_of(account), now)
        grant = NewGrant(
            f"grant of {account['id']}", row[0], number_of(account), None, "openid", now, now + timedelta(1)
        )
        await begin_grant(session, grant, now)
    assert await signed_in_account(office.database, token, now) is not None
    return token, grant.id


async def test_nobody_changes_the_own_account(office: SecurityOffice) -> None:
    account = await office.opens(role="SECURITY_OFFICER")
    await activated(office, account)
    own = {"subject": "tester"}  # who the tokens of the tests are for
    async with office.database.writing() as session:
        await session.execute(update(Account).where(Account.id == number_of(account)).values(own))
    try:
        for mutation, further in (
            ("suspendAccount", {}),
            ("revokeAccount", {}),
            ("changeAccountRole", {"role": "ADMINISTRATOR"}),
            ("changeAccountOrganization", {"organizationId": global_id(office.organization)}),
            ("setAccountName", {"name": "李四"}),
            ("unlockAccount", {}),
        ):
            assert await office.codes(mutation, account, **further) == ["SELF"], mutation
    finally:
        async with office.database.writing() as session:
            restored = {"subject": f"formerly tester {account['id']}"}
            await session.execute(update(Account).where(Account.id == number_of(account)).values(restored))
    assert len(await office.entries(account["id"])) == 1


async def test_an_account_elsewhere_does_not_exist(
    own_api: Api, office: SecurityOffice, elsewhere: OrganizationRecord
) -> None:
    other = SecurityOffice(own_api, elsewhere)
    account = await other.opens()
    missing = {"id": encoded("Account", 2**62), "version": 1}
    queries = "query ($id: ID!) { account(id: $id) { id } node(id: $id) { id } }"
    assert await office.officer.ask(queries, {"id": account["id"]}) == {"account": None, "node": None}
    assert (await other.officer.ask(queries, {"id": account["id"]}))["node"] == {"id": account["id"]}
    for mutation in ("suspendAccount", "revokeAccount", "resumeAccount"):
        query = f"mutation ($input: {mutation[0].upper()}{mutation[1:]}Input!) {{ {mutation}(input: $input) {{ errors {{ code }} }} }}"
        hidden = {"id": account["id"], "version": 1}
        refusals = [await office.officer.refused(query, {"input": known}) for known in (hidden, missing)]
        assert refusals[0]["extensions"]["code"] == "NOT_FOUND"
        assert refusals[0] == refusals[1]
    assert len(await office.entries(account["id"])) == 1


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
async def test_only_security_officers_know_of_accounts(
    office: SecurityOffice, county: OrganizationRecord, role: Role
) -> None:
    caller = office.api.as_(county, role)
    error = await caller.refused("{ accounts { totalCount } }")
    assert error["extensions"] == {"code": "FIELD_HIDDEN", "fields": ["Query.accounts"]}
    refused = await caller.refused(OPEN, {"input": office.draft()})
    assert "Mutation.openAccount" in refused["extensions"]["fields"]
    account = await office.opens()
    found = await caller.ask("query ($id: ID!) { node(id: $id) { id } }", {"id": account["id"]})
    assert found == {"node": None}


async def test_personal_values_are_masked_below_the_county(
    own_api: Api, approving_committee: OrganizationRecord
) -> None:
    office = SecurityOffice(own_api, approving_committee)
    draft = office.draft()
    payload = (await office.officer.ask(OPEN, {"input": draft}))["openAccount"]
    assert payload["account"]["phone"] == draft["phone"][:3] + "****" + draft["phone"][-4:]
    assert draft["identityNumber"] not in str(payload)
    found = await office.officer.ask(
        "query ($p: String!) { accounts(where: {phone: {exact: $p}}) { nodes { id identityNumber } } }",
        {"p": draft["phone"]},
    )
    [node] = found["accounts"]["nodes"]
    assert "********" in node["identityNumber"]
    error = await office.officer.refused('{ accounts(where: {phone: {prefix: "139"}}) { totalCount } }')
    assert error["extensions"] == {"code": "FIELD_MASKED", "fields": ["Account.phone"]}


async def test_accounts_are_found_ordered_and_paged(office: SecurityOffice, below: OrganizationRecord) -> None:
    opened = [await office.opens(name=f"欧阳{n}", organizationId=global_id(below)) for n in range(5)]
    await office.does("suspendAccount", opened[0])
    query = """query ($after: String, $where: AccountFilter) {
      accounts(where: $where, first: 2, after: $after, orderBy: [{field: NAME, direction: DESC}]) {
        totalCount nodes { name } pageInfo { endCursor hasNextPage } } }"""
    where = {"name": {"prefix": "欧阳"}, "role": {"exact": "ADMINISTRATOR"}, "within": global_id(below)}
    seen, after = [], None
    while True:
        page = (await office.officer.ask(query, {"after": after, "where": where}))["accounts"]
        assert page["totalCount"] == 5
        seen += [node["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == [f"欧阳{n}" for n in (4, 3, 2, 1, 0)]
    suspended = where | {"state": {"exact": "SUSPENDED"}, "name": {"fuzzy": "阳"}}
    page = (await office.officer.ask(query, {"after": None, "where": suspended}))["accounts"]
    assert [node["name"] for node in page["nodes"]] == ["欧阳0"]


async def test_a_list_of_accounts_takes_as_many_statements_as_one(
    office: SecurityOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recently_read, "monotonic", lambda: 100.0)  # what has been read of the caller stays read
    for _ in range(3):
        await office.opens()
    asked = "{ accounts(first: %d) { nodes { tier organization { name } activation { state delivery } } } }"
    needed = []
    for size in (1, 3):
        await office.officer.ask(asked % size)
        with counted(office.database) as statements:
            found = await office.officer.ask(asked % size)
        assert len(found["accounts"]["nodes"]) == size
        needed.append([text for text in statements if "permission_versions" not in text])
    assert len(needed[0]) == len(needed[1]) > 0


async def test_entries_stand_in_the_scope_of_the_officer(office: SecurityOffice) -> None:
    account = await office.opens()
    found = select(AuditEntry.actor, AuditEntry.role, AuditEntry.org_path).where(
        AuditEntry.target == f"Account:{number_of(account)}"
    )
    assert await office.database.rows(found) == [("tester", "SECURITY_OFFICER", office.organization.path)]
