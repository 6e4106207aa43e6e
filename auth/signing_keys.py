"""签名密钥: the private key that signs access tokens."""

from pathlib import Path

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from auth.secret_files import write_secret_once


class SigningKeyError(Exception):
    """The signing key cannot be read or made."""


def signing_key_at(path: Path) -> ECKey:
    """The ES256 key in the file (JWK or PEM); one is made there, readable by its owner alone, if there is none."""
    try:
        if not path.exists():
            _make_key(path)
        return _imported(path.read_text())
    except (OSError, ValueError, JoseError) as error:
        raise SigningKeyError(
            f"The signing key {path} cannot be used ({type(error).__name__}). It must be an EC P-256 private key "
            "as JWK or PEM; remove the file to have a new one made, or set DENGTA_SIGNING_KEY_FILE."
        ) from error


def _imported(text: str) -> ECKey:
    key = ECKey.import_key(orjson.loads(text) if text.lstrip().startswith("{") else text)
    if not key.is_private or key.curve_name != "P-256":
        raise ValueError("not an EC P-256 private key")
    key.ensure_kid()
    return key


def _make_key(path: Path) -> None:
    write_secret_once(path, orjson.dumps(ECKey.generate_key("P-256", auto_kid=True).as_dict(private=True)))
