"""因数: how often something counts, as a number if the document says it, or by the values of variables."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from graphql import NullValueNode, OperationDefinitionNode, ValueNode, VariableNode, value_from_ast_untyped

from resolvers.paging import DEFAULT_PAGE, LARGEST_PAGE
from server.operations.limits.formulas import Factor

Times: TypeAlias = int | Factor
Defaults: TypeAlias = Mapping[str, Any]
"""Of the operation's variables, as JSON has them."""


def defaults_of(operation: OperationDefinitionNode) -> Defaults:
    return {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value is not None
    }


def size_of_page(first: ValueNode | None, last: ValueNode | None, defaults: Defaults) -> Times:
    """As many as a connection gives at most. What is no size of a page is refused later, and counts as the nearest."""
    if not isinstance(first, VariableNode) and not isinstance(last, VariableNode):
        return _page(_value(first, {}, {}), _value(last, {}, {}))
    if isinstance(first, VariableNode) and last is None:
        name, default = first.name.value, defaults.get(first.name.value)
        return lambda variables: _page(variables.get(name, default), None)
    return lambda variables: _page(_value(first, variables, defaults), _value(last, variables, defaults))


def presence_of(argument: ValueNode | None, defaults: Defaults) -> Times:
    """1 when the argument is there, and is not null."""
    if not isinstance(argument, VariableNode):
        return int(argument is not None and not isinstance(argument, NullValueNode))
    name, default = argument.name.value, defaults.get(argument.name.value)
    return lambda variables: int(variables.get(name, default) is not None)


def length_of(argument: ValueNode | None, way: Sequence[str], defaults: Defaults) -> Times:
    """Of the list that the argument is, or has in it: by `way` of its fields."""
    if not _has_variables(argument):
        return _length(_value(argument, {}, {}), way)
    return lambda variables: _length(_value(argument, variables, defaults), way)


def _page(first: Any, last: Any) -> int:
    if type(first) is not int and type(last) is not int:
        return DEFAULT_PAGE
    size = max(first if type(first) is int else 0, last if type(last) is int else 0)
    return min(max(0, size), LARGEST_PAGE)


def _length(value: Any, way: Sequence[str]) -> int:
    for name in way:
        value = value.get(name) if isinstance(value, dict) else None
    if value is None:
        return 0
    return len(value) if isinstance(value, list) else 1


def _value(node: ValueNode | None, variables: Mapping[str, Any], defaults: Defaults) -> Any:
    if node is None:
        return None
    if isinstance(node, VariableNode):
        name = node.name.value
        return variables[name] if name in variables else defaults.get(name)
    return value_from_ast_untyped(node, {**defaults, **variables})


def _has_variables(node: ValueNode | None) -> bool:
    if isinstance(node, VariableNode):
        return True
    inner = [*getattr(node, "values", ()), *(part.value for part in getattr(node, "fields", ()))]
    return any(map(_has_variables, inner))
