"""Texts that people type, and names that programs do."""

import unicodedata
from functools import cache

# Control and format characters, lone surrogates, line and paragraph separators: PostgreSQL refuses some, and nobody
# finds a name again that holds the others. Private use stays, which is how rare characters of names were long written.
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def has_unprintable_characters(text: str) -> bool:
    # isprintable() is quick and refuses more than is meant here, so only what it refuses is looked at closely.
    return not text.isprintable() and any(unicodedata.category(character) in _UNPRINTABLE for character in text)


def without_unprintable_characters(text: str) -> str:
    return "".join(character for character in text if unicodedata.category(character) not in _UNPRINTABLE)


def can_be_stored(text: str) -> bool:
    """PostgreSQL stores no NUL, and a lone surrogate has no UTF-8."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


@cache
def camel_case(field: str) -> str:
    """`joined_on` → `joinedOn`, the field's name in the GraphQL schema."""
    first, *others = field.split("_")
    return first + "".join(word.capitalize() for word in others)
