"""Scalars and enums: how a value is written, and what a value that needs no writing looks like."""

from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from typing import Any

from graphql import GraphQLBoolean, GraphQLEnumType, GraphQLID, GraphQLInt, GraphQLLeafType, GraphQLString
from graphql.pyutils import Undefined

from execution.classes import Kind, kind_of

Write = Callable[[Any], Any]

AS_IT_IS: dict[GraphQLLeafType, str] = {
    GraphQLString: "value.__class__ is str",
    GraphQLID: "value.__class__ is str",
    GraphQLBoolean: "value.__class__ is bool",
    GraphQLInt: "value.__class__ is int and -2147483648 <= value <= 2147483647",
}
"""GraphQL's own scalars: the condition, in Python, under which a value is its own written form."""


class NotPlainError(Exception):
    """The value is none that the fast way knows; the general way will find out what to do with it."""


@lru_cache(maxsize=10_000)
def writer_of(leaf: GraphQLLeafType) -> Write:
    """Writes a value that is there; raises NotPlainError, or what the leaf type raises, for any other."""
    if isinstance(leaf, GraphQLEnumType):
        return _EnumNames(leaf).__getitem__
    coerce = leaf.coerce_output_value

    def write(value: Any) -> Any:
        if kind_of(value) is not Kind.PLAIN:
            raise NotPlainError
        written = coerce(value)
        if written is None or written is Undefined:
            raise NotPlainError
        return written

    return write


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
