"""一次性代码: activation codes and verification codes. Only their hashes are kept."""

import hmac
from secrets import choice, randbelow

_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without those that are taken for one another."""

_GROUPS, _GROUP = 3, 4
_DIGITS = 6


def new_activation_code() -> str:
    """授权码: as `K7PW-3XQA-9MTD`, 58 bits."""
    return "-".join("".join(choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def new_verification_code() -> str:
    """验证码: six digits."""
    return f"{randbelow(10**_DIGITS):0{_DIGITS}}"


def hashed_code(code: str, key: bytes) -> str:
    """HMAC-SHA-256 in hexadecimal, of the code as it may be typed: in any case, with or without hyphens and spaces.

    `key` is that of `auth.secret_files.code_key`.
    """
    plain = "".join(filter(str.isalnum, code)).upper()
    return hmac.digest(key, plain.encode(), "sha256").hex()
