"""健康检查: whether the process lives (`/healthz`), and whether it can answer (`/readyz`)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from storage.engine import Database
from storage.readiness import database_answers


def health_routes(database: Database) -> list[Route]:
    async def alive(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_request: Request) -> Response:
        answers = await database_answers(database)
        return JSONResponse({"database": "ok" if answers else "unavailable"}, 200 if answers else 503)

    return [Route("/healthz", alive), Route("/readyz", ready)]
