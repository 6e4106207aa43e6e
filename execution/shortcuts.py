"""Ways to read a field that need no call of its resolver for each object: what makes large lists quick.

A schema says which of its fields may be read so (see README.md). A field without a shortcut is resolved as graphql-core
does it, object by object; the answer is the same either way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLField, GraphQLObjectType

BATCHED = "batched"
"""In a field's `extensions`: the resolver takes a list of objects, and gives a list of their values, in their order."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """The value is this attribute of the object."""

    name: str


@dataclass(frozen=True, slots=True)
class OfSource:
    """The value is a pure function of the object alone."""

    function: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class OfContext:
    """The value is a pure function of the object and of the operation's context."""

    function: Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Batched:
    """The resolver is called once for all objects of a level, with their list in place of the object."""


@dataclass(frozen=True, slots=True)
class TypeName:
    """`__typename`: known when the plan is made."""

    name: str


Reading = Attribute | OfSource | OfContext | TypeName
"""Shortcuts that read one object at a time, without a call of the resolver."""

Shortcut = Reading | Batched
FindShortcut = Callable[[GraphQLObjectType, str, GraphQLField], Shortcut | None]
"""Parent type, name of the field, and the field → its shortcut, if it has one."""


def no_shortcuts(_parent: GraphQLObjectType, _name: str, _field: GraphQLField) -> Shortcut | None:
    return None


def declared_shortcuts(_parent: GraphQLObjectType, name: str, field: GraphQLField) -> Shortcut | None:
    """Those of a plain graphql-core schema: fields without a resolver, and those with `batched` in `extensions`."""
    if field.extensions.get(BATCHED):
        return Batched()
    return OfSource(_default_reader(name)) if field.resolve is None else None


def _default_reader(name: str) -> Callable[[Any], Any]:
    """What graphql-core's default resolver reads, unless that is something to be called."""

    def read(source: Any) -> Any:
        value = source.get(name) if isinstance(source, Mapping) else getattr(source, name, None)
        if callable(value):
            raise TypeError("it is to be called, with arguments and info")
        return value

    return read


def shortcut_for(find: FindShortcut, parent: GraphQLObjectType, name: str, field: GraphQLField) -> Shortcut | None:
    return TypeName(parent.name) if name == "__typename" else find(parent, name, field)
