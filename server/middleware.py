from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.correlation import begin_correlation
from server.door import Door
from server.http_manners import ANY_HOST
from server.negotiation import language_of
from server.process_metrics import count_response
from server.routes.http_answers import refusal
from server.routes.http_errors import host_not_allowed
from server.security_headers import SecurityHeaders

_FOR_ALL = {"/healthz", "/readyz"}
"""Load balancers ask by address; there is nothing to be learnt."""


class Correlated:
    """Gives each request its correlation id, and the answer its id and the headers that every answer has."""

    def __init__(self, app: ASGIApp, headers: SecurityHeaders, door: Door | None = None) -> None:
        """`door` is for the server's connections, which find it here."""
        self.inner = app
        self._headers = headers
        self.door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        correlation = (b"x-request-id", begin_correlation(_header(scope, b"x-request-id")).encode())

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                count_response(message["status"])
                present = list(message["headers"])
                missing = self._headers.missing_in(present, scope["scheme"])
                message["headers"] = [*present, *missing, correlation]
            await send(message)

        await self.inner(scope, receive, send_with_headers)


class KnownHosts:
    """Answers only who asks for this server by a name that it has."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.inner = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"] in _FOR_ALL or _host(scope) in self._hosts:
            await self.inner(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})  # before it is accepted: 403
        else:
            response = refusal(host_not_allowed(), language_of(_header(scope, b"accept-language")))
            await response(scope, receive, send)


def known_under(app: ASGIApp, hosts: frozenset[str]) -> ASGIApp:
    return app if ANY_HOST in hosts else KnownHosts(app, hosts)


def _host(scope: Scope) -> str | None:
    """Without its port; None when it is not named exactly once."""
    named = [value for name, value in scope["headers"] if name == b"host"]
    if len(named) != 1:
        return None
    host = bytes(named[0]).decode("latin-1").strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _header(scope: Scope, wanted: bytes) -> str | None:
    for name, value in scope["headers"]:
        if name == wanted:
            return bytes(value).decode("latin-1")
    return None
