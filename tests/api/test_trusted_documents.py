"""Documents of a manifest: asked for by identifier, over every transport; and a server that runs no others."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from auth.actor import Role
from auth.oauth.registration import register_application
from domain.records import OrganizationRecord
from schema.identifiers import encoded
from server.operations.document_policy import PARTNERS, DocumentPolicy
from server.operations.manifests import documents_of, sha256_identifier
from storage.engine import connect
from tests.api.test_partners import REGISTER
from tests.asking import AUDIT_KEY, Api, Caller
from tests.event_streams import event_stream
from tests.opened_accounts import opened_account, token_at, token_at_the_console
from tests.serving import served
from tests.sockets import socket

VIEWER = "query Viewer { viewer { role } }"
TWO = "query A { viewer { role } } query B { viewer { tier } }"
LISTEN = "subscription Listen { permissionsChanged { version } }"
LEAVE = 'mutation Leave { approveRequest(input: {id: "x", opinion: "-"}) { errors { code } } }'
MANIFEST = {"c0ffee": VIEWER, "two": TWO, "listen": LISTEN, "leave": LEAVE}
ADMINISTRATOR = {"data": {"viewer": {"role": "ADMINISTRATOR"}}}
ELSE = "{ viewer { role tier } }"


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "persisted-documents.json"
    path.write_text(json.dumps(MANIFEST), encoding="utf-8")
    return path


def trusting(api: Api, manifest: Path, url: str, **more: Any) -> Api:
    database = connect(url, connections=2, audit_key=AUDIT_KEY)
    policy = DocumentPolicy(documents_of([manifest]), **more)
    return Api(database, api.matrix, api.clock, api.key, token_clock=api.clock, documents=policy)


@pytest.fixture
async def accepting(api: Api, manifest: Path, province_url: str) -> AsyncIterator[Api]:
    """Trusted documents, and others too."""
    own = trusting(api, manifest, province_url)
    yield own
    await own.http.aclose()
    await own.database.close()


@pytest.fixture
async def strict(api: Api, manifest: Path, own_province_url: str) -> AsyncIterator[Api]:
    """Trusted documents alone, but for the console."""
    own = trusting(api, manifest, own_province_url, only_trusted=True)
    async with own.database.writing() as session:
        await register_application(session, "register-web", "管理端", ["https://web.example/"], own.clock)
    yield own
    await own.http.aclose()
    await own.database.close()


async def asked(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    answer = await caller.api.http.post("/graphql", json=body, headers=_headers(caller))
    found: dict[str, Any] = answer.json()
    return found


async def refusal(caller: Caller, body: dict[str, Any]) -> str:
    answer = await asked(caller, body)
    assert "data" not in answer
    return str(answer["errors"][0]["extensions"]["code"])


def _headers(caller: Caller) -> dict[str, str]:
    return {"Authorization": f"Bearer {caller.token}", "Accept-Language": "en"}


@pytest.mark.parametrize(
    "named",
    [
        {"documentId": "c0ffee"},
        {"documentId": sha256_identifier(VIEWER)},
        {"doc_id": "c0ffee"},
        {"id": "c0ffee", "query": None},
        {"documentId": "c0ffee", "operationName": "Viewer"},
        {"documentId": "c0ffee", "operationName": ""},
        {
            "extensions": {
                "persistedQuery": {"version": 1, "sha256Hash": sha256_identifier(VIEWER).removeprefix("sha256:")}
            }
        },
    ],
    ids=str,
)
async def test_a_document_is_asked_for_by_its_identifier(
    accepting: Api, county: OrganizationRecord, named: dict[str, Any]
) -> None:
    assert await asked(accepting.as_(county), named) == ADMINISTRATOR


async def test_of_several_operations_one_is_named(accepting: Api, county: OrganizationRecord) -> None:
    caller = accepting.as_(county)
    assert await asked(caller, {"documentId": "two", "operationName": "A"}) == ADMINISTRATOR
    assert await refusal(caller, {"documentId": "two"}) == "OPERATION_NOT_FOUND"
    assert await refusal(caller, {"documentId": "two", "operationName": "C"}) == "OPERATION_NOT_FOUND"


async def test_get_names_documents_too_but_none_that_changes_anything(
    accepting: Api, county: OrganizationRecord
) -> None:
    headers = _headers(accepting.as_(county))
    answer = await accepting.http.get("/graphql", params={"documentId": "c0ffee"}, headers=headers)
    assert answer.json() == ADMINISTRATOR
    assert (await accepting.http.get("/graphql", params={"documentId": "leave"}, headers=headers)).status_code == 405


async def test_streams_name_documents_too(accepting: Api, province_url: str, county: OrganizationRecord) -> None:
    token = accepting.as_(county).token
    async with served(accepting, province_url) as place:
        async with socket(place, token) as following:
            await following.send({"id": "1", "type": "subscribe", "payload": {"documentId": "listen"}})
            assert (await following.next_data())["permissionsChanged"]["version"] == 0
        async with event_stream(place, token, None, document_id="listen") as events:
            assert (await events.next_data())["permissionsChanged"]["version"] == 0


async def test_other_documents_are_run_beside(accepting: Api, county: OrganizationRecord) -> None:
    assert "errors" not in await asked(accepting.as_(county), {"query": ELSE})


async def test_an_unknown_identifier_is_said_to_be_unknown(accepting: Api, county: OrganizationRecord) -> None:
    caller = accepting.as_(county)
    for named in ({"documentId": "c0ffe"}, {"documentId": sha256_identifier(ELSE)}, {"id": "?"}):
        assert await refusal(caller, named) == "DOCUMENT_NOT_FOUND"
    assert await refusal(caller, {"documentId": 7}) == "BAD_REQUEST"
    assert await refusal(caller, {"documentId": ""}) == "BAD_REQUEST"


async def test_whoever_names_a_document_may_use_no_more_of_it_than_if_it_had_come_as_text(
    accepting: Api, county: OrganizationRecord
) -> None:
    auditor = accepting.as_(county, Role.AUDITOR)
    for body in ({"documentId": "leave"}, {"query": LEAVE}):
        assert await refusal(auditor, body) == "FIELD_HIDDEN"


async def at_the_front_end(strict: Api, county: OrganizationRecord) -> Caller:
    person = await opened_account(strict.database, county.id)
    return Caller(strict, await token_at(strict, person, "register-web"))


async def test_a_front_end_gets_trusted_documents_alone(strict: Api, county: OrganizationRecord) -> None:
    caller = await at_the_front_end(strict, county)
    assert await asked(caller, {"documentId": "c0ffee"}) == ADMINISTRATOR
    assert await asked(caller, {"query": VIEWER}) == ADMINISTRATOR
    for other in (ELSE, VIEWER + " ", "{ __schema { types { name } } }", "{ nonsense"):
        assert await refusal(caller, {"query": other}) == "DOCUMENT_NOT_TRUSTED"


async def test_a_hash_is_no_way_around(strict: Api, county: OrganizationRecord) -> None:
    digest = sha256_identifier(ELSE).removeprefix("sha256:")
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
    caller = await at_the_front_end(strict, county)
    assert await refusal(caller, {"query": ELSE, "extensions": extensions}) == "DOCUMENT_NOT_TRUSTED"
    assert "errors" not in await asked(strict.as_(county), {"query": ELSE, "extensions": extensions})
    assert await refusal(caller, {"extensions": extensions}) == "PERSISTED_QUERY_NOT_SUPPORTED"
    assert await refusal(caller, {"query": "", "extensions": extensions}) == "PERSISTED_QUERY_NOT_SUPPORTED"


async def test_streams_are_bound_too(strict: Api, own_province_url: str, county: OrganizationRecord) -> None:
    token = (await at_the_front_end(strict, county)).token
    other = "subscription { permissionsChanged { version } }"
    async with served(strict, own_province_url) as place:
        async with socket(place, token) as following:
            await following.subscribe(other)
            assert (await following.ended_with())["code"] == "DOCUMENT_NOT_TRUSTED"
            await following.subscribe(LISTEN, "2")
            assert (await following.next_data())["permissionsChanged"]["version"] == 0
        async with event_stream(place, token, other) as events:
            assert (await events.ended_with())["code"] == "DOCUMENT_NOT_TRUSTED"


async def test_whoever_explores_sends_any_document(strict: Api, county: OrganizationRecord) -> None:
    person = await opened_account(strict.database, county.id)
    at_the_console = Caller(strict, await token_at_the_console(strict, person))
    for explorer in (at_the_console, strict.as_(county)):
        assert "errors" not in await asked(explorer, {"query": ELSE})


@pytest.mark.parametrize(("explorers", "outcome"), [((), "DOCUMENT_NOT_TRUSTED"), ((PARTNERS,), None)])
async def test_partners_explore_where_they_are_let(
    api: Api,
    manifest: Path,
    own_province_url: str,
    county: OrganizationRecord,
    explorers: tuple[str, ...],
    outcome: str | None,
) -> None:
    own = trusting(api, manifest, own_province_url, only_trusted=True, explorers=frozenset(explorers))
    values = {
        "name": "党员教育系统",
        "organization": encoded("Organization", county.id),
        "scopes": ["ORGANIZATIONS_READ"],
    }
    registered = await own.as_(county, Role.SECURITY_OFFICER).ask(REGISTER, {"input": values})
    partner, secret = registered["registerPartner"]["partner"], registered["registerPartner"]["secret"]
    form = {"grant_type": "client_credentials", "scope": "organizations:read"}
    answer = await own.http.post("/oauth/token", data=form, auth=(partner["clientId"], secret))
    said = await asked(Caller(own, answer.json()["access_token"]), {"query": "{ viewer { role } }"})
    assert [error["extensions"]["code"] for error in said.get("errors", [])] == ([outcome] if outcome else [])
    await own.database.close()
