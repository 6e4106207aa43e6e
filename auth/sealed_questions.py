"""密封的问题: a question in an address, which its server alone can read.

Addresses end up in histories and in the logs of proxies; what is asked about (a name, a number) must not. A question is
encrypted (JWE, RFC 7516), and good for a day. It grants nothing: whoever comes with it is asked who they are.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

GOOD_FOR = timedelta(days=1)
LONGEST = 6_000
"""Characters. Proxies commonly take addresses of 8,000."""

_LARGEST = 65_536
"""Bytes, before they are compressed."""
_HEADER = {"alg": "A256KW", "enc": "A256GCM", "zip": "DEF"}
_ALGORITHMS = tuple(_HEADER.values())


class SealBrokenError(Exception):
    """It was not sealed here, or has been changed."""


class SealExpiredError(Exception):
    """It was sealed more than a day ago."""


@dataclass(frozen=True, slots=True)
class SealedQuestion:
    """`kind`: which document of ours asks it; `variables`: as they are sent with it."""

    kind: str
    variables: Mapping[str, Any]


def seal(code_key: bytes, question: SealedQuestion, now: datetime) -> str | None:
    """With letters, digits, `-`, `_` and dots; None for a question that is too long for an address."""
    plain = orjson.dumps(
        {"kind": question.kind, "variables": question.variables, "exp": int((now + GOOD_FOR).timestamp())}
    )
    if len(plain) > _LARGEST:
        return None
    sealed = jwe.encrypt_compact(dict(_HEADER), plain, _key(code_key), algorithms=_ALGORITHMS)
    return sealed if len(sealed) <= LONGEST else None


def unseal(code_key: bytes, sealed: str, now: datetime) -> SealedQuestion:
    """SealBrokenError, SealExpiredError."""
    try:
        plain = jwe.decrypt_compact(sealed, _key(code_key), algorithms=_ALGORITHMS).plaintext
    except (JoseError, ValueError) as error:
        raise SealBrokenError from error
    if plain is None:
        raise SealBrokenError
    told = orjson.loads(plain)
    if now.timestamp() >= told["exp"]:
        raise SealExpiredError
    return SealedQuestion(told["kind"], told["variables"])


def _key(code_key: bytes) -> OctKey:
    return OctKey.import_key(hmac.digest(code_key, b"questions in addresses", "sha256"))
