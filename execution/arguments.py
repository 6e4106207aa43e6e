"""A field's arguments: coerced once for the plan when they are written out and cannot be changed by who gets them."""

from collections.abc import Callable
from typing import Any

from graphql import FieldNode, GraphQLField, ListValueNode, ObjectValueNode, VariableNode
from graphql.execution.executor import Executor
from graphql.execution.values import get_argument_values

ReadArguments = Callable[[Executor[Any]], dict[str, Any]]
_IMMUTABLE = str | int | float | bool | None


def arguments_reader(definition: GraphQLField, node: FieldNode) -> ReadArguments:
    if not (definition.args or node.arguments):
        return lambda _core: {}
    if any(isinstance(argument.value, _NOT_CONSTANT) for argument in node.arguments or ()):
        return lambda core: _coerced(core, definition, node)
    return _CoercedOnce(definition, node)


_NOT_CONSTANT = VariableNode | ListValueNode | ObjectValueNode


class _CoercedOnce:
    """An error is not remembered: it is made anew for each execution, as it will be told its place."""

    __slots__ = ("_definition", "_node", "_values")

    def __init__(self, definition: GraphQLField, node: FieldNode) -> None:
        self._definition = definition
        self._node = node
        self._values: dict[str, Any] | None = None

    def __call__(self, core: Executor[Any]) -> dict[str, Any]:
        if self._values is not None:
            return dict(self._values)
        values = _coerced(core, self._definition, self._node)
        if all(isinstance(value, _IMMUTABLE) for value in values.values()):
            self._values = dict(values)
        return values


def _coerced(core: Executor[Any], definition: GraphQLField, node: FieldNode) -> dict[str, Any]:
    return get_argument_values(definition, node, core.variable_values, None, core.hide_suggestions)
