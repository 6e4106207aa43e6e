"""What a selection set asks of an object, as far as it is read and written without a call of a resolver."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import GraphQLLeafType

from execution.shortcuts import Reading

Read = Callable[[Any, Any], Any]
"""(object, context) → value."""


@dataclass(frozen=True, slots=True)
class Column:
    """One response name. Without a shortcut its value is filled in later; without a leaf type, it is a dict itself.

    `native`: the class of values that need no writing.
    """

    name: str
    shortcut: Reading | None = None
    leaf: GraphQLLeafType | None = None
    native: type | None = None
    nullable: bool = True
    below: tuple["Column", ...] = ()

    @property
    def height(self) -> int:
        return 1 + max((column.height for column in self.below), default=0)


class Built(NamedTuple):
    """The dicts in the order of the objects; where one was given up there is None, and its place is in `given_up`."""

    records: list[Any]
    given_up: list[int]


BuildRecords = Callable[[Sequence[Any], Any], Built]
"""(objects, context) → their dicts."""
