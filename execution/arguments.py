"""A field's arguments: coerced once for the plan when they are written out and cannot be changed by who gets them."""

from collections.abc import Callable
from typing import Any

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    ListValueNode,
    ObjectValueNode,
    VariableNode,
    is_required_argument,
)
from graphql.execution.executor import Executor
from graphql.execution.values import coerce_argument
from graphql.pyutils import Undefined

ReadArguments = Callable[[Executor[Any]], dict[str, Any]]
Relevant = tuple[tuple[str, GraphQLArgument, ArgumentNode | None], ...]
"""Name of an argument, its definition, and what the document says of it."""

_IMMUTABLE = str | int | float | bool | None


def arguments_reader(definition: GraphQLField, node: FieldNode) -> ReadArguments:
    """What is left out, may be left out and has no default, is no argument, and need not be looked at."""
    given = {argument.name.value: argument for argument in node.arguments or ()}
    relevant = tuple(
        (name, argument, given.get(name))
        for name, argument in definition.args.items()
        if name in given or is_required_argument(argument) or has_default(argument)
    )
    if not relevant:
        return lambda _core: {}
    if any(isinstance(argument.value, _NOT_CONSTANT) for argument in node.arguments or ()):
        return lambda core: _coerced(core, node, relevant)
    return _CoercedOnce(node, relevant)


def has_default(argument: GraphQLArgument) -> bool:
    return argument.default is not None or argument.default_value is not Undefined


_NOT_CONSTANT = VariableNode | ListValueNode | ObjectValueNode


class _CoercedOnce:
    """An error is not remembered: it is made anew for each execution, as it will be told its place."""

    __slots__ = ("_node", "_relevant", "_values")

    def __init__(self, node: FieldNode, relevant: Relevant) -> None:
        self._node = node
        self._relevant = relevant
        self._values: dict[str, Any] | None = None

    def __call__(self, core: Executor[Any]) -> dict[str, Any]:
        if self._values is not None:
            return dict(self._values)
        values = _coerced(core, self._node, self._relevant)
        if all(isinstance(value, _IMMUTABLE) for value in values.values()):
            self._values = dict(values)
        return values


def _coerced(core: Executor[Any], node: FieldNode, relevant: Relevant) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, definition, given in relevant:
        coerce_argument(values, node, name, definition, given, core.variable_values, None, core.hide_suggestions)
    return values
