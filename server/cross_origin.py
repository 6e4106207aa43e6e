"""跨域: which pages of other origins may read answers of this server (CORS).

Those that registered applications come back to, and those that the settings name. Cookies are not sent along: what is
open to them looks at none.
"""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from server.recently_read import RecentlyRead
from storage.clients import is_origin_of_a_front_end
from storage.engine import Database
from storage.errors import DatabaseUnavailableError, StatementTimedOutError

Endpoint = Callable[[Request], Awaitable[Response]]

ANYBODY = {"Access-Control-Allow-Origin": "*"}
"""For what is public anyhow."""

UPLOAD_HEADERS = ("GraphQL-Require-Preflight", "Apollo-Require-Preflight", "X-Apollo-Operation-Name")
"""With one of them a browser asks before it sends an upload."""

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": ", ".join(
        (
            "Authorization",
            "Content-Type",
            "X-Request-ID",
            *UPLOAD_HEADERS,
            "If-None-Match",
            "Dengta-Written",
            "Dengta-Cost",
        )
    ),
    "Access-Control-Max-Age": "600",
}
_NOBODY = {"Vary": "Origin"}


class FrontEnds:
    """The origins of registered applications, as they were at most a second ago, and `others`."""

    def __init__(self, database: Database, others: frozenset[str] = frozenset()) -> None:
        async def known(origin: str) -> bool | None:
            if origin in others:
                return True
            try:
                return await is_origin_of_a_front_end(database, origin) or None
            except (DatabaseUnavailableError, StatementTimedOutError):
                return None  # the answer itself says what is wrong

        self._known = RecentlyRead[str, bool](known)

    async def headers(self, origin: str | None) -> Mapping[str, str]:
        """That an answer gets, for a page of that origin."""
        if not origin or not origin.isascii() or not origin.isprintable() or not await self._known.get(origin):
            return _NOBODY
        exposed = "ETag, X-Request-ID, WWW-Authenticate, Retry-After, Content-Disposition, Dengta-Written"
        return {**_NOBODY, "Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": exposed}

    def may_use(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint, with what its answers need to be read by them; `OPTIONS` is answered here."""

        async def answer(request: Request) -> Response:
            if request.method == "OPTIONS":
                return await self.preflight(request)
            response = await endpoint(request)
            response.headers.update(await self.headers(request.headers.get("origin")))
            return response

        return answer

    async def preflight(self, request: Request) -> Response:
        """The browser's question before a request that a page of another origin wants to make."""
        response = Response(status_code=204, headers=_PREFLIGHT)
        response.headers.update(await self.headers(request.headers.get("origin")))
        return response
