"""What an instance of a class is to the executor, found out once for each class."""

from enum import Enum, auto
from types import GeneratorType
from typing import Any

from graphql.pyutils import Undefined, is_awaitable


class Kind(Enum):
    """How a value has to be treated before it can be completed."""

    PLAIN = auto()
    MISSING = auto()
    FAILED = auto()
    AWAITABLE = auto()


_kinds: dict[type, Kind] = {type(None): Kind.MISSING, type(Undefined): Kind.MISSING}
PLAIN_CLASSES: set[type] = set()
"""Classes that are known to be PLAIN; more are found as they are met."""


def kind_of(value: Any) -> Kind:
    kind = _kinds.get(value.__class__)
    return kind if kind is not None else _find_out(value)


def is_plain(value: Any) -> bool:
    return kind_of(value) is Kind.PLAIN


def all_plain(values: list[Any]) -> bool:
    classes = {value.__class__ for value in values}
    return classes <= PLAIN_CLASSES or all(is_plain(value) for value in values)


def _find_out(value: Any) -> Kind:
    if isinstance(value, GeneratorType):  # only some are awaitable, and the class does not tell which
        return Kind.AWAITABLE if is_awaitable(value) else Kind.PLAIN
    kind = Kind.PLAIN
    if isinstance(value, Exception):
        kind = Kind.FAILED
    elif is_awaitable(value):
        kind = Kind.AWAITABLE
    _kinds[value.__class__] = kind
    if kind is Kind.PLAIN:
        PLAIN_CLASSES.add(value.__class__)
    return kind
