"""秘密文件: secrets of this server in files that their owner alone can read."""

import hmac
import os
from pathlib import Path
from secrets import token_hex

_LENGTH = 32


class SecretFileError(Exception):
    """A file with a secret cannot be read or made."""


def secret_at(path: Path, setting: str) -> bytes:
    """The 32 random bytes in the file, written in hexadecimal; they are made there if there is no such file."""
    try:
        if not path.exists():
            write_secret_once(path, token_hex(_LENGTH).encode())
        return _secret_in(path.read_text())
    except (OSError, ValueError) as error:
        raise SecretFileError(
            f"The secret in {path} cannot be used ({type(error).__name__}). It must be {_LENGTH} bytes or more in "
            f"hexadecimal; put it back from a copy, or name another file in {setting}."
        ) from error


def audit_key(secret: bytes) -> bytes:
    """With which the audit log is chained."""
    return _derived(secret, b"audit log")


def code_key(secret: bytes) -> bytes:
    """With which one-time codes are hashed: six digits could be found out of a plain hash at once."""
    return _derived(secret, b"one-time codes")


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return hmac.digest(secret, purpose, "sha256")


def _secret_in(text: str) -> bytes:
    secret = bytes.fromhex(text.strip())
    if len(secret) < _LENGTH:
        raise ValueError("too short")
    return secret


def write_secret_once(path: Path, content: bytes) -> None:
    """Whoever comes first makes the file: it appears whole or not at all, and is never overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
