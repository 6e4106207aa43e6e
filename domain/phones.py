"""联系电话: mainland mobile numbers, or landlines with their area code."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

_ACCEPTED = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE}

_DIGITS_OF_A_MOBILE = 11


def is_mobile(text: str) -> bool:
    """A mainland mobile of 11 digits."""
    return len(text) == _DIGITS_OF_A_MOBILE and text.startswith("1") and is_phone(text)


def is_phone(text: str) -> bool:
    """A mainland mobile of 11 digits, or a landline with area code such as `0531-86912345` (hyphen optional)."""
    digits = text.replace("-", "", 1)
    if not (digits.isascii() and digits.isdigit()):
        return False
    try:
        number = phonenumbers.parse(digits, "CN")
    except NumberParseException:
        return False
    return phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in _ACCEPTED
