"""刷新令牌方式 (RFC 6749, section 6): each refresh token is good once and gives the next (RFC 9700, section 4.14.2).

One that comes again was stolen, from the application or by it: nobody can tell, so its whole grant ends.
"""

from authlib.oauth2.rfc6749.grants import RefreshTokenGrant

from auth.oauth.credentials import GivenRefreshToken
from domain.secrets import hashed_secret
from storage.credentials import RefreshTokenRecord, refresh_token_with_hash, use_refresh_token
from storage.grants import revoke_grant
from storage.standing import Standing, standing_of_grant


class RotatingRefreshGrant(RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> GivenRefreshToken | None:
        exchange = self.server.exchange
        record = exchange.wait_for(refresh_token_with_hash, hashed_secret(refresh_token))
        if record is None:
            return None
        standing = exchange.wait_for(standing_of_grant, record.grant_id, exchange.now)
        if record.used_at is not None:
            self._end_family(record, standing)
            return None
        is_good = standing is not None and exchange.now < record.expires_at
        return GivenRefreshToken(record, standing) if is_good else None

    def _end_family(self, record: RefreshTokenRecord, who: Standing | None) -> None:
        exchange = self.server.exchange
        exchange.wait_for(revoke_grant, record.grant_id, "refresh token used twice")
        exchange.audit(
            "refreshTokenReused",
            who=who,
            details={"client": record.client_id, "grant": record.grant_id, "revoked": True},
        )

    def authenticate_user(self, refresh_token: GivenRefreshToken) -> Standing:
        return refresh_token.standing

    def revoke_old_credential(self, refresh_token: GivenRefreshToken) -> None:
        exchange = self.server.exchange
        exchange.wait_for(use_refresh_token, refresh_token.record.token_hash, exchange.now)
