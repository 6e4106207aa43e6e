"""The front door: one Starlette application over one database."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, nullcontext
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
from server.door import Door
from server.examples import example_queries
from server.gateways import Gateways
from server.http_manners import HttpManners
from server.inbox.routes import inbox_routes
from server.log import log_failure
from server.metrics import SIGN_INS_NOW, metrics_route
from server.middleware import Correlated, known_under
from server.oauth.routes import oauth_routes
from server.oauth.service import OAuthService
from server.operations.admission import Admission
from server.operations.callers import KnownCallers
from server.operations.document_policy import DocumentPolicy
from server.operations.executors import COMPILED
from server.operations.limits.bounds import Limits
from server.operations.places import SIGNING_IN, PlaceBounds, Places
from server.operations.reading_places import ReadingPlaces
from server.operations.running import LONGEST_OPERATION, Operations
from server.operations.shared_answers import SharedAnswers
from server.operations.streaming import Streams
from server.operations.subscribers import StreamManners, Subscribers
from server.process_metrics import count_statement, keep_measuring
from server.routes.charts import chart_route
from server.routes.downloads import download_route
from server.routes.exports import export_route
from server.routes.fetched import Fetching
from server.routes.forms import CollectionForms, form_route
from server.routes.graphql import METHODS, PATH, GraphQLEndpoint
from server.routes.health import health_routes
from server.routes.websocket import GraphQLWebSocket, SocketBounds, WebSocketOperations
from server.security_headers import SecurityHeaders
from server.signing_in.routes import signing_in_routes
from server.tracing.spans import current_spans
from server.watched_callers import WatchedCallers
from server.webhooks.delivering import Tools
from server.webhooks.keeping import delivering_webhooks
from server.webhooks.posting import WebhookPost
from storage.audit_checkpoints import Checkpoints
from storage.beside import running_beside
from storage.changes import FollowedChanges, number_changes
from storage.engine import Database
from storage.job_worker import JobWorker
from storage.observing import watched_by
from storage.replicas import Replicas

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
    http: HttpManners = field(default_factory=HttpManners)
    tracing: ExitStack = field(default_factory=ExitStack)
    """What tells traces until it is closed, when the application ends."""
    places: PlaceBounds = field(default_factory=PlaceBounds)
    sockets: SocketBounds = field(default_factory=SocketBounds)
    operation_timeout: float = LONGEST_OPERATION
    replicas: Replicas | None = None
    """Of the database, for queries to read at."""
    limits: Limits = field(default_factory=Limits)


def create_app(parts: Parts) -> ASGIApp:
    """`Correlated` stands outside of everything, so that a masked failure has its headers too."""
    matrix = LiveMatrix(parts.matrix, parts.database)
    authentication = _authentication(parts, matrix)
    tries = RateLimits(parts.database, parts.code_key, parts.clock)
    sign_ins = Places(SIGNING_IN, SIGN_INS_NOW)
    oauth = OAuthService(parts.database, parts.authority, tries, parts.clock, parts.lifetimes, sign_ins)
    desk = Desk(parts.database, parts.passwords, tries, parts.code_key, parts.clock)
    operations = Operations(SCHEMA, parts.executor, parts.limits, parts.slow_operation, parts.operation_timeout)
    admission = Admission(operations, parts.documents)
    studio = Studio()
    forms = CollectionForms(operations, Press(), parts.matrix.fields, parts.forms_per_file)
    subscribers = Subscribers(parts.streams)
    streams = Streams(WatchedCallers(authentication), SharedAnswers(), parts.operation_timeout)
    running = ReadingPlaces(operations, parts.replicas)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        jobs = parts.jobs.running() if parts.jobs else nullcontext()
        checkpoints = Checkpoints(parts.database, parts.clock)
        changes = parts.database.shared(FollowedChanges)
        webhooks = _webhooks(parts, operations, authentication) if parts.delivers_webhooks else nullcontext()
        async with (
            running_beside(matrix.follow()),
            running_beside(keep_measuring(parts.database, subscribers.running)),
            running_beside(checkpoints.keep()),
            running_beside(number_changes(parts.database)),
            running_beside(changes.follow()),
            running_beside(parts.replicas.follow()) if parts.replicas else nullcontext(),
            webhooks,
            jobs,
        ):
            with watched_by(count_statement):
                yield
        studio.close()
        await checkpoints.write_the_last()
        await parts.gateways.close()
        if parts.replicas:
            await parts.replicas.close()
        await parts.database.close()
        parts.tracing.close()

    front_ends = FrontEnds(parts.database, parts.http.origins)
    places, callers = Places(parts.places), KnownCallers()
    fetching = Fetching(authentication, front_ends, places, callers)
    endpoint = GraphQLEndpoint(
        running,
        admission,
        authentication,
        front_ends,
        parts.body_limit,
        subscribers,
        streams,
        places,
        callers,
    )
    over_sockets = WebSocketOperations(running, admission, authentication, subscribers, streams, places)
    application = Starlette(
        routes=[
            endpoint.route(),
            Route(PATH, front_ends.preflight, methods=["OPTIONS"]),
            GraphQLWebSocket(over_sockets, parts.sockets).route(),
            *health_routes(parts.database, parts.replicas),
            metrics_route(parts.database, parts.replicas),
            *inbox_routes(parts.database, parts.gateways.messages),
            *oauth_routes(oauth, authentication, front_ends),
            *signing_in_routes(desk, parts.authority.issuer, sign_ins),
            download_route(parts.files, fetching),
            export_route(graphql_schema(SCHEMA), parts.files, fetching),
            chart_route(operations, studio, fetching),
            form_route(forms, fetching),
            *console_routes(example_queries),
        ],
        exception_handlers={HTTPException: _plain, Exception: _masked},
        lifespan=lifespan,
    )
    answering = known_under(StraightTo(endpoint, application), parts.http.hosts)
    told = current_spans().application(answering)
    return Correlated(told, SecurityHeaders(parts.http.strict_transport), Door(places, callers))


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


@dataclass(frozen=True, slots=True)
class StraightTo:
    """Starlette's router and the layers around it cost a tenth of a quick query: what is for GraphQL goes past them."""

    endpoint: GraphQLEndpoint
    inner: Starlette

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] not in METHODS:
            await self.inner(scope, receive, send)
            return
        try:
            await self.endpoint(scope, receive, send)
        except Exception as error:
            response = await _masked(Request(scope), error)
            await response(scope, receive, send)


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
