from typing import Any, TypeVar

from strawberry import UNSET

ValueT = TypeVar("ValueT")

ABSENT: Any = UNSET
"""The default of an argument or input field that may be left out: the schema then shows no default."""


def given(value: ValueT | None) -> ValueT | None:
    """What was left out, and what was given as null, are the same to this API: None."""
    return None if value is UNSET else value
