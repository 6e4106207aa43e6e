"""Asking the server as a user would: HTTP requests to the application, with real tokens."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from joserfc.jwk import ECKey

from auth.actor import Role
from auth.oauth.exchange import Lifetimes
from auth.permissions import PermissionMatrix
from auth.signing_keys import SigningKeys
from auth.tokens import TokenAuthority
from domain.clock import Clock, system_clock
from domain.exports import ExportBounds
from domain.records import OrganizationRecord
from domain.webhooks import WebhookManners
from files.store import FileStore, in_memory
from server.app import DEFAULT_PERMISSIONS, Parts, create_app
from server.gateways import Gateways
from server.http_manners import HttpManners
from server.operations.document_policy import DocumentPolicy
from server.operations.executors import COMPILED
from server.operations.limits.bounds import Limits
from server.operations.places import PlaceBounds
from server.operations.running import LONGEST_OPERATION
from server.operations.subscribers import StreamManners
from server.routes.websocket import SocketBounds
from storage.engine import Database
from storage.replicas import Replicas

ISSUER, AUDIENCE = "https://dengta.test", "dengta-test"
AUDIT_KEY = b"the key of the audit log in tests"
PLACES_ENOUGH = PlaceBounds(at_once=10_000, per_caller=10_000, waiting=10_000, longest_wait=3600)
"""For all that a test asks at once."""

GRAPHQL_JSON = "application/graphql-response+json"


@dataclass
class Api:
    """The application over a database; `as_` gives a caller."""

    database: Database
    matrix: PermissionMatrix = field(default_factory=lambda: DEFAULT_PERMISSIONS)
    clock: Clock = system_clock
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))
    slow_operation: float = 1.0
    executor: str = COMPILED
    token_clock: Clock = system_clock
    code_key: bytes = b"the key of one-time codes in tests"
    gateways: Gateways = field(default_factory=Gateways)
    files: FileStore = field(default_factory=in_memory)
    streams: StreamManners = field(default_factory=StreamManners)
    webhooks: WebhookManners = field(default_factory=WebhookManners)
    exports: ExportBounds = field(default_factory=ExportBounds)
    documents: DocumentPolicy = field(default_factory=DocumentPolicy)
    manners: HttpManners = field(default_factory=HttpManners)
    places: PlaceBounds = PLACES_ENOUGH
    sockets: SocketBounds = field(default_factory=SocketBounds)
    operation_timeout: float = LONGEST_OPERATION
    replicas: Replicas | None = None
    limits: Limits = field(default_factory=Limits)
    lifetimes: Lifetimes = field(default_factory=Lifetimes)

    def __post_init__(self) -> None:
        self.authority = TokenAuthority(SigningKeys(self.key), ISSUER, AUDIENCE, self.token_clock)
        self.parts = Parts(
            self.database,
            self.authority,
            self.matrix,
            self.clock,
            slow_operation=self.slow_operation,
            executor=self.executor,
            code_key=self.code_key,
            gateways=self.gateways,
            files=self.files,
            streams=self.streams,
            webhooks=self.webhooks,
            exports=self.exports,
            documents=self.documents,
            http=self.manners,
            places=self.places,
            sockets=self.sockets,
            operation_timeout=self.operation_timeout,
            replicas=self.replicas,
            limits=self.limits,
            lifetimes=self.lifetimes,
        )
        self.app = create_app(self.parts)
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False), base_url="http://dengta.test"
        )

    def token(self, role: Role, organization: OrganizationRecord) -> str:
        return self.authority.issue("tester", role, organization, timedelta(hours=1))

    def as_(self, organization: OrganizationRecord, role: Role = Role.ADMINISTRATOR) -> "Caller":
        return Caller(self, self.token(role, organization))


@dataclass
class Caller:
    api: Api
    token: str
    language: str = "en"

    async def post(self, query: str, variables: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        return await self.api.http.post(
            "/graphql",
            json={"query": query, "variables": variables or {}},
            headers={
                "Authorization": f"Bearer {self.token}",
                "Accept": GRAPHQL_JSON,
                "Accept-Language": self.language,
                **headers,
            },
        )

    async def ask(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The data of an answer that must be without errors."""
        answer = (await self.post(query, variables)).json()
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def refused(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The first error of an answer that must have one, and whose status must be none of the server's fault."""
        response = await self.post(query, variables)
        assert response.status_code < 500, response.text
        error: dict[str, Any] = response.json()["errors"][0]
        return error
