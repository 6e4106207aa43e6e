"""联系电话: what is a phone, by the judgement of phonenumbers, whichever way it is asked."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import NumberParseException, PhoneNumberType

from domain.phones import is_mobile, is_phone

ACCEPTED = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
DIGITS = st.from_regex(r"1[0-9]{10}", fullmatch=True) | st.from_regex(r"0?[0-9]{5,12}", fullmatch=True)


def valid_to_the_library(digits: str) -> bool:
    try:
        number = phonenumbers.parse(digits, "CN")
    except NumberParseException:
        return False
    return phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in ACCEPTED


@given(DIGITS)
def test_what_is_a_phone_is_what_the_library_says(digits: str) -> None:
    assert is_phone(digits) == valid_to_the_library(digits)


def test_the_short_way_knows_every_kind_of_mobile() -> None:
    for number in (f"{prefix}{rest}" for prefix in range(1_000, 2_000) for rest in ("0000000", "1234567", "9999999")):
        assert is_phone(number) == valid_to_the_library(number)


@pytest.mark.parametrize("phone", ["13800138000", "0531-86912345", "053186912345", "138-00138000"])
def test_mobiles_and_landlines_are_phones(phone: str) -> None:
    assert is_phone(phone)


@pytest.mark.parametrize(
    "text", ["", "1380013800", "12000138000", "１３８００１３８０００", "138 0013 8000", "+8613800138000"]
)
def test_whatever_else_is_none(text: str) -> None:
    assert not is_phone(text)
    assert not is_mobile(text)
