"""授权端点: sends the browser back to the application with a code, by way of the sign-in pages when need be."""

from functools import partial
from urllib.parse import quote, urlencode

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Error
from authlib.oidc.core.errors import LoginRequiredError
from starlette.requests import Request
from starlette.responses import Response

from auth.oauth.credentials import EndUser
from auth.oauth.requests import OAuthRequest
from auth.oauth.server import Answer, AuthorizationServer
from server.oauth.forms import form_of, query_of
from server.oauth.refused_page import prefers_a_page, refused_page
from server.oauth.service import OAuthService, refusal_of, response_of
from server.signing_in.visits import session_cookie_name
from storage.browser_sessions import session_hash, signed_in_account

PATH = "/oauth/authorize"
SIGN_IN = "/sign-in"
_ANEW = frozenset({"login", "select_account"})
_NOT_SUPPORTED = {"request": "request_not_supported", "request_uri": "request_uri_not_supported"}


async def authorize(service: OAuthService, request: Request) -> Response:
    answer = await _answer_to(service, request)
    if isinstance(answer.body, dict) and prefers_a_page(request):
        return refused_page(request, answer.status, answer.body)
    return response_of(answer)


async def _answer_to(service: OAuthService, request: Request) -> Answer:
    try:
        parameters = await form_of(request) if request.method == "POST" else query_of(request)
        asked = service.asked(request, parameters)
    except OAuth2Error as error:
        return refusal_of(error)
    asked.method = "GET"
    async with service.place(request):
        user = await _signed_in(service, request)
        return await service.run(request, partial(_answer, asked, user))


async def _signed_in(service: OAuthService, request: Request) -> EndUser | None:
    cookie = request.cookies.get(session_cookie_name(service.issuer))
    if not cookie:
        return None
    signed_in = await signed_in_account(service.database, cookie, service.clock())
    return None if signed_in is None else EndUser(signed_in, session_hash(cookie))


def _answer(asked: OAuthRequest, user: EndUser | None, server: AuthorizationServer) -> Answer:
    """Consent is not asked for: whoever signs in at an application of the register's own has come to use it."""
    try:
        grant = server.get_consent_grant(asked, user)
        _require_supported(asked, grant.redirect_uri)
        if _must_sign_in(asked, user, server):
            if asked.args.get("prompt") == "none":
                raise LoginRequiredError(redirect_uri=grant.redirect_uri)
            return _to_sign_in(asked)
    except OAuth2Error as error:
        error.state = asked.payload.state
        answer = server.handle_error_response(asked, error)
        return _naming_issuer(answer, server) if error.redirect_uri else answer
    return _naming_issuer(server.create_authorization_response(asked, user, grant), server)


def _require_supported(asked: OAuthRequest, redirect_uri: str) -> None:
    for name, error in _NOT_SUPPORTED.items():
        if name in asked.args:
            raise OAuth2Error(error=error, redirect_uri=redirect_uri)
    if asked.args.get("response_mode", "query") != "query":
        raise InvalidRequestError("'response_mode' must be query.", redirect_uri=redirect_uri)
    prompts = asked.args.get("prompt", "").split()
    if "none" in prompts and len(prompts) > 1:
        raise InvalidRequestError("'prompt' cannot be none and something else.", redirect_uri=redirect_uri)
    if not asked.args.get("max_age", "0").isdigit():
        raise InvalidRequestError("'max_age' must be a number of seconds.", redirect_uri=redirect_uri)


def _must_sign_in(asked: OAuthRequest, user: EndUser | None, server: AuthorizationServer) -> bool:
    if user is None or _ANEW & set(asked.args.get("prompt", "").split()):
        return True
    signed_in_for = (server.exchange.now - user.signed_in.signed_in_at).total_seconds()
    max_age = asked.args.get("max_age")
    return max_age is not None and (max_age == "0" or signed_in_for > int(max_age))


def _to_sign_in(asked: OAuthRequest) -> Answer:
    """What asks for a new sign-in is left out of the way back, where it has been done."""
    kept = {name: value for name, value in asked.args.items() if name != "prompt" and (name, value) != ("max_age", "0")}
    here = f"{PATH}?{urlencode(kept)}"
    return Answer(302, "", (("Location", f"{SIGN_IN}?next={quote(here, safe='')}"),))


def _naming_issuer(answer: Answer, server: AuthorizationServer) -> Answer:
    """RFC 9207: an application that knows several servers can tell whose answer it is."""
    headers = dict(answer.headers)
    headers["Location"] = add_params_to_uri(headers["Location"], [("iss", server.exchange.authority.issuer)])
    return Answer(answer.status, answer.body, tuple(headers.items()))
