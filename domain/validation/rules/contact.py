"""联系与隶属: phones, and where a member hangs."""

from datetime import date

from domain.phones import is_phone
from domain.validation.rule import Facts

MOST_SHARERS = 3


def phone_is_invalid(member: Facts, _: date) -> bool:
    return bool(member.phone) and not is_phone(member.phone or "")


def phone_is_shared(member: Facts, _: date) -> bool:
    """By more members than a household has."""
    return bool(member.phone) and member.phone_holders > MOST_SHARERS


def is_not_in_branch(member: Facts, _: date) -> bool:
    return not member.is_in_branch
