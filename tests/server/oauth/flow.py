"""An application at which people sign in, and a partner's system, as they speak to the authorization server."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc.jwk import ECKey
from sqlalchemy import func, insert, select

from auth.oauth.exchange import Lifetimes
from auth.oauth.registration import CONSOLE, ensure_console
from auth.signing_keys import SigningKeys
from auth.tokens import TokenAuthority
from auth.trusted_issuer import TrustedIssuer
from domain.codes import ClientKind, ClientState, Scope
from domain.secrets import hashed_secret
from server.app import Parts, create_app
from server.signing_in.visits import session_cookie_name
from storage.browser_sessions import begin_session
from storage.engine import Database
from storage.models import AuditEntry, Client
from tests.asking import AUDIENCE, ISSUER
from tests.opened_accounts import Person, opened_account, some_organization
from tests.set_clock import SetClock

REDIRECT = f"{ISSUER}/"
SECRET = "the partner's secret"  # noqa: S105 # of tests


@dataclass
class World:
    """The application over a database of its own, with a person who is signed in at a browser."""

    database: Database
    clock: SetClock = field(default_factory=SetClock)
    keys: SigningKeys = field(default_factory=lambda: SigningKeys(ECKey.generate_key("P-256", auto_kid=True)))
    lifetimes: Lifetimes = field(default_factory=Lifetimes)
    issuer: str = ISSUER
    trusted_issuer: TrustedIssuer | None = None

    def __post_init__(self) -> None:
        self.authority = TokenAuthority(self.keys, self.issuer, AUDIENCE, self.clock)
        self.app = create_app(
            Parts(
                self.database,
                self.authority,
                clock=self.clock,
                lifetimes=self.lifetimes,
                trusted_issuer=self.trusted_issuer,
            )
        )
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url=self.issuer)
        self.cookie = token_urlsafe()

    async def populate(self) -> None:
        self.organization_id = await some_organization(self.database)
        self.person = await opened_account(self.database, self.organization_id)
        async with self.database.writing() as session:
            await ensure_console(session, self.issuer, self.clock)
        await self.sign_in()

    async def sign_in(self, person: Person | None = None) -> None:
        self.cookie = token_urlsafe()
        account_id = (person or self.person).account_id
        async with self.database.writing() as session:
            await begin_session(session, self.cookie, account_id, self.clock())

    async def partner(
        self,
        client_id: str = "partner-1",
        scopes: tuple[Scope, ...] = tuple(Scope),
        state: ClientState = ClientState.ACTIVE,
    ) -> str:
        values = {
            "client_id": client_id,
            "kind": ClientKind.PARTNER.value,
            "name": "党员教育系统",
            "organization_id": self.organization_id,
            "scopes": [scope.token for scope in scopes],
            "secret_hash": hashed_secret(SECRET),
            "state": state.value,
        }
        async with self.database.writing() as session:
            await session.execute(insert(Client).values(values))
        return client_id

    async def application(self, client_id: str, *redirect_uris: str) -> str:
        values = {
            "client_id": client_id,
            "kind": ClientKind.FIRST_PARTY.value,
            "name": client_id,
            "scopes": ["openid", "profile"],
            "redirect_uris": list(redirect_uris),
            "state": ClientState.ACTIVE.value,
        }
        async with self.database.writing() as session:
            await session.execute(insert(Client).values(values))
        return client_id

    async def post(self, path: str, /, auth: tuple[str, str] | None = None, **form: str) -> httpx.Response:
        return await self.http.post(path, data=form, auth=auth or httpx.USE_CLIENT_DEFAULT)

    async def token(self, auth: tuple[str, str] | None = None, **form: str) -> httpx.Response:
        return await self.post("/oauth/token", auth, **form)

    async def ask(self, access_token: str, query: str = "{ viewer { role } }") -> httpx.Response:
        return await self.http.post(
            "/graphql", json={"query": query}, headers={"Authorization": f"Bearer {access_token}"}
        )

    async def audited(self) -> list[str]:
        """The operations on record, in their order."""
        rows = await self.database.rows(select(AuditEntry.operation).order_by(AuditEntry.id))
        return [row[0] for row in rows]

    async def count(self, table: Any) -> int:
        return await self.database.number(select(func.count()).select_from(table))

    def later(self, **time: float) -> datetime:
        self.clock.pass_(**time)
        return self.clock()


@dataclass
class Application:
    """One authorization of an application, from its beginning to its tokens."""

    world: World
    client_id: str = CONSOLE
    redirect_uri: str = ""
    verifier: str = field(default_factory=lambda: token_urlsafe(32))
    state: str = field(default_factory=token_urlsafe)
    nonce: str = field(default_factory=token_urlsafe)

    def __post_init__(self) -> None:
        self.redirect_uri = self.redirect_uri or f"{self.world.issuer}/"

    def request(self, **changes: str | None) -> dict[str, str]:
        parameters: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid profile",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in parameters.items() if value is not None}

    async def authorize(self, **changes: str | None) -> httpx.Response:
        return await self._authorize(
            {"Cookie": f"{session_cookie_name(self.world.issuer)}={self.world.cookie}"}, changes
        )

    async def authorize_signed_out(self, **changes: str | None) -> httpx.Response:
        return await self._authorize({}, changes)

    async def _authorize(self, cookie: dict[str, str], changes: dict[str, str | None]) -> httpx.Response:
        return await self.world.http.get("/oauth/authorize", params=self.request(**changes), headers=cookie)

    async def code(self, **changes: str | None) -> str:
        answer = returned(await self.authorize(**changes), self.redirect_uri)
        assert answer["state"] == self.state
        assert answer["iss"] == self.world.issuer
        return answer["code"]

    async def exchange(self, code: str, /, **changes: str) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "client_id": self.client_id,
            "code_verifier": self.verifier,
            **changes,
        }
        return await self.world.token(None, **{name: value for name, value in form.items() if value})

    async def tokens(self) -> dict[str, Any]:
        response = await self.exchange(await self.code())
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def refresh(self, refresh_token: str, /, **changes: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": self.client_id, **changes}
        return await self.world.token(None, **form)


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def returned(response: httpx.Response, to: str = REDIRECT) -> dict[str, str]:
    """What the browser brings back to the application."""
    assert response.status_code == 302, response.text
    location = response.headers["location"]
    assert location.startswith(f"{to}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def refused(response: httpx.Response, error: str, status: int = 400) -> None:
    assert (response.status_code, response.json()["error"]) == (status, error), response.text
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-type"] == "application/json"


async def make_world(database: Database, **parts: Any) -> World:
    world = World(database, **parts)
    await world.populate()
    return world
