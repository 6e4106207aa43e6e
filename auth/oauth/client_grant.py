"""客户端凭据方式 (RFC 6749, section 4.4): a partner's system signs in by its own secret."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidScopeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant

from domain.secrets import new_secret
from storage.grants import NewGrant, begin_grant
from storage.standing import standing_of_grant


class PartnerGrant(ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

    def validate_token_request(self) -> None:
        super().validate_token_request()
        scope = self.client.get_allowed_scope(self.request.payload.scope)
        if scope is None:
            raise InvalidScopeError("The client may not have all of these scopes.")
        self.request.scope = scope

    def generate_token(self, **_: object) -> Any:
        """Each token is a grant of its own, and ends with it."""
        exchange = self.server.exchange
        grant = NewGrant(
            id=new_secret(),
            client_number=self.client.record.id,
            account_id=None,
            session_hash=None,
            scope=self.request.scope,
            authenticated_at=exchange.now,
            expires_at=exchange.now + exchange.lifetimes.access_token,
        )
        exchange.wait_for(begin_grant, grant, exchange.now)
        self.request.user = exchange.wait_for(standing_of_grant, grant.id, exchange.now)
        return super().generate_token(user=self.request.user, scope=self.request.scope, include_refresh_token=False)
