"""公民身份证号: GB 11643 resident numbers of 18 characters; the last is ISO 7064 MOD 11-2 and may be `X`."""

from datetime import date

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from domain.codes import Gender

LENGTH = 18


def is_identity_number(text: str) -> bool:
    """Length, region, date of birth and check character all hold, and nothing needs cleaning."""
    try:
        return bool(ric.validate(text) == text)
    except ValidationError:
        return False


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
    return str(ric.calc_check_digit(first_17_digits))
