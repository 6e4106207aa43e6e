"""OpenID Connect: who someone is, for the application at which they sign in."""

from collections.abc import Collection
from typing import Any

from authlib.oidc.core.grants import OpenIDCode
from joserfc.jwk import ECKey

from auth.oauth.clients import OAuthClient
from auth.oauth.exchange import Exchange
from auth.scopes import PROFILE
from auth.signing_keys import ALGORITHM
from storage.standing import Standing


def user_info(who: Standing, scopes: Collection[str]) -> dict[str, Any]:
    """The claims of an ID token and of the userinfo endpoint; identity number and phone are never among them."""
    claims: dict[str, Any] = {"sub": who.subject}
    if PROFILE in scopes:
        claims |= {
            "name": who.name,
            "role": who.role.value,
            "organization": str(who.organization.id),
            "organization_name": who.organization.name,
        }
    return claims


class IdTokens(OpenIDCode):
    """An ID token beside the first access token, when the scope `openid` was asked for."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__()
        self._exchange = exchange

    def resolve_client_private_key(self, client: OAuthClient) -> ECKey:  # noqa: ARG002 # Authlib's signature
        return self._exchange.authority.keys.signing

    def get_client_algorithm(self, client: OAuthClient) -> str:  # noqa: ARG002 # Authlib's signature
        return ALGORITHM

    def get_encode_header(self, client: OAuthClient) -> dict[str, str]:
        key_id = self.resolve_client_private_key(client).kid
        return {"alg": ALGORITHM, "kid": str(key_id), "typ": "JWT"}

    def get_client_claims(self, client: OAuthClient) -> dict[str, Any]:
        authority = self._exchange.authority
        now = authority.now()
        lifetime = int(self._exchange.lifetimes.access_token.total_seconds())
        return {"iss": authority.issuer, "aud": client.get_client_id(), "iat": now, "exp": now + lifetime}

    def exists_nonce(self, nonce: str, request: Any) -> bool:  # noqa: ARG002 # Authlib's signature
        """A code is good once, and so is the nonce that is bound to it: it is the application's to compare."""
        return False

    def generate_user_info(self, user: Standing, scope: str) -> dict[str, Any]:
        return {**user_info(user, scope.split()), "sid": user.grant_id}
