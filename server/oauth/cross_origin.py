"""跨域: which pages of other origins may read the answers of these endpoints (CORS)."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from storage.clients import is_origin_of_a_front_end
from storage.engine import Database

Endpoint = Callable[[Request], Awaitable[Response]]

ANYBODY = {"Access-Control-Allow-Origin": "*"}
"""For what is public anyhow."""

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": "600",
}


def open_to_front_ends(endpoint: Endpoint, database: Database) -> Endpoint:
    """To the pages that applications in use come back to. Cookies are not sent along: these endpoints look at none."""

    async def answer(request: Request) -> Response:
        is_preflight = request.method == "OPTIONS"
        response = Response(status_code=204, headers=_PREFLIGHT) if is_preflight else await endpoint(request)
        origin = request.headers.get("origin")
        response.headers["Vary"] = "Origin"
        if origin and origin.isascii() and origin.isprintable() and await is_origin_of_a_front_end(database, origin):
            response.headers["Access-Control-Allow-Origin"] = origin
        return response

    return answer
