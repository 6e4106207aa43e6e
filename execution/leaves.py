"""Scalars and enums: how a value is written, and what a value that needs no writing looks like."""

from collections.abc import Callable, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any

from graphql import GraphQLBoolean, GraphQLEnumType, GraphQLID, GraphQLInt, GraphQLLeafType, GraphQLString
from graphql.pyutils import Undefined

from execution.classes import Kind, kind_of

Write = Callable[[Any], Any]

Natives = Mapping[str, type]
"""Name of a scalar → the class whose values the writer of the JSON writes as the scalar would: see README.md."""

SPECIFIED_NATIVES: Natives = {
    GraphQLString.name: str,
    GraphQLID.name: str,
    GraphQLBoolean.name: bool,
    GraphQLInt.name: int,
}
_LEAST_INT, _GREATEST_INT = -(2**31), 2**31 - 1


class NotPlainError(Exception):
    """The value is none that the fast way knows; the general way will find out what to do with it."""


def _is_int(value: int) -> bool:
    return _LEAST_INT <= value <= _GREATEST_INT


def condition_of_native(native: type, name: str, value: str, first: str | None = None) -> str:
    """In Python: that `value` needs no writing. `name` is what the class is called there; `first` gives the value where
    it is asked for the first time.
    """
    within = f" and {_LEAST_INT} <= {value} <= {_GREATEST_INT}" if native is int else ""
    return f"{first or value}.__class__ is {name}{within}"


@lru_cache(maxsize=10_000)
def writer_of(leaf: GraphQLLeafType, native: type | None = None) -> Write:
    """Writes a value that is there; raises NotPlainError, or what the leaf type raises, for any other."""
    if isinstance(leaf, GraphQLEnumType):
        return names_of(leaf).__getitem__
    coerce = leaf.coerce_output_value

    def write(value: Any) -> Any:
        kind: type = value.__class__
        if kind is native and (native is not int or _is_int(value)):
            return value
        if kind_of(value) is not Kind.PLAIN:
            raise NotPlainError
        written = coerce(value)
        if written is None or written is Undefined:
            raise NotPlainError
        return written

    return write


@lru_cache(maxsize=10_000)
def names_of(enum: GraphQLEnumType) -> Mapping[Any, str]:
    """As a mapping that finds out what it does not know yet; raises as `writer_of` does."""
    return _EnumNames(enum)


class _EnumNames(dict[Any, str]):
    """Value → name, as the enum type gave it when it was first asked.

    Only strings and enum members are remembered: True, 1 and 1.0 are one key and may have different names.
    """

    def __init__(self, enum: GraphQLEnumType) -> None:
        super().__init__()
        self._coerce = enum.coerce_output_value

    def __missing__(self, value: Any) -> str:
        if kind_of(value) is not Kind.PLAIN:
            raise NotPlainError
        name: Any = self._coerce(value)
        if name is None or name is Undefined:
            raise NotPlainError
        if isinstance(value, str) or (isinstance(value, Enum) and not isinstance(value, int | float)):
            self[value] = name
        return str(name)
