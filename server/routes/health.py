"""健康检查: whether the process lives (`/healthz`), and whether it can answer (`/readyz`)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from storage.engine import Database
from storage.readiness import database_answers
from storage.replicas import Replicas


def health_routes(database: Database, replicas: Replicas | None = None) -> list[Route]:
    async def alive(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_request: Request) -> Response:
        answers = await database_answers(database)
        told: dict[str, object] = {"database": "ok" if answers else "unavailable"}
        if replicas is not None:
            told["replicas"] = ["ok" if replicas.is_read(each) else "left out" for each in replicas.members]
        return JSONResponse(told, 200 if answers else 503)

    return [Route("/healthz", alive), Route("/readyz", ready)]
