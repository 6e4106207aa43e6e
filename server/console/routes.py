from collections.abc import Callable
from os import PathLike, stat_result
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
ASSETS = STATIC / "assets"

# The editor writes `style` attributes and elements as it draws, hence 'unsafe-inline' for styles alone.
# 'self' in connect-src covers the WebSocket of the same origin too.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

# On assets as well as on the page: a worker obeys the policy its own file comes with.
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}

REVALIDATE = "no-cache"
IMMUTABLE = "public, max-age=31536000, immutable"

Examples = Callable[[], list[dict[str, str]]]


def console_routes(examples: Examples) -> list[BaseRoute]:
    """GraphiQL at `/`, its first tabs (as `examples` gives them) and its files under `/console/`."""

    async def example_list(_: Request) -> Response:
        return JSONResponse(examples(), headers={**SECURITY_HEADERS, "Cache-Control": REVALIDATE})

    return [
        Route("/", _index),
        Route("/console/examples.json", example_list),
        Mount("/console", _ConsoleFiles(directory=STATIC)),
    ]


async def _index(_: Request) -> Response:
    return FileResponse(STATIC / "index.html", headers={**SECURITY_HEADERS, "Cache-Control": REVALIDATE})


class _ConsoleFiles(StaticFiles):
    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(SECURITY_HEADERS)
        # The names of assets change with their content; those of the other files do not.
        response.headers["Cache-Control"] = IMMUTABLE if ASSETS in Path(full_path).parents else REVALIDATE
        return response
