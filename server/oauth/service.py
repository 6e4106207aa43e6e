from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from anyio import to_thread
from authlib.oauth2.rfc6749 import OAuth2Error
from orjson import dumps
from starlette.requests import Request
from starlette.responses import Response

from auth.oauth.exchange import Asker, Exchange, Lifetimes
from auth.oauth.requests import OAuthRequest, Parameters
from auth.oauth.server import Answer, AuthorizationServer
from auth.rate_limits import RateLimits, network_of
from auth.tokens import TokenAuthority
from domain.clock import Clock
from server.correlation import correlation_id
from server.operations.places import Places
from server.routes.http_call import address_of
from storage.engine import Database

NO_STORE: Mapping[str, str] = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@dataclass(frozen=True, slots=True)
class OAuthService:
    """Answers requests to the authorization server, each in one transaction."""

    database: Database
    authority: TokenAuthority
    limits: RateLimits
    clock: Clock
    lifetimes: Lifetimes
    places: Places

    @property
    def issuer(self) -> str:
        return self.authority.issuer

    def asked(self, request: Request, parameters: Parameters) -> OAuthRequest:
        """OAuth2Error when it is not well formed. The address is the issuer's: a proxy may hide that it is https."""
        asked = OAuthRequest(request.method, self.issuer + request.url.path, parameters, request.headers)
        asked.require_well_formed()
        return asked

    def place(self, request: Request) -> AbstractAsyncContextManager[None]:
        """In which it is answered once it has come as a whole. ServerBusyError."""
        return self.places.place(network_of(address_of(request.scope)))

    async def run(self, request: Request, work: Callable[[AuthorizationServer], Answer]) -> Answer:
        """`work` runs in a thread, as Authlib is synchronous; what it does is committed with its answer."""
        async with self.database.writing() as session:
            asker = Asker(address_of(request.scope), correlation_id())
            exchange = Exchange(session, self.authority, self.clock(), self.lifetimes, asker)
            return await to_thread.run_sync(work, AuthorizationServer(exchange))


def response_of(answer: Answer) -> Response:
    """Never kept by anybody on the way: it holds tokens, or says who is signed in."""
    headers = {**dict(answer.headers), **NO_STORE}
    headers.pop("Content-Type", None)
    if isinstance(answer.body, str) and not answer.body:
        return Response(status_code=answer.status, headers=headers)
    return Response(dumps(answer.body), answer.status, headers, media_type="application/json")


def refusal(error: OAuth2Error) -> Response:
    return response_of(refusal_of(error))


def refusal_of(error: OAuth2Error) -> Answer:
    status, body, headers = error()
    return Answer(status, dict(body), tuple(headers))
