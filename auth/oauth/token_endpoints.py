"""Looking into tokens (RFC 7662), and giving them back (RFC 7009)."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from auth.oauth.clients import OAuthClient
from auth.oauth.credentials import GrantedToken
from auth.oauth.exchange import Exchange
from auth.oauth.requests import OAuthRequest
from auth.tokens import GrantClaims, InvalidTokenError
from domain.secrets import hashed_secret
from storage.credentials import refresh_token_with_hash
from storage.grants import revoke_grant
from storage.standing import standing_of_grant

_SECRETS = ("client_secret_basic", "client_secret_post")


class Revocation(RevocationEndpoint):
    """Whichever of a grant's tokens is given back, the whole grant ends."""

    CLIENT_AUTH_METHODS = ("none", *_SECRETS)

    def check_params(self, request: OAuthRequest, client: OAuthClient) -> None:  # noqa: ARG002 # Authlib's signature
        _require_token(request)

    def query_token(self, token_string: str, token_type_hint: str | None) -> GrantedToken | None:  # noqa: ARG002 # not needed
        return _token(self.server.exchange, token_string)

    def revoke_token(self, token: GrantedToken, request: OAuthRequest) -> None:
        exchange = self.server.exchange
        if exchange.wait_for(revoke_grant, token.grant_id, "given back by its client"):
            details = {"client": request.client.get_client_id(), "grant": token.grant_id}
            exchange.audit("revoke", who=token.standing, details=details)


class Introspection(IntrospectionEndpoint):
    """For those with a secret, and of their own tokens alone: of any other nothing is said but that it is none."""

    CLIENT_AUTH_METHODS = _SECRETS

    def check_params(self, request: OAuthRequest, client: OAuthClient) -> None:  # noqa: ARG002 # Authlib's signature
        _require_token(request)

    def query_token(self, token_string: str, token_type_hint: str | None) -> GrantedToken | None:  # noqa: ARG002 # not needed
        return _token(self.server.exchange, token_string)

    def check_permission(self, token: GrantedToken, client: OAuthClient, request: OAuthRequest) -> bool:  # noqa: ARG002 # Authlib's signature
        return token.check_client(client)

    def introspect_token(self, token: GrantedToken) -> dict[str, Any]:
        authority, standing = self.server.exchange.authority, token.standing
        if standing is None:
            return {"active": False}
        return {
            "active": True,
            "token_type": "Bearer",
            "iss": authority.issuer,
            "aud": authority.audience,
            "sub": standing.subject,
            "client_id": token.client_id,
            "scope": " ".join(sorted(standing.scopes)),
            "exp": token.expires_at,
        }


def _require_token(request: OAuthRequest) -> None:
    """The hint of its type is not looked at, as both sections 2.1 allow: the token tells what it is."""
    if "token" not in request.form:
        raise InvalidRequestError("'token' is missing.")


def _token(exchange: Exchange, text: str) -> GrantedToken | None:
    record = exchange.wait_for(refresh_token_with_hash, hashed_secret(text))
    if record is not None:
        standing = exchange.wait_for(standing_of_grant, record.grant_id, exchange.now)
        return GrantedToken(record.grant_id, record.client_id, standing, int(record.expires_at.timestamp()))
    try:
        claims = exchange.authority.verify(text)
    except InvalidTokenError:
        return None
    if not isinstance(claims, GrantClaims):
        return None
    standing = exchange.wait_for(standing_of_grant, claims.grant_id, exchange.now)
    return GrantedToken(claims.grant_id, claims.client_id, standing, claims.expires_at)
