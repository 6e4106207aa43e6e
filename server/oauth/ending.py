"""退出端点: an application has its sign-in ended, and the browser sent back."""

from functools import partial

from authlib.oauth2.rfc6749 import OAuth2Error
from starlette.requests import Request
from starlette.responses import Response

from auth.oauth.requests import OAuthRequest
from auth.oauth.server import Answer, AuthorizationServer
from server.oauth.forms import form_of, query_of
from server.oauth.service import OAuthService, refusal, response_of

SIGN_OUT = "/sign-out"


async def end_session(service: OAuthService, request: Request) -> Response:
    try:
        asked = service.asked(request, await form_of(request) if request.method == "POST" else query_of(request))
    except OAuth2Error as error:
        return refusal(error)
    asked.method = "GET"
    async with service.place(request):
        return response_of(await service.run(request, partial(_answer, asked)))


def _answer(asked: OAuthRequest, server: AuthorizationServer) -> Answer:
    """Who sends no ID token of ours may be anybody, and so the person is asked."""
    try:
        valid = server.validate_endpoint_request("end_session", asked)
    except OAuth2Error as error:
        return server.handle_error_response(asked, error)
    if valid.needs_confirmation:
        return Answer(303, "", (("Location", SIGN_OUT),))
    ended: Answer | None = server.create_endpoint_response("end_session", valid)
    return ended or Answer(303, "", (("Location", "/"),))
