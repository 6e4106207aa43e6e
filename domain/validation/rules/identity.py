"""身份: the identity number, and what else says the same."""

import unicodedata
from datetime import date

from domain.codes import RealNameStatus
from domain.identity_numbers import birth_date_in, gender_in, is_identity_number
from domain.validation.rule import Facts

_UNVERIFIED = RealNameStatus.UNVERIFIED.value
_SHORTEST_NAME = 2
_BETWEEN_NAMES = "·"


def identity_number_is_invalid(member: Facts, _: date) -> bool:
    return not is_identity_number(member.identity_number)


def identity_number_is_duplicate(member: Facts, _: date) -> bool:
    return member.number_holders > 1


def birth_date_differs(member: Facts, _: date) -> bool:
    """From the one in the identity number, where that states one."""
    return member.birth_date is not None and birth_date_in(member.identity_number) not in (None, member.birth_date)


def gender_differs(member: Facts, _: date) -> bool:
    """From the one in the identity number, where that states one."""
    stated = gender_in(member.identity_number)
    return stated is not None and stated.value != member.gender


def name_is_suspicious(member: Facts, _: date) -> bool:
    """Spaces, digits, punctuation other than `·`, or one character. Private use is how rare characters were written."""
    return len(member.name) < _SHORTEST_NAME or any(not _stands_in_a_name(each) for each in member.name)


def _stands_in_a_name(character: str) -> bool:
    return character.isalpha() or character == _BETWEEN_NAMES or unicodedata.category(character) == "Co"


def real_name_is_not_verified(member: Facts, _: date) -> bool:
    return member.real_name_status == _UNVERIFIED
