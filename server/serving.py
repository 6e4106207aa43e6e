"""Starting the server: what all commands that serve have in common."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial

import uvicorn
from starlette.types import ASGIApp

from auth.oauth.exchange import Lifetimes
from auth.oauth.registration import ensure_console
from auth.secret_files import audit_key, code_key
from auth.trusted_issuer import TrustedIssuer
from domain.clock import system_clock
from server.app import SCHEMA, Parts, create_app
from server.connections import HttpConnection, WebSocketConnection
from server.file_store import file_store_of
from server.gateways import gateways_of
from server.http_manners import HttpManners, hosts_of
from server.jobs import job_worker, warn_of_waiting_messages
from server.log import configure_log
from server.memory import spare_what_is_loaded
from server.one_transaction import in_one_transaction
from server.operations.admission import Admission
from server.operations.document_policy import DocumentPolicy
from server.operations.manifests import documents_of
from server.operations.running import Operations
from server.operations.subscribers import StreamManners
from server.request_bounds import give_bounds
from server.routes.websocket import SocketBounds
from server.secret import secret_of
from server.settings import Settings
from server.token_authority import token_authority
from server.tracing.switching import require_tracing, traced
from server.workers import Workers, in_a_worker
from storage.engine import connect
from storage.pooling import require_pool
from storage.replicas import replicas_of


def lifetimes_of(settings: Settings) -> Lifetimes:
    return Lifetimes(
        access_token=timedelta(minutes=settings.access_token_minutes),
        refresh_token=timedelta(days=settings.refresh_token_days),
    )


def trusted_issuer_of(settings: Settings) -> TrustedIssuer | None:
    if settings.trusted_issuer is None:
        return None
    audience = settings.trusted_issuer_audience or settings.audience
    return TrustedIssuer(settings.trusted_issuer, audience, settings.trusted_issuer_claim)


def manners_of(settings: Settings) -> StreamManners:
    return StreamManners(
        heartbeat=settings.heartbeat,
        idle_socket=settings.idle_socket,
        per_person=settings.subscriptions_per_person,
        per_partner=settings.subscriptions_per_partner,
    )


def documents_policy_of(settings: Settings) -> DocumentPolicy:
    return DocumentPolicy(
        trusted=documents_of(settings.trusted_documents),
        only_trusted=settings.documents == "trusted",
        explorers=settings.explorers,
        persisted_query_bytes=settings.persisted_query_bytes,
    )


def http_manners_of(settings: Settings) -> HttpManners:
    hosts = hosts_of(settings.allowed_hosts, settings.host, settings.issuer)
    return HttpManners(settings.cors_origins, hosts, settings.strict_transport_seconds)


def application(settings: Settings, database_url: str) -> ASGIApp:
    configure_log(settings.log_format)
    database = connect(
        database_url,
        connections=settings.database_connections,
        statement_timeout=settings.statement_timeout,
        lock_timeout=settings.lock_timeout,
        longest_pause=settings.transaction_pause,
        patience=settings.connection_wait,
        audit_key=audit_key(secret_of(settings)),
        rules=settings.rules,
        pool_url=settings.database_pool_address,
    )
    gateways, files = gateways_of(settings), file_store_of(settings)
    tracing = ExitStack()
    tracing.enter_context(traced(settings))
    replicas = replicas_of(
        database,
        settings.replicas,
        connections=settings.database_connections,
        statement_timeout=settings.statement_timeout,
    )
    parts = Parts(
        database,
        token_authority(settings),
        lifetimes=lifetimes_of(settings),
        trusted_issuer=trusted_issuer_of(settings),
        code_key=code_key(secret_of(settings)),
        body_limit=settings.body_limit,
        executor=settings.executor,
        slow_operation=settings.slow_operation,
        gateways=gateways,
        files=files,
        streams=manners_of(settings),
        forms_per_file=settings.forms_per_file,
        webhooks=settings.webhooks,
        delivers_webhooks=settings.jobs_in_server,
        exports=settings.exports,
        documents=documents_policy_of(settings),
        http=http_manners_of(settings),
        tracing=tracing,
        places=settings.places,
        sockets=SocketBounds(settings.operations_per_socket, settings.socket_init_timeout),
        operation_timeout=settings.operation_timeout,
        replicas=replicas,
        limits=settings.limits,
        jobs=job_worker(settings, database_url, database, gateways, files) if settings.jobs_in_server else None,
    )
    app = create_app(parts)
    spare_what_is_loaded()
    return app


def serve_until_stopped(settings: Settings, database_url: str, when_ready: Callable[[], None]) -> None:
    """Answers until Ctrl-C or SIGTERM; requests under way are finished first."""
    configure_log(settings.log_format)
    token_authority(settings)  # whatever is wrong with a key is said here, once; all workers then find the same ones
    secret_of(settings)
    gateways_of(settings)
    file_store_of(settings)
    require_tracing(settings)
    settings.webhooks  # noqa: B018 # as above
    if pool := settings.database_pool_address:
        require_pool(pool, settings.statement_timeout)
    Admission(Operations(SCHEMA, settings.executor), documents_policy_of(settings))
    ensured = partial(ensure_console, issuer=settings.issuer, clock=system_clock)
    asyncio.run(in_one_transaction(database_url, audit_key(secret_of(settings)), ensured))
    warn_of_waiting_messages(settings)
    make = partial(application, settings, database_url)
    if settings.workers == 1:
        _AnnouncingServer(_config(make, settings), when_ready).run()
    else:
        Workers(_config(partial(in_a_worker, make), settings), when_ready).run()


def _config(make: Callable[[], ASGIApp], settings: Settings) -> uvicorn.Config:
    """`make` gives the application, in each worker its own."""
    config = uvicorn.Config(
        make,
        factory=True,
        workers=settings.workers,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=HttpConnection,
        ws=WebSocketConnection,
        ws_ping_interval=settings.heartbeat,
        ws_ping_timeout=settings.heartbeat,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=10,
        timeout_worker_healthcheck=60,  # a worker answers only once it has imported everything
        ws_max_size=settings.body_limit,
        ws_per_message_deflate=False,  # events are small, and a compressor for each socket is 250 KB
        server_header=False,
        forwarded_allow_ips=list(map(str, settings.trusted_proxies)),
    )
    return give_bounds(config, settings.request_bounds)


class _AnnouncingServer(uvicorn.Server):
    """Says that it is ready once it really listens."""

    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_ready = when_ready

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override] # of socket.socket
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            self._when_ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """A signal ends the server alone. uvicorn would pass it on to the process, which has PostgreSQL to stop yet."""
        with super().capture_signals():
            yield
            self._captured_signals.clear()
