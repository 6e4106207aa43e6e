"""授权服务器: Authlib's authorization server over our storage."""

from dataclasses import dataclass
from typing import Any

from authlib.oauth2 import rfc6749
from authlib.oauth2.rfc6749 import InvalidClientError, OAuth2Error

from auth.oauth.client_grant import PartnerGrant
from auth.oauth.clients import OAuthClient
from auth.oauth.code_grant import CodeGrant
from auth.oauth.end_session import EndSession
from auth.oauth.exchange import Exchange
from auth.oauth.openid import IdTokens
from auth.oauth.pkce import RequiredS256
from auth.oauth.refresh_grant import RotatingRefreshGrant
from auth.oauth.requests import OAuthRequest
from auth.oauth.token_endpoints import Introspection, Revocation
from domain.secrets import hashed_secret, new_secret
from storage.clients import active_client
from storage.credentials import add_refresh_token
from storage.grants import prolong_grant
from storage.standing import Standing


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be sent: a JSON object, or nothing but headers."""

    status: int
    body: dict[str, Any] | str
    headers: tuple[tuple[str, str], ...]


class AuthorizationServer(rfc6749.AuthorizationServer):
    """One for each request, within its transaction: Authlib asks for a client without saying for which request."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__()
        self.exchange = exchange
        self._asked_for: OAuthClient | None = None
        self.register_grant(CodeGrant, [RequiredS256(), IdTokens(exchange)])
        self.register_grant(RotatingRefreshGrant)
        self.register_grant(PartnerGrant)
        self.register_endpoint(Revocation)
        self.register_endpoint(Introspection)
        self.register_endpoint(EndSession)
        self.register_token_generator("default", self._tokens)

    def query_client(self, client_id: str) -> OAuthClient | None:
        record = self.exchange.wait_for(active_client, client_id)
        self._asked_for = None if record is None else OAuthClient(record, self.exchange.now)
        return self._asked_for

    def _tokens(self, *, user: Standing, scope: str, include_refresh_token: bool, **_: object) -> dict[str, str | int]:
        lifetime = self.exchange.lifetimes.access_token
        tokens: dict[str, str | int] = {
            "token_type": "Bearer",
            "access_token": self.exchange.authority.issue_for_grant(user, scope, lifetime),
            "expires_in": int(lifetime.total_seconds()),
            "scope": scope,
        }
        return {**tokens, "refresh_token": new_secret()} if include_refresh_token else tokens

    def save_token(self, token: dict[str, Any], request: OAuthRequest) -> None:
        """Access tokens are not kept: they name their grant, which is."""
        who: Standing = request.user
        grant_id, now = str(who.grant_id), self.exchange.now
        if "refresh_token" in token:
            until = now + self.exchange.lifetimes.refresh_token
            self.exchange.wait_for(add_refresh_token, hashed_secret(token["refresh_token"]), grant_id, now, until)
            self.exchange.wait_for(prolong_grant, grant_id, until)
        self.exchange.audit(
            "token",
            who=who,
            details={
                "grantType": request.payload.grant_type,
                "client": who.client_id,
                "grant": grant_id,
                "scope": token["scope"],
            },
        )

    def refused(self, error: OAuth2Error) -> None:
        """Keeps on record that tokens were not given, but not what an unknown client called itself."""
        client = self._asked_for
        self.exchange.audit(
            "tokenRefused",
            client=client.record if client else None,
            details={"error": error.error, "known": client is not None},
        )

    def handle_error_response(self, request: OAuthRequest, error: OAuth2Error) -> Answer:
        """Clients that are unknown, suspended, or have another secret get the same answer."""
        if request.method == "POST":
            self.refused(error)
        if isinstance(error, InvalidClientError) and request.method == "POST":
            error = InvalidClientError("Client authentication failed.", status_code=401 if request.has_secret else 400)
        answer: Answer = super().handle_error_response(request, error)
        return answer

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens: what is to be done at the same time is done in the same transaction."""

    def create_oauth2_request(self, request: OAuthRequest) -> OAuthRequest:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Answer:
        return Answer(status, dict(body) if body else "", tuple(headers))
