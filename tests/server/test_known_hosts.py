"""Under which names the server may be asked, and who tells it where a caller is."""

from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from server.http_manners import ANY_HOST, HttpManners, hosts_of
from server.serving import _config
from server.settings import Settings
from storage.engine import Database
from tests.asking import Api

THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


@pytest.mark.parametrize(
    ("allowed", "listening_on", "hosts"),
    [
        (set(), "127.0.0.1", {*THIS_MACHINE, "register.example"}),
        (set(), "::1", {*THIS_MACHINE, "register.example"}),
        (set(), "localhost", {*THIS_MACHINE, "register.example"}),
        (set(), "0.0.0.0", {ANY_HOST}),  # noqa: S104 # that is the case
        (set(), "10.0.0.7", {ANY_HOST}),
        ({"Web.example"}, "127.0.0.1", {"web.example", "register.example"}),
        ({"web.example"}, "0.0.0.0", {"web.example", "register.example"}),  # noqa: S104 # that is the case
        ({ANY_HOST}, "127.0.0.1", {ANY_HOST}),
    ],
)
def test_it_is_known_by(allowed: set[str], listening_on: str, hosts: set[str]) -> None:
    assert hosts_of(frozenset(allowed), listening_on, "https://Register.example:8443") == hosts


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("register.example", 200),
        ("REGISTER.example:8000", 200),
        ("[::1]:8000", 200),
        ("evil.example", 421),
        ("register.example.evil.example", 421),
        ("evil.example:register.example", 421),
        ("", 421),
    ],
)
async def test_who_asks_for_another_host_is_answered_nothing(province: Database, host: str, status: int) -> None:
    api = Api(province, manners=HttpManners(hosts=frozenset({"register.example", "::1"})))
    for path in ("/", "/oauth/jwks.json"):
        response = await api.http.get(path, headers={"Host": host})
        assert response.status_code == status
    if status == 421:
        assert response.json()["errors"][0]["extensions"]["code"] == "HOST_NOT_ALLOWED"
        assert response.headers["x-frame-options"] == "DENY"
    assert (await api.http.get("/healthz", headers={"Host": host})).status_code == 200


async def test_who_names_two_hosts_is_answered_nothing(province: Database) -> None:
    api = Api(province, manners=HttpManners(hosts=frozenset({"register.example"})))
    response = await api.http.get("/", headers=[("Host", "register.example"), ("Host", "evil.example")])
    assert response.status_code == 421


async def test_nor_is_a_websocket_opened(province: Database) -> None:
    api = Api(province, manners=HttpManners(hosts=frozenset({"register.example"})))
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Scope = {"type": "websocket", "path": "/graphql", "headers": [(b"host", b"evil.example")]}
    await api.app(scope, receive, send)
    assert sent == [{"type": "websocket.close"}]


LOOPBACK, PROXY, STRANGER, CALLER = "127.0.0.1", "10.0.0.5", "203.0.113.9", "198.51.100.7"


@pytest.mark.parametrize(
    ("trusted", "connected_from", "forwarded", "address", "scheme"),
    [
        (None, LOOPBACK, CALLER, CALLER, "https"),
        (None, STRANGER, CALLER, STRANGER, "http"),
        ("10.0.0.0/24", PROXY, CALLER, CALLER, "https"),
        ("10.0.0.0/24", PROXY, f"1.2.3.4, {CALLER}", CALLER, "https"),
        ("10.0.0.0/24", PROXY, f"1.2.3.4, {CALLER}, 10.0.0.6", CALLER, "https"),
        ("10.0.0.0/24", LOOPBACK, CALLER, LOOPBACK, "http"),
        ("", LOOPBACK, CALLER, LOOPBACK, "http"),
    ],
)
async def test_the_word_of_trusted_proxies_is_believed(
    monkeypatch: pytest.MonkeyPatch, trusted: str | None, connected_from: str, forwarded: str, address: str, scheme: str
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    if trusted is not None:
        monkeypatch.setenv("DENGTA_TRUSTED_PROXIES", trusted)
    seen: list[Scope] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope)

    config = _config(lambda: app, Settings())
    config.load()
    headers = [(b"x-forwarded-for", forwarded.encode()), (b"x-forwarded-proto", b"https")]
    scope: Any = {"type": "http", "client": (connected_from, 4711), "scheme": "http", "headers": headers}
    nothing: Any = None
    await config.loaded_app(scope, nothing, nothing)
    assert (seen[0]["client"][0], seen[0]["scheme"]) == (address, scheme)
