from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.correlation import begin_correlation
from server.door import Door

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]


class Correlated:
    """Gives each request its correlation id, and the answer its id and the headers that every answer has."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        """`door` is for the server's connections, which find it here."""
        self._app = app
        self.door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        own = (*_HEADERS, (b"x-request-id", begin_correlation(_offered(scope)).encode()))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                message["headers"] += [item for item in own if item[0] not in present]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _offered(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            return bytes(value).decode("latin-1")
    return None
