"""What stands for a grant, as Authlib asks of it."""

from dataclasses import dataclass

from authlib.oauth2.rfc6749 import TokenMixin
from authlib.oidc.core import AuthorizationCodeMixin

from auth.oauth.clients import OAuthClient
from storage.browser_sessions import SignedIn
from storage.credentials import CodeRecord, RefreshTokenRecord
from storage.standing import Standing


@dataclass(frozen=True, slots=True)
class EndUser:
    """Who is signed in at the browser that asks for an authorization."""

    signed_in: SignedIn
    session_hash: str


class GivenCode(AuthorizationCodeMixin):
    def __init__(self, record: CodeRecord) -> None:
        self.record = record

    def get_redirect_uri(self) -> str:
        return self.record.redirect_uri

    def get_scope(self) -> str:
        return self.record.scope

    def get_nonce(self) -> str | None:
        return self.record.nonce

    def get_auth_time(self) -> int:
        return int(self.record.authenticated_at.timestamp())


class GivenRefreshToken(TokenMixin):
    def __init__(self, record: RefreshTokenRecord, standing: Standing) -> None:
        self.record = record
        self.standing = standing

    def check_client(self, client: OAuthClient) -> bool:
        return client.get_client_id() == self.record.client_id

    def get_scope(self) -> str:
        return self.record.scope


class GrantedToken(TokenMixin):
    """An access or refresh token that came back, to be looked into or revoked: what counts is its grant."""

    def __init__(self, grant_id: str, client_id: str, standing: Standing | None, expires_at: int | None) -> None:
        self.grant_id = grant_id
        self.client_id = client_id
        self.standing = standing
        self.expires_at = expires_at

    def check_client(self, client: OAuthClient) -> bool:
        return client.get_client_id() == self.client_id

    def is_expired(self) -> bool:
        return self.standing is None

    def is_revoked(self) -> bool:
        return self.standing is None
