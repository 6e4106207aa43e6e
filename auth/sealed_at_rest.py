"""密封保存: what people looked for, as it lies in the database: the server's key opens it, the tables alone do not.

Encrypted as JWE (RFC 7516), with a key of its own for each purpose, so that nothing is opened where it was not put.
"""

import hmac
from typing import Any

import orjson
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

SAVED_QUERIES, EXPORTS = b"saved queries", b"exports"
LARGEST = 262_144
"""Bytes."""

_HEADER = {"alg": "A256KW", "enc": "A256GCM"}


class _Registry(jwe.JWERegistry):
    """Of the library's, for values as large as ours may be: base64 makes three bytes four characters."""

    max_ciphertext_length = LARGEST * 4 // 3 + 4


_REGISTRY = _Registry(algorithms=list(_HEADER.values()))


class UnsealableError(Exception):
    """It was sealed with another key, or has been changed."""


def seal_at_rest(code_key: bytes, purpose: bytes, value: Any) -> str | None:
    """Of plain JSON; None for what is too large to be kept."""
    plain = orjson.dumps(value)
    if len(plain) > LARGEST:
        return None
    return jwe.encrypt_compact(dict(_HEADER), plain, _key(code_key, purpose), registry=_REGISTRY)


def unseal_at_rest(code_key: bytes, purpose: bytes, sealed: str) -> Any:
    """UnsealableError."""
    try:
        plain = jwe.decrypt_compact(sealed, _key(code_key, purpose), registry=_REGISTRY).plaintext
    except (JoseError, ValueError) as error:
        raise UnsealableError from error
    if plain is None:
        raise UnsealableError
    return orjson.loads(plain)


def _key(code_key: bytes, purpose: bytes) -> OctKey:
    return OctKey.import_key(hmac.digest(code_key, b"at rest: " + purpose, "sha256"))
