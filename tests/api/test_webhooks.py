"""推送: security officers set webhooks of the partners of their own subtree, and see how they are doing."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from auth.webhook_secrets import SecretLostError, open_secret
from domain.codes import AuditKind, OrganizationKind, Role
from domain.records import OrganizationRecord
from domain.webhooks import DEFAULT_DOCUMENT
from schema.identifiers import encoded
from storage.models import AuditEntry, Webhook
from tests.api.test_partners import changed
from tests.api.test_statement_counts import counted
from tests.oracle import Register
from tests.webhooks import WEBHOOK, Office, office_over

ADDRESS = "https://partner.example/changes?key=abc"


@pytest.fixture
async def office(own_province_url: str, county: OrganizationRecord) -> AsyncIterator[Office]:
    async with office_over(own_province_url, county) as office:
        yield office


async def codes(office: Office, mutation: str, **given: Any) -> list[tuple[str, list[str]]]:
    payload = await office.does(mutation, **given)
    assert payload["webhook"] is None
    return [(error["code"], error["path"]) for error in payload["errors"]]


async def stored(office: Office) -> list[tuple[Any, ...]]:
    return await office.api.database.rows(select(*Webhook.__table__.columns))


async def test_a_webhook_that_was_set_begins_now_and_shows_its_secret_once(
    office: Office, county: OrganizationRecord
) -> None:
    now = (await office.api.as_(county).ask("{ changeCursor }"))["changeCursor"]
    payload = await office.does("setWebhook", address=ADDRESS)
    webhook = payload["webhook"]
    assert payload["secret"].startswith("whsec_")
    assert (webhook["state"], webhook["address"], webhook["cursor"], webhook["lag"]) == ("ACTIVE", ADDRESS, now, 0)
    assert (webhook["document"], webhook["types"], webhook["organization"]) == (DEFAULT_DOCUMENT, [], None)
    assert (webhook["version"], webhook["message"], webhook["lastError"]) == (1, None, None)
    again = await office.does("setWebhook", address=ADDRESS, types=["MEMBER_LEFT"], version=1)
    assert (again["secret"], again["webhook"]["types"], again["webhook"]["version"]) == (None, ["MEMBER_LEFT"], 2)
    assert await office.webhook() == again["webhook"]


async def test_the_secret_is_kept_sealed_and_for_this_partner_alone(office: Office) -> None:
    secret = await office.sets(ADDRESS)
    kept = str(await stored(office)) + str(await office.api.database.rows(select(*AuditEntry.__table__.columns)))
    assert secret not in kept
    assert secret.removeprefix("whsec_") not in kept
    [[sealed]] = await office.api.database.rows(select(Webhook.secret))
    assert open_secret(office.api.code_key, 1, sealed) == secret
    for key, partner in ((office.api.code_key, 2), (b"another server's", 1)):
        with pytest.raises(SecretLostError):
            open_secret(key, partner, sealed)


ADDRESSES = [
    ("http://partner.example/", "ADDRESS_UNENCRYPTED"),
    ("https://partner.example:8443/", "ADDRESS_REFUSED"),
    ("https://10.0.0.1/", "ADDRESS_REFUSED"),
    ("https://[::1]/", "ADDRESS_REFUSED"),
    ("https://user:password@partner.example/", "ADDRESS_INVALID"),
    ("https://partner.example/#part", "ADDRESS_INVALID"),
    ("https://partner.example/ GET", "ADDRESS_INVALID"),
    ("https://partner.example/\r\nX: y", "ADDRESS_INVALID"),
    ("https://partner\uff0eexample/", "ADDRESS_INVALID"),
    ("https://partner.example:99999/", "ADDRESS_INVALID"),
    ("https:///changes", "ADDRESS_INVALID"),
    ("file:///etc/passwd", "ADDRESS_INVALID"),
    ("https://partner.example/" + "a" * 500, "ADDRESS_INVALID"),
    ("", "ADDRESS_INVALID"),
]


@pytest.mark.parametrize(("address", "code"), ADDRESSES)
async def test_an_address_that_cannot_be_good_is_refused(office: Office, address: str, code: str) -> None:
    assert await codes(office, "setWebhook", address=address) == [(code, ["address"])]
    assert await stored(office) == []


DOCUMENTS = [
    ("{ changes { nodes { cursor } } }", "DOCUMENT_INVALID"),
    ("subscription { changes { cursor } permissionsChanged { version } }", "DOCUMENT_INVALID"),
    ("subscription { permissionsChanged { version } }", "DOCUMENT_INVALID"),
    ("subscription { changes(types: [MEMBER_LEFT]) { cursor } }", "DOCUMENT_INVALID"),
    ("subscription ($a: String) { changes(after: $a) { cursor } }", "DOCUMENT_INVALID"),
    ("subscription A { changes { cursor } } query B { changeCursor }", "DOCUMENT_INVALID"),
    ("subscription { ...F } fragment F on Subscription { changes { cursor } }", "DOCUMENT_INVALID"),
    ("subscription { changes { nothing } }", "DOCUMENT_INVALID"),
    ("subscription { changes { cursor }", "DOCUMENT_INVALID"),
    ("subscription { changes { cursor } } #" + "." * 10_000, "DOCUMENT_INVALID"),
    ("", "DOCUMENT_INVALID"),
]


@pytest.mark.parametrize(("document", "code"), DOCUMENTS)
async def test_a_document_that_cannot_be_told_is_refused(office: Office, document: str, code: str) -> None:
    assert await codes(office, "setWebhook", address=ADDRESS, document=document) == [(code, ["document"])]
    assert await stored(office) == []


async def test_everything_that_is_wrong_is_said_at_once_in_the_callers_language(office: Office) -> None:
    office.officer.language = "zh"
    errors = (await office.does("setWebhook", address="http://partner.example/", document="-"))["errors"]
    assert [error["code"] for error in errors] == ["ADDRESS_UNENCRYPTED", "DOCUMENT_INVALID"]
    assert "https" in errors[0]["message"]
    assert "文档无效" in errors[1]["message"]


async def test_what_the_partner_may_not_see_it_cannot_be_sent(office: Office, county: OrganizationRecord) -> None:
    await office.registers(county, scopes=["CHANGES_READ"])
    document = "subscription { changes { cursor member { name } } }"
    assert await codes(office, "setWebhook", address=ADDRESS, document=document) == [("FIELD_HIDDEN", ["document"])]
    await office.registers(county, scopes=["MEMBERS_READ"])
    assert await codes(office, "setWebhook", address=ADDRESS) == [("FIELD_HIDDEN", ["document"])]
    assert await stored(office) == []


async def test_the_organisation_lies_within_the_partners_scope(
    office: Office, register: Register, county: OrganizationRecord, province_committee: OrganizationRecord
) -> None:
    below = next(o for o in register.organizations.values() if o.path.startswith(county.path) and o.id != county.id)
    payload = await office.does("setWebhook", address=ADDRESS, organizationId=encoded("Organization", below.id))
    assert payload["webhook"]["organization"] == {"id": encoded("Organization", below.id)}
    query = "mutation ($input: SetWebhookInput!) { setWebhook(input: $input) { webhook { state } } }"
    elsewhere = {"organizationId": encoded("Organization", province_committee.id), "address": ADDRESS}
    error = await office.officer.refused(query, {"input": {"partnerId": office.partner["id"], **elsewhere}})
    assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("NOT_FOUND", ["input", "organizationId"])


async def test_cursors_that_are_none_or_of_another_register_are_refused(office: Office) -> None:
    assert await codes(office, "setWebhook", address=ADDRESS, after="Y2hhbmdlczo3OjE") == [
        ("CURSOR_EXPIRED", ["after"])
    ]
    query = "mutation ($input: SetWebhookInput!) { setWebhook(input: $input) { webhook { state } } }"
    given = {"partnerId": office.partner["id"], "address": ADDRESS, "after": "nothing"}
    assert (await office.officer.refused(query, {"input": given}))["extensions"]["code"] == "BAD_USER_INPUT"


CHANGES = ["enableWebhook", "pauseWebhook", "testWebhook", "rotateWebhookSecret"]


async def test_where_there_is_none_nothing_is_changed(office: Office) -> None:
    for mutation in CHANGES:
        assert await codes(office, mutation) == [("WEBHOOK_MISSING", ["partnerId"])], mutation
    assert (await office.does("deleteWebhook"))["errors"][0]["code"] == "WEBHOOK_MISSING"
    assert await office.webhook() is None


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_stale_version_is_a_conflict_that_shows_the_current_one(office: Office, language: str) -> None:
    await office.sets(ADDRESS)
    await office.does("pauseWebhook", version=1)
    before = await stored(office)
    office.officer.language = language
    for mutation in CHANGES:
        [error] = (await office.does(mutation, version=1))["errors"]
        assert (error["code"], error["path"]) == ("CONFLICT", ["version"])
        assert {"zh": "当前版本为 2", "en": "is at version 2"}[language] in error["message"]
    assert await codes(office, "setWebhook", address=ADDRESS, version=1) == [("CONFLICT", ["version"])]
    assert await stored(office) == before


async def test_only_what_is_active_is_paused_and_only_what_is_not_is_enabled(office: Office) -> None:
    await office.sets(ADDRESS)
    assert await codes(office, "enableWebhook") == [("WRONG_STATE", ["partnerId"])]
    assert (await office.does("pauseWebhook"))["webhook"]["state"] == "PAUSED"
    assert await codes(office, "pauseWebhook") == [("WRONG_STATE", ["partnerId"])]
    assert (await office.does("enableWebhook"))["webhook"]["state"] == "ACTIVE"


async def test_a_revoked_partners_webhook_can_but_be_deleted(office: Office) -> None:
    await office.sets(ADDRESS)
    await changed(office.officer, "revokePartner", id=office.partner["id"])
    for mutation in CHANGES:
        assert await codes(office, mutation) == [("WRONG_STATE", ["partnerId"])], mutation
    assert (await office.does("deleteWebhook"))["partner"] == {"webhook": None}
    assert await stored(office) == []


async def test_overlaps_have_their_bounds(office: Office) -> None:
    await office.sets(ADDRESS)
    for hours in (-1, 169):
        assert await codes(office, "rotateWebhookSecret", overlapHours=hours) == [
            ("OVERLAP_OUT_OF_BOUNDS", ["overlapHours"])
        ]
    rotated = await office.does("rotateWebhookSecret", overlapHours=24)
    assert rotated["webhook"]["formerSecretUntil"] is not None


async def test_partners_outside_the_scope_do_not_exist_and_other_roles_see_no_webhook(
    office: Office, register: Register, county: OrganizationRecord
) -> None:
    await office.sets(ADDRESS)
    elsewhere = next(o for o in register.of_kind(OrganizationKind.COUNTY) if o.id != county.id)
    other = replace(office, officer=office.api.as_(elsewhere, Role.SECURITY_OFFICER))
    before = await stored(office)
    query = "mutation ($input: PauseWebhookInput!) { pauseWebhook(input: $input) { webhook { state } } }"
    error = await other.officer.refused(query, {"input": {"partnerId": office.partner["id"]}})
    assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("NOT_FOUND", ["input", "partnerId"])
    assert await stored(office) == before
    for role in (Role.ADMINISTRATOR, Role.AUDITOR, Role.PARTNER):
        asked = f"{{ partners {{ nodes {{ webhook {{ {WEBHOOK} }} }} }} }}"
        error = await office.api.as_(county, role).refused(asked)
        assert error["extensions"]["code"] == "FIELD_HIDDEN"
        assert "Webhook.address" in error["extensions"]["fields"]


async def test_every_change_is_on_record_without_address_or_secret(office: Office, county: OrganizationRecord) -> None:
    await office.sets(ADDRESS)
    for mutation in ("rotateWebhookSecret", "testWebhook", "pauseWebhook", "enableWebhook", "deleteWebhook"):
        assert (await office.does(mutation))["errors"] == []
    entries = await office.api.database.rows(
        select(AuditEntry.operation, AuditEntry.actor, AuditEntry.org_path, AuditEntry.target, AuditEntry.details)
        .where(AuditEntry.kind == AuditKind.PARTNER.value)
        .order_by(AuditEntry.id)
    )
    assert [entry[0] for entry in entries] == [
        "registerPartner", "setWebhook", "rotateWebhookSecret", "testWebhook", "pauseWebhook", "enableWebhook", "deleteWebhook",
    ]  # fmt: skip
    assert {entry[1:4] for entry in entries} == {("tester", county.path, "Partner:1")}
    assert entries[1][4]["host"] == "partner.example"
    assert "key=abc" not in str(entries)


async def test_webhooks_of_many_partners_take_one_statement(office: Office, county: OrganizationRecord) -> None:
    await office.sets(ADDRESS)
    await office.registers(county)
    await office.sets(ADDRESS)
    await office.registers(county)
    with counted(office.api.database) as statements:
        found = await office.officer.ask("{ partners { nodes { webhook { state lag } } } }")
    assert [each["webhook"] for each in found["partners"]["nodes"]] == [{"state": "ACTIVE", "lag": 0}] * 2 + [None]
    assert len([text for text in statements if "FROM webhooks" in text]) == 1
