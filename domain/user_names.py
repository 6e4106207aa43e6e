"""用户名: what people sign in with, their phone or their identity number, as it may be typed."""

import re

from domain.masking import MASKS

_PHONE = re.compile(r"1[0-9]{10}")
_IDENTITY_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
_BETWEEN = re.compile(r"[\s-]+")


def typed_phone(text: str) -> str:
    """Without spaces, hyphens and the country's code."""
    return _BETWEEN.sub("", text).removeprefix("+86").removeprefix("0086")


def typed_identity_number(text: str) -> str:
    return _BETWEEN.sub("", text).upper()


def typed_user_name(text: str) -> str:
    """The identity number if it looks like one, else the phone."""
    identity_number = typed_identity_number(text)
    return identity_number if is_identity_number_like(identity_number) else typed_phone(text)


def is_identity_number_like(user_name: str) -> bool:
    return bool(_IDENTITY_NUMBER.fullmatch(user_name))


def masked_user_name(user_name: str) -> str:
    """For the audit log. What is neither phone nor identity number is hidden whole: it may be a password."""
    if is_identity_number_like(user_name):
        return MASKS["identity_number"](user_name)
    return MASKS["phone"](user_name) if _PHONE.fullmatch(user_name) else "*"
