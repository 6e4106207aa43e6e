"""The front door: one Starlette application over one database."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from secrets import token_bytes

from orjson import dumps
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.desk import Desk
from auth.live_matrix import LiveMatrix
from auth.oauth.exchange import Lifetimes
from auth.passwords import Passwords
from auth.permissions import PermissionMatrix
from auth.rate_limits import RateLimits
from auth.tokens import TokenAuthority
from auth.trusted_issuer import TrustedIssuer
from charts.studio import Studio
from domain.clock import Clock, system_clock
from domain.exports import ExportBounds
from domain.webhooks import WebhookManners
from files.store import FileStore, in_memory
from forms.press import Press
from schema.build import build_schema, governed_fields, graphql_schema
from server.authentication import Authentication
from server.console.routes import console_routes
from server.correlation import correlation_id
from server.cross_origin import FrontEnds
from server.examples import example_queries
from server.gateways import Gateways
from server.inbox.routes import inbox_routes
from server.log import log_failure
from server.metrics import metrics_route
from server.middleware import Correlated
from server.oauth.routes import oauth_routes
from server.oauth.service import OAuthService
from server.operations.admission import Admission
from server.operations.document_policy import DocumentPolicy
from server.operations.executors import COMPILED
from server.operations.limits.bounds import Limits
from server.operations.running import Operations
from server.operations.shared_answers import SharedAnswers
from server.operations.streaming import Streams
from server.operations.subscribers import StreamManners, Subscribers
from server.routes.charts import chart_routes
from server.routes.downloads import download_routes
from server.routes.exports import export_routes
from server.routes.forms import CollectionForms, form_routes
from server.routes.graphql import METHODS, PATH, GraphQLEndpoint
from server.routes.health import health_routes
from server.routes.websocket import GraphQLWebSocket
from server.signing_in.routes import signing_in_routes
from server.watched_callers import WatchedCallers
from server.webhooks.delivering import Tools
from server.webhooks.keeping import delivering_webhooks
from server.webhooks.posting import WebhookPost
from storage.audit_checkpoints import Checkpoints
from storage.beside import running_beside
from storage.changes import FollowedChanges, number_changes
from storage.engine import Database
from storage.job_worker import JobWorker

SCHEMA = build_schema()
DEFAULT_PERMISSIONS = PermissionMatrix(governed_fields(SCHEMA))


@dataclass(frozen=True, slots=True)
class Parts:
    """What an application is put together from."""

    database: Database
    authority: TokenAuthority
    matrix: PermissionMatrix = field(default_factory=lambda: DEFAULT_PERMISSIONS)
    clock: Clock = system_clock
    body_limit: int = 2_097_152
    executor: str = COMPILED
    slow_operation: float = 1.0
    gateways: Gateways = field(default_factory=Gateways)
    jobs: JobWorker | None = None
    lifetimes: Lifetimes = field(default_factory=Lifetimes)
    trusted_issuer: TrustedIssuer | None = None
    code_key: bytes = field(default_factory=lambda: token_bytes(32))
    """That of `auth.secret_files.code_key`; one of its own does for an application that is alone."""
    files: FileStore = field(default_factory=in_memory)
    passwords: Passwords = field(default_factory=Passwords)
    streams: StreamManners = field(default_factory=StreamManners)
    forms_per_file: int = 200
    webhooks: WebhookManners = field(default_factory=WebhookManners)
    delivers_webhooks: bool = False
    """Whether this process does, or another."""
    exports: ExportBounds = field(default_factory=ExportBounds)
    documents: DocumentPolicy = field(default_factory=DocumentPolicy)
    limits: Limits = field(default_factory=Limits)


def create_app(parts: Parts) -> ASGIApp:
    """`Correlated` stands outside of everything, so that a masked failure has its headers too."""
    matrix = LiveMatrix(parts.matrix, parts.database)
    authentication = _authentication(parts, matrix)
    tries = RateLimits(parts.database, parts.code_key, parts.clock)
    oauth = OAuthService(parts.database, parts.authority, tries, parts.clock, parts.lifetimes)
    desk = Desk(parts.database, parts.passwords, tries, parts.code_key, parts.clock)
    operations = Operations(SCHEMA, parts.executor, parts.limits)
    admission = Admission(operations, parts.documents)
    studio = Studio()
    forms = CollectionForms(authentication, operations, Press(), parts.matrix.fields, parts.forms_per_file)
    subscribers = Subscribers(parts.streams)
    streams = Streams(WatchedCallers(authentication), SharedAnswers())

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        jobs = parts.jobs.running() if parts.jobs else nullcontext()
        checkpoints = Checkpoints(parts.database, parts.clock)
        changes = parts.database.shared(FollowedChanges)
        webhooks = _webhooks(parts, operations, authentication) if parts.delivers_webhooks else nullcontext()
        async with (
            running_beside(matrix.follow()),
            running_beside(checkpoints.keep()),
            running_beside(number_changes(parts.database)),
            running_beside(changes.follow()),
            webhooks,
            jobs,
        ):
            yield
        studio.close()
        await checkpoints.write_the_last()
        await parts.gateways.close()
        await parts.database.close()

    front_ends = FrontEnds(parts.database)
    endpoint = GraphQLEndpoint(
        operations, admission, authentication, front_ends, parts.body_limit, parts.slow_operation, subscribers, streams
    )
    application = Starlette(
        routes=[
            endpoint.route(),
            Route(PATH, front_ends.preflight, methods=["OPTIONS"]),
            GraphQLWebSocket(operations, admission, authentication, subscribers, streams).route(),
            *health_routes(parts.database),
            metrics_route(parts.database),
            *inbox_routes(parts.database, parts.gateways.messages),
            *oauth_routes(oauth, authentication, front_ends),
            *signing_in_routes(desk, parts.authority.issuer),
            *download_routes(authentication, parts.files, front_ends),
            *export_routes(authentication, graphql_schema(SCHEMA), parts.files, front_ends),
            *chart_routes(authentication, operations, studio, front_ends),
            *form_routes(forms, front_ends),
            *console_routes(example_queries),
        ],
        exception_handlers={HTTPException: _plain, Exception: _masked},
        lifespan=lifespan,
    )
    return Correlated(_straight_to(endpoint, application))


def _authentication(parts: Parts, matrix: LiveMatrix) -> Authentication:
    return Authentication(
        parts.authority,
        matrix,
        parts.database,
        parts.clock,
        parts.code_key,
        parts.files,
        parts.trusted_issuer,
        parts.gateways.population_registry,
        parts.webhooks.destinations,
        parts.exports,
        parts.limits.introspectors,
    )


@asynccontextmanager
async def working_without_answers(parts: Parts) -> AsyncIterator[None]:
    """What an application does besides answering, where another process answers: it delivers webhooks."""
    matrix = LiveMatrix(parts.matrix, parts.database)
    async with (
        running_beside(matrix.follow()),
        running_beside(parts.database.shared(FollowedChanges).follow()),
        _webhooks(parts, Operations(SCHEMA, parts.executor, parts.limits), _authentication(parts, matrix)),
    ):
        yield


def _webhooks(
    parts: Parts, operations: Operations, authentication: Authentication
) -> AbstractAsyncContextManager[None]:
    post = WebhookPost(parts.webhooks, parts.clock)
    context_of = authentication.context_of_partner
    tools = Tools(parts.database, operations, context_of, post, parts.webhooks, parts.code_key, parts.clock)
    return delivering_webhooks(tools)


def _straight_to(endpoint: GraphQLEndpoint, others: ASGIApp) -> ASGIApp:
    """Starlette's router and the layers around it cost a tenth of a quick query: what is for GraphQL goes past them."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] not in METHODS:
            await others(scope, receive, send)
            return
        try:
            await endpoint(scope, receive, send)
        except Exception as error:
            response = await _masked(Request(scope), error)
            await response(scope, receive, send)

    return application


async def _plain(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return await _masked(_request, error)
    return _problem(error.status_code, f"HTTP_{error.status_code}", error.headers)


async def _masked(_request: Request, error: Exception) -> Response:
    log_failure(error, "INTERNAL_SERVER_ERROR")
    return _problem(500, "INTERNAL_SERVER_ERROR")


def _problem(status: int, code: str, headers: Mapping[str, str] | None = None) -> Response:
    body = {"errors": [{"message": code, "extensions": {"code": code, "correlationId": correlation_id()}}]}
    return Response(dumps(body), status, headers, media_type="application/json")
