"""Starting the server: what all commands that serve have in common."""

from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from auth.signing_keys import signing_key_at
from auth.tokens import TokenAuthority
from server.app import Parts, create_app
from server.log import configure_log
from server.settings import Settings
from storage.engine import connect


def token_authority(settings: Settings) -> TokenAuthority:
    return TokenAuthority(signing_key_at(settings.signing_key), settings.issuer, settings.audience)


def application(settings: Settings, database_url: str) -> ASGIApp:
    database = connect(
        database_url, connections=settings.database_connections, statement_timeout=settings.statement_timeout
    )
    parts = Parts(
        database,
        token_authority(settings),
        body_limit=settings.body_limit,
        slow_operation=settings.slow_operation,
    )
    return create_app(parts)


def serve_until_stopped(settings: Settings, database_url: str, when_ready: Callable[[], None]) -> None:
    """Answers until Ctrl-C or SIGTERM; requests under way are finished first."""
    configure_log(settings.log_format)
    config = uvicorn.Config(
        application(settings, database_url),
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=10,
        ws_max_size=settings.body_limit,
        server_header=False,
    )
    _AnnouncingServer(config, when_ready).run()


class _AnnouncingServer(uvicorn.Server):
    """Says that it is ready once it really listens."""

    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_ready = when_ready

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override] # of socket.socket
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            self._when_ready()
