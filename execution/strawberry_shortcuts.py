"""The shortcuts of a Strawberry schema, found in what Strawberry leaves in graphql-core's schema. Nothing of Strawberry
is imported.

A field without a resolver is an attribute. A plain function of the object alone (`def full_name(root)`) is one that is
called without `info`; a field says more of itself in its `metadata`: see README.md.
"""

from typing import Any

from graphql import GraphQLField, GraphQLObjectType

from execution.shortcuts import BATCHED, Attribute, Batched, OfContext, OfSource, Shortcut

OF_CONTEXT = "of_context"
"""In a field's metadata: a pure function of the object and of the context, which gives what the resolver gives."""

_DEFINITION = "strawberry-definition"
_MODULE_OF_FIELDS = "strawberry.types.field"
_NAMES_OF_SOURCE = ("self", "root")


def strawberry_shortcuts(_parent: GraphQLObjectType, _name: str, field: GraphQLField) -> Shortcut | None:
    definition: Any = field.extensions.get(_DEFINITION)
    if definition is None or definition.extensions or not _is_unhandled(field, definition):
        return None
    if definition.metadata.get(BATCHED):
        return Batched()
    if OF_CONTEXT in definition.metadata:
        return OfContext(definition.metadata[OF_CONTEXT])
    return _attribute(definition) if definition.base_resolver is None else _function(definition.base_resolver)


def _is_unhandled(field: GraphQLField, definition: Any) -> bool:
    """Whether the resolver is Strawberry's own, with nothing around it, and does what Strawberry's own fields do."""
    is_own = hasattr(field.resolve, "_is_default") and not hasattr(field.resolve, "__wrapped__")
    return is_own and type(definition).get_result.__module__ == _MODULE_OF_FIELDS


def _attribute(definition: Any) -> Shortcut:
    read, name = definition.default_resolver, definition.python_name
    return Attribute(name) if read is getattr else OfSource(lambda source: read(source, name))


def _function(resolver: Any) -> Shortcut | None:
    """A function that has the object as its one parameter, and need not be awaited."""
    parameters = list(resolver.signature.parameters)
    if resolver.is_async or resolver.arguments or len(parameters) != 1 or parameters[0] not in _NAMES_OF_SOURCE:
        return None
    function = resolver.wrapped_func
    return OfSource(function) if callable(function) and not hasattr(function, "__func__") else None
