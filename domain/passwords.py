"""密码规则: what a new password must have, and what it must not contain."""

from collections.abc import Callable, Iterator, Sequence

from domain.errors import Message, Problem
from domain.identity_numbers import LENGTH as IDENTITY_NUMBER_LENGTH

SHORTEST, LONGEST = 8, 18

_RULES: Sequence[tuple[str, Callable[[str], bool], Message]] = (
    (
        "PASSWORD_LENGTH",
        lambda password: SHORTEST <= len(password) <= LONGEST,
        Message(
            f"密码须为 {SHORTEST} 至 {LONGEST} 个字符。", f"A password must have {SHORTEST} to {LONGEST} characters."
        ),
    ),
    (
        "PASSWORD_WITHOUT_UPPER_CASE",
        lambda password: any("A" <= character <= "Z" for character in password),
        Message("密码须包含大写字母。", "A password must have an upper-case letter."),
    ),
    (
        "PASSWORD_WITHOUT_LOWER_CASE",
        lambda password: any("a" <= character <= "z" for character in password),
        Message("密码须包含小写字母。", "A password must have a lower-case letter."),
    ),
    (
        "PASSWORD_WITHOUT_DIGIT",
        lambda password: any("0" <= character <= "9" for character in password),
        Message("密码须包含数字。", "A password must have a digit."),
    ),
)

_PERSONAL = Problem(
    "PASSWORD_IS_PERSONAL",
    Message(
        "密码不得包含手机号、身份证号的后六位或其中的出生日期。",
        "A password must not contain the phone, nor the last six characters or the birth date of the identity number.",
    ),
)


def password_problems(password: str, path: tuple[str, ...], *, personal: Sequence[str] = ()) -> list[Problem]:
    """All that is wrong with it at once. `personal` are the identity number and the phone of its owner."""
    broken = [Problem(code, message, path) for code, holds, message in _RULES if not holds(password)]
    if any(part in password.upper() for value in personal for part in _telling_parts(value)):
        broken.append(Problem(_PERSONAL.code, _PERSONAL.message, path))
    return broken


def _telling_parts(value: str) -> Iterator[str]:
    if len(value) == IDENTITY_NUMBER_LENGTH:
        yield value[6:14]
        yield value[-6:].upper()
    elif value:
        yield value
