"""跨站: what pages of other sites can have a browser do here, which sends its cookies along: nothing that changes anything."""

import json
from collections.abc import AsyncIterator

import pytest

from domain.records import OrganizationRecord
from server.http_manners import HttpManners
from storage.engine import Database, connect
from storage.statements import Statement
from tests.asking import AUDIT_KEY, Api
from tests.routes import addresses_of

EVIL = "https://evil.example"
FROM_ELSEWHERE = {
    "Origin": EVIL,
    "Sec-Fetch-Site": "cross-site",
    "Cookie": f"dengta_session={'x' * 43}; __Host-dengta_session={'x' * 43}",
}
SIMPLE = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")
"""The types that a form, or a script without being asked about, can send to another site."""

MUTATION = 'mutation { saveQuery(input: {name: "x", members: {}}) { errors { code } } }'
BODIES = {
    SIMPLE[0]: json.dumps({"query": MUTATION}),
    SIMPLE[1]: "formToken=x&query=mutation",
    SIMPLE[
        2
    ]: f'--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{json.dumps({"query": MUTATION})}\r\n--x--\r\n',
}
REFUSALS = {400, 401, 403, 404, 405, 415}
ASKS_THE_PERSON = {"/oauth/end-session"}
"""It changes nothing without our own word, and leads to a page with a form."""


@pytest.fixture
async def own_api(own_province_url: str) -> AsyncIterator[Api]:
    async with connect(own_province_url, connections=4, audit_key=AUDIT_KEY) as database:
        application = Api(database)
        yield application
        await application.http.aclose()


@pytest.mark.parametrize("content_type", SIMPLE)
async def test_no_address_takes_what_another_site_can_send(api: Api, content_type: str) -> None:
    posted = [each for each in addresses_of(api.app) if each.method == "POST"]
    assert len(posted) > 15
    for address in posted:
        response = await api.http.post(
            address.path, content=BODIES[content_type], headers={**FROM_ELSEWHERE, "Content-Type": content_type}
        )
        if address.path in ASKS_THE_PERSON and response.status_code == 303:
            assert response.headers["location"] == "/sign-out"
        else:
            assert response.status_code in REFUSALS, (address, response.text)
        assert "access-control-allow-origin" not in response.headers
        assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize("content_type", SIMPLE)
async def test_nor_with_a_token(api: Api, county: OrganizationRecord, content_type: str) -> None:
    headers = {"Authorization": f"Bearer {api.as_(county).token}", "Content-Type": content_type}
    response = await api.http.post("/graphql", content=BODIES[content_type], headers=headers)
    code = response.json()["errors"][0]["extensions"]["code"]
    expected = (400, "PREFLIGHT_REQUIRED") if content_type.startswith("multipart") else (415, "UNSUPPORTED_MEDIA_TYPE")
    assert (response.status_code, code) == expected


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json", "text/event-stream"])
async def test_no_mutation_is_run_by_get(own_api: Api, county: OrganizationRecord, accept: str) -> None:
    caller = own_api.as_(county)
    headers = {"Authorization": f"Bearer {caller.token}", "Accept": accept}
    response = await own_api.http.get("/graphql", params={"query": MUTATION}, headers=headers)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json()["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"
    assert await own_api.database.number(Statement("SELECT count(*) FROM saved_queries", {})) == 0
    assert (await caller.post(MUTATION)).status_code == 200
    assert await own_api.database.number(Statement("SELECT count(*) FROM saved_queries", {})) == 1


async def test_a_cookie_alone_is_no_token(api: Api) -> None:
    response = await api.http.post("/graphql", json={"query": "{ viewer { role } }"}, headers=FROM_ELSEWHERE)
    assert response.status_code == 401


WEB = "https://web.example"


@pytest.mark.parametrize(
    ("origin", "may"), [(WEB, True), (EVIL, False), ("null", False), (f"{WEB}.evil.example", False)]
)
async def test_origins_of_the_settings_may_read_answers(
    province: Database, county: OrganizationRecord, origin: str, *, may: bool
) -> None:
    api = Api(province, manners=HttpManners(origins=frozenset({WEB})))
    question = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    asked = await api.http.options("/graphql", headers=question)
    answered = await api.as_(county).post("{ viewer { role } }", Origin=origin)
    for response in (asked, answered):
        assert response.headers.get("access-control-allow-origin") == (origin if may else None)
        assert "origin" in response.headers["vary"].lower()
        assert "access-control-allow-credentials" not in response.headers
    assert asked.status_code == 204
    assert answered.status_code == 200
