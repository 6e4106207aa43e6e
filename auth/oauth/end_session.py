"""OpenID Connect RP-Initiated Logout 1.0: an application ends the sign-in that it came of."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oidc.rpinitiated import EndSessionEndpoint, EndSessionRequest
from joserfc.jwk import KeySet

from auth.signing_keys import ALGORITHM
from domain.codes import AuditKind
from storage.browser_sessions import end_session
from storage.grants import revoke_grant, revoke_grants_of_session, session_hash_of_grant
from storage.standing import standing_of_grant


class EndSession(EndSessionEndpoint):
    """Ends the browser's session and every grant that came of it. Without an ID token of ours, the person is asked
    first: on the sign-out page, which is the caller's to show.
    """

    def get_server_jwks(self) -> KeySet:
        return KeySet(list(self.server.exchange.authority.keys.all()))

    def get_algorithms(self) -> list[str]:
        return [ALGORITHM]

    def _validate_id_token_hint(self, id_token_hint: str) -> dict[str, Any]:
        claims: dict[str, Any] = super()._validate_id_token_hint(id_token_hint)
        if claims.get("iss") != self.server.exchange.authority.issuer or "sid" not in claims or "jti" in claims:
            raise InvalidRequestError("'id_token_hint' is no ID token of this server.")
        return claims

    def end_session(self, end_session_request: EndSessionRequest) -> None:
        exchange, grant_id = self.server.exchange, str(end_session_request.id_token_claims["sid"])
        who = exchange.wait_for(standing_of_grant, grant_id, exchange.now)
        session_hash = exchange.wait_for(session_hash_of_grant, grant_id)
        ended = exchange.wait_for(revoke_grant, grant_id, "signed out")
        if session_hash is not None:
            ended += exchange.wait_for(revoke_grants_of_session, session_hash, "signed out")
            ended += exchange.wait_for(end_session, session_hash) is not None
        if ended:
            exchange.audit("endSession", who=who, kind=AuditKind.SIGN_OUT, details={"grant": grant_id})
