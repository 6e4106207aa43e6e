"""The endpoints that programs ask: for tokens, to look into them, and to give them back."""

from collections.abc import Callable
from functools import partial

from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Error
from starlette.requests import Request
from starlette.responses import Response

from auth.oauth.requests import OAuthRequest
from auth.oauth.server import Answer, AuthorizationServer
from auth.rate_limits import (
    CLIENT_SECRET_PER_ADDRESS,
    CLIENT_SECRET_PER_CLIENT,
    TOKENS_PER_ADDRESS,
    TooManyAttemptsError,
    network_of,
)
from server.oauth.forms import form_of
from server.oauth.service import OAuthService, refusal, response_of
from server.routes.http_call import address_of

Work = Callable[[OAuthRequest, AuthorizationServer], Answer]


def _token(asked: OAuthRequest, server: AuthorizationServer) -> Answer:
    if asked.payload.grant_type is None:
        return server.handle_error_response(asked, InvalidRequestError("'grant_type' is missing."))
    answer: Answer = server.create_token_response(asked)
    return answer


def _endpoint(name: str, asked: OAuthRequest, server: AuthorizationServer) -> Answer:
    answer: Answer = server.create_endpoint_response(name, asked)
    return answer


async def token(service: OAuthService, request: Request) -> Response:
    return await _answered(service, request, _token)


async def revoke(service: OAuthService, request: Request) -> Response:
    return await _answered(service, request, partial(_endpoint, "revocation"))


async def introspect(service: OAuthService, request: Request) -> Response:
    return await _answered(service, request, partial(_endpoint, "introspection"))


async def _answered(service: OAuthService, request: Request, work: Work) -> Response:
    try:
        asked = service.asked(request, await form_of(request))
    except OAuth2Error as error:
        return refusal(error)
    async with service.place(request):
        try:
            await _require_patience(service, asked, request)
        except TooManyAttemptsError as error:
            return _too_many(error)
        return response_of(await service.run(request, partial(work, asked)))


async def _require_patience(service: OAuthService, asked: OAuthRequest, request: Request) -> None:
    """By client only together with the address: nobody can use up the tries of a partner from elsewhere."""
    network = network_of(address_of(request.scope))
    if not asked.has_secret:
        await service.limits.require(TOKENS_PER_ADDRESS, network)
        return
    await service.limits.require(CLIENT_SECRET_PER_ADDRESS, network)
    await service.limits.require(CLIENT_SECRET_PER_CLIENT, asked.claimed_client, network)


def _too_many(error: TooManyAttemptsError) -> Response:
    description = f"Too many requests. Try again in {error.retry_after} seconds."
    body: dict[str, object] = {"error": "temporarily_unavailable", "error_description": description}
    return response_of(Answer(429, body, (("Retry-After", str(error.retry_after)),)))
