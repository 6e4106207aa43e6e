"""What programs find out by themselves, and which pages of other origins may ask."""

import pytest

from tests.asking import ISSUER
from tests.server.oauth.flow import Application, World


async def test_both_discovery_documents_are_the_same(world: World) -> None:
    documents = [
        await world.http.get(f"/.well-known/{name}") for name in ("oauth-authorization-server", "openid-configuration")
    ]
    assert documents[0].json() == documents[1].json()
    found = documents[0].json()
    assert found["issuer"] == ISSUER
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["response_types_supported"] == ["code"]
    assert found["authorization_response_iss_parameter_supported"] is True
    assert documents[0].headers["access-control-allow-origin"] == "*"


async def test_every_endpoint_that_is_named_answers(world: World) -> None:
    found = (await world.http.get("/.well-known/openid-configuration")).json()
    endpoints = [address for name, address in found.items() if name.endswith(("_endpoint", "_uri"))]
    assert len(endpoints) == 7
    for address in endpoints:
        assert (await world.http.options(address)).status_code in {204, 405}


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke", "/oauth/userinfo", "/graphql"])
async def test_the_pages_of_registered_applications_may_ask(world: World, path: str) -> None:
    await world.application("web", "https://web.test/callback", "http://127.0.0.1:5173")
    for origin in ("https://web.test", "http://127.0.0.1:5173", ISSUER):
        preflight = await world.http.options(path, headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
        assert preflight.status_code == 204
        assert preflight.headers["access-control-allow-origin"] == origin
        allowed = preflight.headers["access-control-allow-headers"].split(", ")
        assert allowed[:4] == ["Authorization", "Content-Type", "X-Request-ID", "GraphQL-Require-Preflight"]
        answer = await world.http.post(path, data={}, headers={"Origin": origin})
        assert answer.headers["access-control-allow-origin"] == origin
        assert answer.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin", ["https://evil.test", "https://web", "https://web.test.evil.test", "https://web%", "null", "\x00", "é"]
)
async def test_no_other_page_may(world: World, origin: str) -> None:
    await world.application("web", "https://web.test/callback")
    headers = [(b"Origin", origin.encode())]
    for path in ("/oauth/token", "/graphql"):
        for answer in (
            await world.http.options(path, headers=headers),
            await world.http.post(path, data={}, headers=headers),
        ):
            assert "access-control-allow-origin" not in answer.headers


async def test_a_body_that_is_no_form_is_refused(world: World) -> None:
    for headers, content in (
        ({"Content-Type": "application/json"}, b"{}"),
        ({}, b"grant_type=refresh_token"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"a=" + b"x" * 70_000),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"&".join(b"a%d=1" % n for n in range(60))),
        ({"Content-Type": "application/x-www-form-urlencoded"}, "grant_type=é".encode()),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"grant_type=%ff"),
    ):
        answer = await world.http.post("/oauth/token", content=content, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_secrets_in_the_address_are_not_looked_at(world: World) -> None:
    application = Application(world)
    code = await application.code()
    form = {"grant_type": "authorization_code", "code": code, "client_id": application.client_id}
    answer = await world.http.post("/oauth/token", params=form, data={"x": "y"})
    assert answer.json()["error"] == "invalid_request"


async def test_an_application_of_another_origin_asks_its_queries(world: World) -> None:
    await world.application("web", "https://web.test/callback")
    application = Application(world, "web", "https://web.test/callback")
    token = (await application.exchange(await application.code())).json()["access_token"]
    headers = {"Origin": "https://web.test", "Authorization": f"Bearer {token}"}
    answer = await world.http.post("/graphql", json={"query": "{ viewer { role } }"}, headers=headers)
    assert answer.json() == {"data": {"viewer": {"role": "ADMINISTRATOR"}}}
    assert answer.headers["access-control-allow-origin"] == "https://web.test"
    headers["Accept"] = "text/event-stream"
    answer = await world.http.post("/graphql", json={"query": "{ viewer { role } }"}, headers=headers)
    assert answer.text.startswith("event: next\n")
    assert answer.headers["access-control-allow-origin"] == "https://web.test"
