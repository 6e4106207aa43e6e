"""Random values that only their holders know: codes, tokens, clients' secrets, ids of grants."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest, digest
from secrets import token_urlsafe

_BYTES = 32


def new_secret() -> str:
    """256 bits: nobody finds it by trying, and so its hash needs neither salt nor key."""
    return token_urlsafe(_BYTES)


def derived_secret(key: bytes, *parts: str) -> str:
    """As long as `new_secret`, and the same for the same key and parts: random to whoever lacks one of them."""
    return urlsafe_b64encode(digest(key, "\x00".join(parts).encode(), "sha256")).rstrip(b"=").decode()


def hashed_secret(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def is_secret_of(secret: str, secret_hash: str | None) -> bool:
    return secret_hash is not None and compare_digest(hashed_secret(secret), secret_hash)
