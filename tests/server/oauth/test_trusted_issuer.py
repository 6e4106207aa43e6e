"""外部签发者: access tokens of another OpenID provider, found by its discovery document over real HTTP."""

import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from sqlalchemy import update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth import trusted_issuer
from auth.tokens import InvalidTokenError
from auth.trusted_issuer import TrustedIssuer
from domain.codes import AccountState
from storage.engine import connect
from storage.models import Account
from tests.asking import AUDIENCE, AUDIT_KEY
from tests.opened_accounts import put_in_state
from tests.server.oauth.flow import Application, World, make_world
from tests.serving import answering
from tests.set_clock import SetClock

INVALID = 'Bearer error="invalid_token"'


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


def address_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()
    return f"http://{host}:{port}"


@pytest.fixture
async def trusting(empty_template: str, clone: Callable[[str], str], listening: socket.socket) -> AsyncIterator[World]:
    """A server that trusts whoever listens there."""
    database, clock = connect(clone(empty_template), connections=2, audit_key=AUDIT_KEY), SetClock()
    issuer = TrustedIssuer(address_of(listening), AUDIENCE, clock=clock)
    made = await make_world(database, clock=clock, trusted_issuer=issuer)
    yield made
    await made.http.aclose()
    await database.close()


@pytest.fixture
def trusted_time(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    seconds = [100.0]
    monkeypatch.setattr(trusted_issuer, "monotonic", lambda: seconds[0])
    return seconds


@dataclass
class Provider:
    """Some other OpenID provider, which may misbehave."""

    issuer: str
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))
    published: list[dict[str, Any]] = field(default_factory=list)
    named: str = ""
    asked: int = 0
    status: int = 200

    def __post_init__(self) -> None:
        self.published = [self.key.as_dict(private=False)]
        self.named = self.issuer
        self.app = Starlette(
            routes=[Route("/.well-known/openid-configuration", self._described), Route("/keys", self._keys)]
        )

    async def _described(self, _: Request) -> Response:
        self.asked += 1
        return JSONResponse({"issuer": self.named, "jwks_uri": f"{self.issuer}/keys"}, self.status)

    async def _keys(self, _: Request) -> Response:
        return JSONResponse({"keys": self.published})

    def token(self, world: World, key: Any = None, header: dict[str, Any] | None = None, **changes: Any) -> str:
        now, key = int(world.clock().timestamp()), key or self.key
        claims = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": "theirs",
            "iat": now,
            "exp": now + 600,
            "jti": "1",
            "client_id": "theirs",
            **changes,
        }
        written = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid, **(header or {})}
        return jwt.encode(written, claims, key, algorithms=[written["alg"]])


@pytest.fixture
async def provider(listening: socket.socket) -> AsyncIterator[Provider]:
    made = Provider(address_of(listening))
    async with answering(made.app, listening):
        yield made


async def name_account(world: World, subject: str) -> None:
    async with world.database.writing() as session:
        await session.execute(update(Account).values(subject=subject))


async def test_the_tokens_of_another_dengta_are_answered(
    trusting: World, listening: socket.socket, empty_template: str, clone: Callable[[str], str], stopwatch: list[float]
) -> None:
    database = connect(clone(empty_template), connections=2, audit_key=AUDIT_KEY)
    other = await make_world(database, clock=trusting.clock, issuer=address_of(listening))
    async with answering(other.app, listening):
        token = (await Application(other).tokens())["access_token"]
        await name_account(other, "someone")
        assert (await trusting.ask(token)).status_code == 401, "nobody here has that subject"
        theirs = other.authority.verify(token)
        await name_account(trusting, theirs.subject)  # type: ignore[union-attr] # it has a grant
        assert (await trusting.ask(token)).json() == {"data": {"viewer": {"role": "ADMINISTRATOR"}}}
        await put_in_state(trusting.database, trusting.person, AccountState.SUSPENDED)
        stopwatch[0] += 1
        assert (await trusting.ask(token)).status_code == 401
    await other.http.aclose()


async def test_a_person_may_be_named_by_the_identity_number(trusting: World, provider: Provider) -> None:
    token = provider.token(trusting, sub=trusting.person.identity_number)
    assert (await trusting.ask(token)).status_code == 200
    trusting.later(minutes=10)
    assert (await trusting.ask(token)).status_code == 401


