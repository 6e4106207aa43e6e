"""What programs find out about the authorization server by themselves (RFC 8414, OpenID Connect Discovery 1.0)."""

from typing import Any

from auth.oauth.pkce import METHOD
from auth.scopes import PERSONAL_SCOPES
from auth.signing_keys import ALGORITHM
from domain.codes import Scope

_WITH_SECRET = ["client_secret_basic", "client_secret_post"]


def metadata(issuer: str) -> dict[str, Any]:
    """The same document for both standards."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        "userinfo_endpoint": f"{issuer}/oauth/userinfo",
        "jwks_uri": f"{issuer}/oauth/jwks.json",
        "end_session_endpoint": f"{issuer}/oauth/end-session",
        "scopes_supported": [*sorted(PERSONAL_SCOPES), *(scope.token for scope in Scope)],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": [METHOD],
        "token_endpoint_auth_methods_supported": ["none", *_WITH_SECRET],
        "revocation_endpoint_auth_methods_supported": ["none", *_WITH_SECRET],
        "introspection_endpoint_auth_methods_supported": _WITH_SECRET,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "claims_supported": [
            *("iss", "aud", "sub", "sid", "iat", "exp", "auth_time", "nonce", "at_hash"),
            *("name", "role", "organization", "organization_name"),
        ],
        "prompt_values_supported": ["none", "login", "select_account"],
        "ui_locales_supported": ["zh", "en"],
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "claims_parameter_supported": False,
    }
