"""A client as Authlib asks of it."""

from datetime import datetime

from authlib.oauth2.rfc6749 import ClientMixin

from auth.oauth.redirect_uris import is_registered
from domain.codes import ClientKind
from domain.secrets import is_secret_of
from storage.clients import ClientRecord

_GRANT_TYPES = {
    ClientKind.FIRST_PARTY: ("authorization_code", "refresh_token"),
    ClientKind.PARTNER: ("client_credentials",),
}
_AUTHENTICATION = {
    ClientKind.FIRST_PARTY: ("none",),
    ClientKind.PARTNER: ("client_secret_basic", "client_secret_post"),
}
_RESPONSE_TYPES: dict[ClientKind, tuple[str, ...]] = {ClientKind.FIRST_PARTY: ("code",), ClientKind.PARTNER: ()}


class OAuthClient(ClientMixin):
    """Applications at which people sign in are public: they hold no secret. Partners sign in by theirs."""

    def __init__(self, record: ClientRecord, now: datetime) -> None:
        self.record = record
        self.client_metadata = {"post_logout_redirect_uris": list(record.redirect_uris)}
        self._now = now

    def get_client_id(self) -> str:
        return self.record.client_id

    def get_default_redirect_uri(self) -> None:
        """Every request names its own."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """None when anything is asked for that the client may not have: it is not quietly given less."""
        wanted = scope.split() if scope else list(self.record.scopes)
        return " ".join(dict.fromkeys(wanted)) if set(wanted) <= set(self.record.scopes) else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return is_registered(redirect_uri, self.record.redirect_uris)

    def check_client_secret(self, client_secret: str) -> bool:
        """For a while after a rotation the one before is good too."""
        former_until = self.record.former_secret_until
        is_former = is_secret_of(client_secret, self.record.former_secret_hash)
        return is_secret_of(client_secret, self.record.secret_hash) or (
            is_former and former_until is not None and self._now < former_until
        )

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 # alike at all endpoints
        return method in _AUTHENTICATION[self.record.kind]

    def check_response_type(self, response_type: str) -> bool:
        return response_type in _RESPONSE_TYPES[self.record.kind]

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in _GRANT_TYPES[self.record.kind]
