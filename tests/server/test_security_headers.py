"""Every answer of every route tells browsers what they may not do with it, whatever went wrong."""

from collections.abc import AsyncIterator

import httpx
import pytest

from domain.records import OrganizationRecord
from server.gateways import Gateways
from server.gateways.inbox import Inbox
from server.http_manners import HttpManners
from server.security_headers import SecurityHeaders
from storage.engine import Database
from tests.asking import Api
from tests.routes import Address, addresses_of

WRONG_METHOD = "PUT"
PUBLIC = {"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration", "/oauth/jwks.json"}
"""The same for everybody."""

PROGRAM = ("/console/", "/sign-in/pages.css", "/sign-in/lighthouse.svg", "/inbox/inbox.css")
"""What the pages are made of."""

PAGES = {"/", "/inbox", "/sign-in", "/activate", "/recover"}


@pytest.fixture
async def everything(province: Database) -> AsyncIterator[Api]:
    """With all routes that there can be."""
    application = Api(province, gateways=Gateways(Inbox()))
    yield application
    await application.http.aclose()


def require_hygiene(address: Address, response: httpx.Response) -> None:
    headers = response.headers
    assert headers["x-content-type-options"] == "nosniff", address
    assert headers["referrer-policy"] == "no-referrer", address
    assert headers["x-frame-options"] == "DENY", address
    assert headers["content-security-policy"].startswith("default-src 'none'"), address
    assert headers["cross-origin-resource-policy"] in ("same-origin", "same-site"), address
    assert len(headers["x-request-id"]) == 32, address
    assert headers["cache-control"], address
    if not response.is_success or not (address.path in PUBLIC or address.path.startswith(PROGRAM)):
        assert headers["cache-control"].startswith(("no-store", "private, no-", "no-cache")), address
    if headers.get("content-type", "").startswith("text/html"):
        assert headers["cross-origin-opener-policy"] == "same-origin", address
        assert "camera=()" in headers["permissions-policy"], address
        assert "frame-ancestors 'none'" in headers["content-security-policy"], address
        assert "'unsafe-eval'" not in headers["content-security-policy"], address


async def test_every_answer_of_every_route_has_them(everything: Api) -> None:
    addresses = list(addresses_of(everything.app))
    pages = set()
    for address in [*addresses, *(Address(WRONG_METHOD, each.path) for each in addresses)]:
        response = await everything.http.request(address.method, address.path)
        assert response.status_code < 500, (address, response.text)
        require_hygiene(address, response)
        if response.headers.get("content-type", "").startswith("text/html") and response.is_success:
            pages.add(address.path)
    assert pages >= PAGES
    assert len(addresses) > 50


async def test_so_has_one_of_a_route_that_does_not_exist(everything: Api) -> None:
    response = await everything.http.get("/nothing")
    assert response.status_code == 404
    require_hygiene(Address("GET", "/nothing"), response)


async def test_so_have_failures(everything: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("server.routes.health.database_answers", fail)
    monkeypatch.setattr("server.routes.graphql.GraphQLEndpoint._respond", fail)
    for path in ("/readyz", "/graphql"):
        response = await everything.http.get(path)
        assert response.status_code == 500
        require_hygiene(Address("GET", path), response)


async def test_so_have_answers_with_data(everything: Api, county: OrganizationRecord) -> None:
    caller = everything.as_(county)
    everywhere = {"Authorization": f"Bearer {caller.token}"}
    asked = await caller.post("{ viewer { role } }")
    require_hygiene(Address("POST", "/graphql"), asked)
    kept = await everything.http.get("/graphql", params={"query": "{ viewer { role } }"}, headers=everywhere)
    assert kept.headers["cache-control"] == "private, no-cache"
    require_hygiene(Address("GET", "/graphql"), kept)
    streamed = await caller.post("{ viewer { role } }", Accept="text/event-stream")
    assert streamed.headers["content-type"].startswith("text/event-stream")
    require_hygiene(Address("POST", "/graphql"), streamed)


async def test_https_alone_is_told_to_those_who_came_by_it(province: Database) -> None:
    api = Api(province, manners=HttpManners(strict_transport=3600))
    name = "strict-transport-security"
    assert (await api.http.get("https://dengta.test/healthz")).headers[name] == "max-age=3600"
    assert name not in (await api.http.get("http://dengta.test/healthz")).headers


def test_it_need_not_be_told() -> None:
    assert b"strict-transport-security" in dict(SecurityHeaders(1).missing_in([], "https"))
    assert b"strict-transport-security" not in dict(SecurityHeaders(0).missing_in([], "https"))
