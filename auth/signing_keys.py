"""签名密钥: the keys that sign tokens, in one file that all processes of the server read.

The file holds one private key (JWK or PEM) or a JWK Set (RFC 7517, section 5): the first key signs, all of them verify.
"""

import logging
import os
from pathlib import Path
from time import monotonic
from typing import Any

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from auth.secret_files import write_secret_once

ALGORITHM = "ES256"
_CURVE = "P-256"
_ISSUED_AT = "iat"
"""When a key was made, in seconds since 1970: as OpenID Federation 1.0 (section 8.7.2) has it."""

_LOOKED_AT_EVERY = 0.5
"""Seconds. A key that was made or retired is known within a second."""

_log = logging.getLogger(__name__)


class SigningKeyError(Exception):
    """The signing keys cannot be read, made or changed."""


class SigningKeys:
    """The keys as they are now. `version` is another one whenever they are others."""

    def __init__(self, *keys: ECKey, path: Path | None = None) -> None:
        self._path = path
        self._looked_at = monotonic()
        self._stamp = _stamp_of(path)
        self.version = 0
        self._take(keys)

    @property
    def signing(self) -> ECKey:
        self._look()
        return self._keys[0]

    def verifying(self, key_id: object) -> ECKey | None:
        """The key of that id, if it is still good."""
        self._look()
        return self._by_id.get(key_id) if isinstance(key_id, str) else None

    def all(self) -> tuple[ECKey, ...]:
        """The signing one first."""
        self._look()
        return self._keys

    def published(self) -> dict[str, list[dict[str, Any]]]:
        """As a JWK Set for everybody: the public halves."""
        return {"keys": [_published(key) for key in self.all()]}

    def _look(self) -> None:
        """A file that cannot be read for the moment leaves the keys as they are: nobody is signed out by a slip."""
        if self._path is None or monotonic() - self._looked_at < _LOOKED_AT_EVERY:
            return
        self._looked_at = monotonic()
        stamp = _stamp_of(self._path)
        if stamp == self._stamp:
            return
        try:
            keys = _read(self._path)
        except (OSError, ValueError, JoseError) as error:
            _log.warning("The signing keys in %s cannot be read (%s).", self._path, type(error).__name__)
            return
        self._stamp = stamp
        self._take(keys)

    def _take(self, keys: tuple[ECKey, ...]) -> None:
        self._keys = keys
        self._by_id = {str(key.kid): key for key in keys}
        self.version += 1


def signing_keys_at(path: Path) -> SigningKeys:
    """Those in the file; one is made there, readable by its owner alone, if there is no such file."""
    try:
        if not path.exists():
            write_secret_once(path, _written((_new_key(None),)))
        return SigningKeys(*_read(path), path=path)
    except (OSError, ValueError, JoseError) as error:
        raise SigningKeyError(
            f"The signing keys in {path} cannot be used ({type(error).__name__}). It must hold an EC P-256 private key "
            "as JWK or PEM, or a JWK Set of them; remove the file to have a new one made, or set "
            "DENGTA_SIGNING_KEY_FILE."
        ) from error


def rotate_keys(path: Path, now: int) -> ECKey:
    """A new key, which signs from now on. Those before it go on verifying, until they are retired."""
    new = _new_key(now)
    _replace(path, (new, *signing_keys_at(path).all()))
    return new


def retire_key(path: Path, key_id: str) -> None:
    """Tokens that it signed are refused from now on."""
    signing, *others = signing_keys_at(path).all()
    if key_id == signing.kid:
        raise SigningKeyError(f"{key_id} is the key that signs. Make another one first: dengta keys rotate.")
    if key_id not in {key.kid for key in others}:
        raise SigningKeyError(f"There is no key {key_id} in {path}. See: dengta keys list.")
    _replace(path, (signing, *(key for key in others if key.kid != key_id)))


def made_at(key: ECKey) -> int | None:
    """Seconds since 1970; None when the file does not say."""
    value = key.get(_ISSUED_AT)
    return value if isinstance(value, int) else None


def _read(path: Path) -> tuple[ECKey, ...]:
    text = path.read_text()
    if not text.lstrip().startswith("{"):
        return (_checked(ECKey.import_key(text)),)
    written = orjson.loads(text)
    keys = tuple(_checked(ECKey.import_key(key)) for key in written.get("keys", [written]))
    if not keys or len({key.kid for key in keys}) < len(keys):
        raise ValueError("no keys, or one of them twice")
    return keys


def _checked(key: ECKey) -> ECKey:
    if not key.is_private or key.curve_name != _CURVE:
        raise ValueError("not an EC P-256 private key")
    key.ensure_kid()
    return key


def _new_key(now: int | None) -> ECKey:
    parameters: Any = None if now is None else {_ISSUED_AT: now}
    return ECKey.generate_key(_CURVE, parameters, auto_kid=True)


def _published(key: ECKey) -> dict[str, Any]:
    public = key.as_dict(private=False)
    return {**{name: public[name] for name in ("kty", "crv", "x", "y", "kid")}, "use": "sig", "alg": ALGORITHM}


def _written(keys: tuple[ECKey, ...]) -> bytes:
    return orjson.dumps({"keys": [key.as_dict(private=True) for key in keys]})


def _replace(path: Path, keys: tuple[ECKey, ...]) -> None:
    """Whole or not at all, for whoever reads at that moment."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        draft.touch(mode=0o600)
        draft.write_bytes(_written(keys))
        draft.replace(path)
    except OSError as error:
        raise SigningKeyError(f"The signing keys in {path} cannot be changed ({error.strerror}).") from error


def _stamp_of(path: Path | None) -> tuple[int, int, int] | None:
    """Tells one state of the file from another."""
    if path is None:
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
