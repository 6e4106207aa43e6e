"""推送密钥: secrets that this server must read again, since it signs with them, and how it signs.

They are kept encrypted (JWE, RFC 7516), by a key for each partner that is derived from the server's secret: a row that
is put in another's place opens nothing. Signatures are those of Standard Webhooks 1.0 (standardwebhooks.com).
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from secrets import token_bytes

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

_PREFIX = "whsec_"
_BYTES = 32
_HEADER = {"alg": "dir", "enc": "A256GCM"}
_ALGORITHMS = tuple(_HEADER.values())


class SecretLostError(Exception):
    """It was sealed by another key than this server has."""


def new_webhook_secret() -> str:
    """`whsec_` and 32 random bytes in base64."""
    return _written(token_bytes(_BYTES))


def derived_webhook_secret(key: bytes, *parts: str) -> str:
    """The same for the same key and parts: random to whoever lacks one of them."""
    return _written(hmac.digest(key, "\x00".join(("webhook-secret", *parts)).encode(), "sha256"))


def _written(secret: bytes) -> str:
    return f"{_PREFIX}{b64encode(secret).decode()}"


def seal_secret(code_key: bytes, partner_id: int, secret: str) -> str:
    return jwe.encrypt_compact(dict(_HEADER), secret.encode(), _key(code_key, partner_id), algorithms=_ALGORITHMS)


def open_secret(code_key: bytes, partner_id: int, sealed: str) -> str:
    """SecretLostError."""
    try:
        plain = jwe.decrypt_compact(sealed, _key(code_key, partner_id), algorithms=_ALGORITHMS).plaintext
    except (JoseError, ValueError) as error:
        raise SecretLostError from error
    if plain is None:
        raise SecretLostError
    return plain.decode()


def can_open(code_key: bytes, partner_id: int, sealed: str) -> bool:
    try:
        open_secret(code_key, partner_id, sealed)
    except SecretLostError:
        return False
    return True


def _key(code_key: bytes, partner_id: int) -> OctKey:
    return OctKey.import_key(hmac.digest(code_key, f"secrets of webhooks: {partner_id}".encode(), "sha256"))


def signed(secrets: Iterable[str], identifier: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """The headers by which the receiver knows whose request it is; a signature for each secret that is good."""
    content = f"{identifier}.{timestamp}.".encode() + body
    signatures = (hmac.digest(b64decode(secret.removeprefix(_PREFIX)), content, "sha256") for secret in secrets)
    return {
        "webhook-id": identifier,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{b64encode(signature).decode()}" for signature in signatures),
    }
