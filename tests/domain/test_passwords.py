import pytest

from domain.passwords import password_problems
from domain.user_names import masked_user_name, typed_user_name

IDENTITY_NUMBER, PHONE = "37010219800101123X", "13812345678"


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("Abcdef12", []),
        ("Abcdef12-Abcdef12-", []),
        ("Abcdef1", ["PASSWORD_LENGTH"]),
        ("Abcdef12-Abcdef12-3", ["PASSWORD_LENGTH"]),
        ("abcdefg1", ["PASSWORD_WITHOUT_UPPER_CASE"]),
        ("ABCDEFG1", ["PASSWORD_WITHOUT_LOWER_CASE"]),
        ("Abcdefgh", ["PASSWORD_WITHOUT_DIGIT"]),
        ("灯塔灯塔灯塔灯塔", ["PASSWORD_WITHOUT_UPPER_CASE", "PASSWORD_WITHOUT_LOWER_CASE", "PASSWORD_WITHOUT_DIGIT"]),
        (f"Aa{PHONE}", ["PASSWORD_IS_PERSONAL"]),
        ("Aa19800101", ["PASSWORD_IS_PERSONAL"]),
        ("Aa01123x", ["PASSWORD_IS_PERSONAL"]),
    ],
)
def test_a_password_is_told_all_that_is_wrong_with_it(password: str, codes: list[str]) -> None:
    problems = password_problems(password, ("password",), personal=(IDENTITY_NUMBER, PHONE))
    assert [problem.code for problem in problems] == codes
    assert {problem.path for problem in problems} <= {("password",)}


@pytest.mark.parametrize(
    ("typed", "user_name"),
    [
        ("138 1234-5678", PHONE),
        ("+86 13812345678", PHONE),
        ("370102 19800101 123x", IDENTITY_NUMBER),
        ("whatever", "whatever"),
    ],
)
def test_user_names_are_taken_as_people_write_them(typed: str, user_name: str) -> None:
    assert typed_user_name(typed) == user_name


@pytest.mark.parametrize(
    ("user_name", "masked"),
    [(PHONE, "138****5678"), (IDENTITY_NUMBER, "370102********123X"), ("MyPassw0rd", "*"), ("", "*")],
)
def test_user_names_are_masked_whatever_they_are(user_name: str, masked: str) -> None:
    assert masked_user_name(user_name) == masked
