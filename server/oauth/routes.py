from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth.oauth.server import Answer
from server.authentication import Authentication
from server.cross_origin import ANYBODY, FrontEnds
from server.oauth.authorizing import authorize
from server.oauth.ending import end_session
from server.oauth.metadata import metadata
from server.oauth.service import NO_STORE, OAuthService, response_of
from server.oauth.token_routes import introspect, revoke, token
from server.oauth.user_info import userinfo
from server.operations.places import ServerBusyError
from storage.errors import DatabaseUnavailableError, StatementTimedOutError

_PUBLISHED = {**ANYBODY, "Cache-Control": "public, max-age=60"}

Endpoint = Callable[[Request], Awaitable[Response]]


def oauth_routes(service: OAuthService, authentication: Authentication, front_ends: FrontEnds) -> list[Route]:
    async def described(_: Request) -> Response:
        return JSONResponse(metadata(service.issuer), headers=_PUBLISHED)

    async def keys(_: Request) -> Response:
        return JSONResponse(service.authority.keys.published(), headers=_PUBLISHED)

    def of_service(endpoint: Callable[[OAuthService, Request], Awaitable[Response]]) -> Endpoint:
        return _available(partial(endpoint, service))

    return [
        Route("/.well-known/oauth-authorization-server", described),
        Route("/.well-known/openid-configuration", described),
        Route("/oauth/jwks.json", keys),
        Route("/oauth/authorize", of_service(authorize), methods=["GET", "POST"]),
        Route("/oauth/token", front_ends.may_use(of_service(token)), methods=["POST", "OPTIONS"]),
        Route("/oauth/revoke", front_ends.may_use(of_service(revoke)), methods=["POST", "OPTIONS"]),
        Route("/oauth/introspect", of_service(introspect), methods=["POST"]),
        Route(
            "/oauth/userinfo",
            front_ends.may_use(_available(partial(userinfo, authentication))),
            methods=["GET", "POST", "OPTIONS"],
        ),
        Route("/oauth/end-session", of_service(end_session), methods=["GET", "POST"]),
    ]


def _available(endpoint: Endpoint) -> Endpoint:
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except (DatabaseUnavailableError, StatementTimedOutError):
            return response_of(_UNAVAILABLE)
        except ServerBusyError:
            return response_of(_BUSY)

    return answer


def _later(why: str) -> Answer:
    body: dict[str, object] = {"error": "temporarily_unavailable", "error_description": f"{why} Try again soon."}
    return Answer(503, body, (("Retry-After", "1"), *NO_STORE.items()))


_UNAVAILABLE, _BUSY = _later("The database cannot be reached."), _later("The server is busy.")
