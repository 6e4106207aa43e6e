from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7636 import CodeChallenge, create_s256_code_challenge

from auth.oauth.credentials import GivenCode

METHOD = "S256"


def _fits(verifier: str, challenge: str) -> bool:
    return bool(create_s256_code_challenge(verifier) == challenge)


class RequiredS256(CodeChallenge):
    """PKCE (RFC 7636) in every authorization, and none but by SHA-256."""

    SUPPORTED_CODE_CHALLENGE_METHOD = (METHOD,)
    CODE_CHALLENGE_METHODS = {METHOD: _fits}  # noqa: RUF012 # Authlib declares it so

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if "code_challenge" not in data:
            raise InvalidRequestError("PKCE is required: 'code_challenge' is missing.")
        if data.get("code_challenge_method") != METHOD:
            raise InvalidRequestError("'code_challenge_method' must be S256.")
        super().validate_code_challenge(grant, redirect_uri)

    def get_authorization_code_challenge(self, authorization_code: GivenCode) -> str:
        return authorization_code.record.code_challenge

    def get_authorization_code_challenge_method(self, authorization_code: GivenCode) -> str:  # noqa: ARG002 # the only one
        return METHOD
