from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.codes import Gender
from domain.identity_numbers import birth_date_in, check_character, gender_in, is_identity_number


@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(0, 999))
def test_a_well_made_number_is_one_and_states_birth_and_gender(born: date, sequence: int) -> None:
    digits = f"370102{born:%Y%m%d}{sequence:03d}"
    number = digits + check_character(digits)
    assert is_identity_number(number)
    assert birth_date_in(number) == born
    assert gender_in(number) is (Gender.MALE if sequence % 2 else Gender.FEMALE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "11010519491231002x",
        "110105194912310021",
        "11010519491331002X",
        "990105194912310021",
        "1101051949123100",
        "11010519491231002X ",
        "１１０１０５１９４９１２３１００２X",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert is_identity_number("11010519491231002X")
    assert not is_identity_number(text)


@pytest.mark.parametrize("text", ["", "1", "370102abcdefgh1234", "370102199002301234"])
def test_a_malformed_number_states_no_birth_date(text: str) -> None:
    assert birth_date_in(text) is None
