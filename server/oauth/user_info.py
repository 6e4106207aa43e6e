from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from auth.oauth.openid import user_info
from auth.scopes import OPENID
from server.authentication import Authentication, UnauthenticatedError
from server.oauth.service import NO_STORE
from server.routes.http_errors import challenge

_INSUFFICIENT = f'Bearer error="insufficient_scope", scope="{OPENID}"'


async def userinfo(authentication: Authentication, request: Request) -> Response:
    """OpenID Connect Core 1.0, section 5.3: as the account is now, not as it was when the token was issued."""
    try:
        who, scopes = await authentication.standing(request.headers.get("authorization"))
    except UnauthenticatedError as error:
        return _refused(401, "invalid_token", challenge(error))
    if OPENID not in scopes:
        return _refused(403, "insufficient_scope", _INSUFFICIENT)
    return JSONResponse(user_info(who, scopes), headers=dict(NO_STORE))


def _refused(status: int, error: str, authenticate: str) -> Response:
    return JSONResponse({"error": error}, status, {**NO_STORE, "WWW-Authenticate": authenticate})
