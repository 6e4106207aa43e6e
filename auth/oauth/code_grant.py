"""授权码方式 (RFC 6749, section 4.1): a browser is sent here, someone signs in, and it is sent back with a code."""

from datetime import datetime

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant

from auth.oauth.clients import OAuthClient
from auth.oauth.credentials import EndUser, GivenCode
from auth.oauth.requests import OAuthRequest
from domain.secrets import hashed_secret, new_secret
from storage.credentials import CodeRecord, NewCode, add_code, code_with_hash, use_code
from storage.grants import NewGrant, begin_grant, revoke_grant
from storage.standing import Standing, standing_of_grant


class CodeGrant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)

    @staticmethod
    def validate_authorization_redirect_uri(request: OAuthRequest, client: OAuthClient) -> str:
        uri = request.payload.redirect_uri
        if not uri:
            raise InvalidRequestError("'redirect_uri' is missing.")
        if not client.check_redirect_uri(uri):
            raise InvalidRequestError("'redirect_uri' is not registered for this client.")
        return str(uri)

    def generate_authorization_code(self) -> str:
        return new_secret()

    def save_authorization_code(self, code: str, request: OAuthRequest) -> None:
        """The grant is good for as long as the code, until the code is exchanged."""
        exchange, user, client = self.server.exchange, request.user, request.client
        expires_at = exchange.now + exchange.lifetimes.authorization_code
        grant = _grant_of(user, client, request.scope, expires_at)
        exchange.wait_for(begin_grant, grant, exchange.now)
        new = NewCode(
            code_hash=hashed_secret(code),
            grant_id=grant.id,
            redirect_uri=request.payload.redirect_uri,
            code_challenge=request.payload.data["code_challenge"],
            nonce=request.payload.data.get("nonce"),
            expires_at=expires_at,
        )
        exchange.wait_for(add_code, new)
        who = exchange.wait_for(standing_of_grant, grant.id, exchange.now)
        exchange.audit("authorize", who=who, details={"client": client.get_client_id(), "grant": grant.id})

    def query_authorization_code(self, code: str, client: OAuthClient) -> GivenCode | None:
        """None for one that is not this client's, not good any more, or was used: what came of that use ends then."""
        exchange = self.server.exchange
        record = exchange.wait_for(code_with_hash, hashed_secret(code))
        if record is None or record.client_id != client.get_client_id():
            return None
        if record.used_at is not None:
            self._end_what_came_of(record)
            return None
        return GivenCode(record) if exchange.now < record.expires_at else None

    def _end_what_came_of(self, record: CodeRecord) -> None:
        exchange = self.server.exchange
        who = exchange.wait_for(standing_of_grant, record.grant_id, exchange.now)
        exchange.wait_for(revoke_grant, record.grant_id, "authorization code used twice")
        exchange.audit(
            "codeReplayed", who=who, details={"client": record.client_id, "grant": record.grant_id, "revoked": True}
        )

    def authenticate_user(self, authorization_code: GivenCode) -> Standing | None:
        exchange = self.server.exchange
        who: Standing | None = exchange.wait_for(standing_of_grant, authorization_code.record.grant_id, exchange.now)
        return who

    def delete_authorization_code(self, authorization_code: GivenCode) -> None:
        """It stays, to be known when it comes again."""
        exchange = self.server.exchange
        exchange.wait_for(use_code, authorization_code.record.code_hash, exchange.now)


def _grant_of(user: EndUser, client: OAuthClient, scope: str, expires_at: datetime) -> NewGrant:
    return NewGrant(
        id=new_secret(),
        client_number=client.record.id,
        account_id=user.signed_in.account_id,
        session_hash=user.session_hash,
        scope=scope,
        authenticated_at=user.signed_in.signed_in_at,
        expires_at=expires_at,
    )