async def test_another_claim_may_name_the_account(
    empty_database_url: str, provider: Provider, listening: socket.socket
) -> None:
    database, clock = connect(empty_database_url, connections=2, audit_key=AUDIT_KEY), SetClock()
    issuer = TrustedIssuer(address_of(listening), AUDIENCE, "resident_id", clock)
    world = await make_world(database, clock=clock, trusted_issuer=issuer)
    assert (await world.ask(provider.token(world, resident_id=world.person.identity_number))).status_code == 200
    for other in (
        {"sub": world.person.identity_number},
        {"resident_id": None},
        {"resident_id": 7},
        {"resident_id": ""},
    ):
        assert (await world.ask(provider.token(world, **other))).status_code == 401
    await world.http.aclose()
    await database.close()


@pytest.mark.usefixtures("trusted_time")
async def test_what_is_not_the_issuers_is_refused(trusting: World, provider: Provider) -> None:
    await name_account(trusting, "theirs")
    assert (await trusting.ask(provider.token(trusting))).status_code == 200
    stranger = ECKey.generate_key("P-256", {"kid": str(provider.key.kid)})
    shared = OctKey.import_key({"kty": "oct", "k": provider.published[0]["x"]})
    now = int(trusting.clock().timestamp())
    forgeries = {
        "another key": provider.token(trusting, stranger),
        "what is published as a secret": provider.token(trusting, shared, {"alg": "HS256", "kid": provider.key.kid}),
        "an unknown key": provider.token(trusting, ECKey.generate_key("P-256", auto_kid=True)),
        "no key id": provider.token(trusting, header={"kid": ""}),
        "another audience": provider.token(trusting, aud="another"),
        "an ID token": provider.token(trusting, header={"typ": "JWT"}),
        "expired": provider.token(trusting, exp=now),
        "from the future": provider.token(trusting, iat=now + 60),
        "our own issuer": provider.token(trusting, iss=trusting.issuer),
        "another issuer": provider.token(trusting, iss="https://evil.test"),
    }
    for name, token in forgeries.items():
        answer = await trusting.ask(token)
        assert (answer.status_code, answer.headers["www-authenticate"][:28]) == (401, INVALID), name


async def test_the_issuers_keys_change_while_the_server_runs(
    trusting: World, provider: Provider, trusted_time: list[float]
) -> None:
    await name_account(trusting, "theirs")
    old = provider.token(trusting)
    assert (await trusting.ask(old)).status_code == 200
    new_key = RSAKey.generate_key(2048, auto_kid=True)
    provider.published = [new_key.as_dict(private=False)]
    new = provider.token(trusting, new_key, {"alg": "RS256"})
    assert (await trusting.ask(new)).status_code == 401, "it was asked a moment ago"
    trusted_time[0] += 30
    assert (await trusting.ask(new)).status_code == 200
    assert (await trusting.ask(old)).status_code == 401, "its key is withdrawn"


@pytest.mark.usefixtures("trusted_time")
async def test_unknown_keys_do_not_have_the_issuer_asked_at_will(trusting: World, provider: Provider) -> None:
    for _ in range(20):
        stranger = ECKey.generate_key("P-256", auto_kid=True)
        assert (await trusting.ask(provider.token(trusting, stranger))).status_code == 401
    assert provider.asked == 1


async def test_an_issuer_that_is_away_takes_nobody_out(
    trusting: World, provider: Provider, trusted_time: list[float]
) -> None:
    await name_account(trusting, "theirs")
    assert (await trusting.ask(provider.token(trusting))).status_code == 200
    provider.status = 503
    trusted_time[0] += 3_600
    assert (await trusting.ask(provider.token(trusting))).status_code == 200


@pytest.mark.parametrize("misbehaviour", ["another issuer", "an error", "no keys", "shared keys", "not at all"])
async def test_an_issuer_that_misbehaves_is_not_believed(
    trusting: World, provider: Provider, misbehaviour: str
) -> None:
    await name_account(trusting, "theirs")
    shared = OctKey.generate_key(256, auto_kid=True)
    token = provider.token(trusting)
    match misbehaviour:
        case "another issuer":
            provider.named = "https://elsewhere.test"
        case "an error":
            provider.status = 500
        case "no keys":
            provider.published = []
        case "shared keys":
            provider.published = [shared.as_dict(private=True)]
            token = provider.token(trusting, shared, {"alg": "HS256"})
        case "not at all":
            provider.app.routes.clear()
    answer = await trusting.ask(token)
    assert (answer.status_code, answer.headers["www-authenticate"][:28]) == (401, INVALID)


async def test_keys_are_not_fetched_without_encryption_from_elsewhere() -> None:
    clock = SetClock()
    issuer = TrustedIssuer("http://issuer.test", AUDIENCE, clock=clock)
    with pytest.raises(InvalidTokenError):
        await issuer.verify("eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.AAAA")
