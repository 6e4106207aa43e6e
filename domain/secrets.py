"""Random values that only their holders know: codes, tokens, clients' secrets, ids of grants."""

from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe

_BYTES = 32


def new_secret() -> str:
    """256 bits: nobody finds it by trying, and so its hash needs neither salt nor key."""
    return token_urlsafe(_BYTES)


def hashed_secret(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def is_secret_of(secret: str, secret_hash: str | None) -> bool:
    return secret_hash is not None and compare_digest(hashed_secret(secret), secret_hash)
