from enum import StrEnum
from typing import Self


class CodeList(StrEnum):
    """A closed list of codes; each has its Chinese and English label and, where a standard gives one, its code there.

    The member's value is its name, which is also how the database and the GraphQL schema spell it.
    """

    chinese: str
    english: str
    standard_code: str | None

    def __new__(cls, value: str, chinese: str, english: str, standard_code: str | None = None) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.chinese = chinese
        member.english = english
        member.standard_code = standard_code
        return member
