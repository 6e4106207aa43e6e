"""公民身份证号: GB 11643 resident numbers of 18 characters; the last is ISO 7064 MOD 11-2 and may be `X`."""

import re
from datetime import date
from functools import lru_cache

from stdnum import numdb
from stdnum.iso7064 import mod_11_2

from domain.codes import Gender

LENGTH = 18
_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_REGIONS = numdb.get("cn/loc")


def is_identity_number(text: str) -> bool:
    """Length, region, date of birth and check character all hold, and nothing needs cleaning.

    The region may have been abolished since, or be younger than the person: numbers are also given late.
    """
    return bool(
        _SHAPE.fullmatch(text) and _is_region(text[:6]) and birth_date_in(text) is not None and mod_11_2.is_valid(text)
    )


@lru_cache(maxsize=8192)
def _is_region(code: str) -> bool:
    """Whether GB/T 2260 lists the county, in whichever years."""
    return "county" in _REGIONS.info(code)[-1][1]


def birth_date_in(identity_number: str) -> date | None:
    """The date of birth that the number states, or None when it states none."""
    digits = identity_number[6:14]
    if len(identity_number) != LENGTH or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def gender_in(identity_number: str) -> Gender | None:
    """The gender that the 17th digit states (odd: male), or None when the number is malformed."""
    digit = identity_number[16:17]
    if len(identity_number) != LENGTH or not (digit.isascii() and digit.isdigit()):
        return None
    return Gender.MALE if int(digit) % 2 else Gender.FEMALE


def check_character(first_17_digits: str) -> str:
    """The 18th character, by ISO 7064 MOD 11-2."""
    return str(mod_11_2.calc_check_digit(first_17_digits))
