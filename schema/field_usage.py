"""字段使用: which fields of the register an operation uses, and for what, found before it runs.

The selection and the conditions written in the document are walked once for each document; conditions that come in
variables are walked for each request.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    get_named_type,
    is_composite_type,
    type_from_ast,
)
from graphql.language import EnumValueNode
from strawberry.schema.schema_converter import GraphQLCoreConverter

from auth.visibility import FieldUse, Purpose
from domain.codes import StatisticsDimension
from resolvers.statistics import use_of_dimension
from schema.columns import column_uses
from schema.filters import USE, USED_TOO
from schema.orders import ordered_field
from schema.traits import GROUPS_BY, LISTS, record_name, traits_of

_DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF


@dataclass(frozen=True, slots=True)
class OperationUses:
    """What the document itself uses, and the variables whose values may use more."""

    written: frozenset[FieldUse]
    variables: Mapping[str, GraphQLInputType]

    def in_values(self, values: Mapping[str, Any]) -> Iterator[FieldUse]:
        """What the operation uses by the values of its variables, as they came (not coerced)."""
        for name, input_type in self.variables.items():
            yield from uses_in_value(input_type, values.get(name))


def uses_of_operation(
    schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> OperationUses:
    """The document has been validated against the schema."""
    root = schema.get_root_type(operation.operation)
    walk = _Walk(schema, fragments)
    written = frozenset(walk.selection(root, operation.selection_set))
    defaults = frozenset(_uses_in_defaults(schema, operation))
    return OperationUses(written | defaults, _variables(schema, operation))


def _variables(schema: GraphQLSchema, operation: OperationDefinitionNode) -> dict[str, GraphQLInputType]:
    """Only variables of input objects can hold conditions."""
    found: dict[str, GraphQLInputType] = {}
    for definition in operation.variable_definitions or ():
        input_type: Any = type_from_ast(schema, definition.type)
        if isinstance(get_named_type(input_type), GraphQLInputObjectType | GraphQLEnumType):
            found[definition.variable.name.value] = input_type
    return found


def _uses_in_defaults(schema: GraphQLSchema, operation: OperationDefinitionNode) -> Iterator[FieldUse]:
    for definition in operation.variable_definitions or ():
        if definition.default_value is not None:
            input_type: Any = type_from_ast(schema, definition.type)
            yield from _uses_in_node(input_type, definition.default_value)


@dataclass(frozen=True, slots=True)
class _Walk:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    seen: set[str] = field(default_factory=set)

    def selection(self, parent: Any, selections: SelectionSetNode | None) -> Iterator[FieldUse]:
        for node in selections.selections if selections is not None else ():
            match node:
                case FieldNode():
                    yield from self.field_uses(parent, node)
                case InlineFragmentNode():
                    condition = node.type_condition
                    inner = parent if condition is None else self.schema.type_map[condition.name.value]
                    yield from self.selection(inner, node.selection_set)
                case FragmentSpreadNode() if node.name.value not in self.seen:
                    self.seen.add(node.name.value)
                    fragment = self.fragments[node.name.value]
                    inner = self.schema.type_map[fragment.type_condition.name.value]
                    yield from self.selection(inner, fragment.selection_set)

    def field_uses(self, parent: Any, node: FieldNode) -> Iterator[FieldUse]:
        definition = self.schema.get_field(parent, node.name.value)
        if definition is None or node.name.value.startswith("__"):
            return
        strawberry_field = definition.extensions.get(_DEFINITION)
        if strawberry_field is not None and traits_of(strawberry_field) is not None:
            yield FieldUse(f"{parent.name}.{record_name(strawberry_field)}", Purpose.READ)
            yield from strawberry_field.metadata.get(GROUPS_BY, ())
            yield from strawberry_field.metadata.get(LISTS, ())
        for argument in node.arguments or ():
            yield from _uses_in_node(definition.args[argument.name.value].type, argument.value)
        inner = get_named_type(definition.type)
        if is_composite_type(inner):
            yield from self.selection(inner, node.selection_set)


def _uses_in_node(input_type: GraphQLInputType, node: ValueNode) -> Iterator[FieldUse]:
    """The uses in a value written in the document. What it takes from a variable is walked with the variable's value,
    but a method is a use even so."""
    match _nullable(input_type), node:
        case _, NullValueNode():
            return
        case GraphQLList(of_type=item_type), ListValueNode(values=nodes):
            for item in nodes:
                yield from _uses_in_node(item_type, item)
        case GraphQLList(of_type=item_type), _:
            yield from _uses_in_node(item_type, node)
        case GraphQLInputObjectType(fields=fields), ObjectValueNode(fields=parts):
            for part in parts:
                yield from _uses_of_part(fields[part.name.value], is_null=isinstance(part.value, NullValueNode))
                yield from _uses_in_node(fields[part.name.value].type, part.value)
        case GraphQLEnumType() as enum, EnumValueNode(value=name):
            yield from _uses_of_enum(enum, name)


def uses_in_value(input_type: GraphQLInputType, value: Any) -> Iterator[FieldUse]:
    """The uses in a value as it came in JSON; one that does not fit its type is refused by coercion, not here."""
    match _nullable(input_type), value:
        case _, None:
            return
        case GraphQLList(of_type=item_type), list():
            for item in value:
                yield from uses_in_value(item_type, item)
        case GraphQLList(of_type=item_type), _:
            yield from uses_in_value(item_type, value)
        case GraphQLInputObjectType(fields=fields), dict():
            for name, part in value.items():
                if name in fields:
                    yield from _uses_of_part(fields[name], is_null=part is None)
                    yield from uses_in_value(fields[name].type, part)
        case GraphQLEnumType() as enum, str():
            yield from _uses_of_enum(enum, value)


def _uses_of_part(field: GraphQLInputField, *, is_null: bool) -> Iterator[FieldUse]:
    """A condition that is null is none; what is written as null is emptied."""
    metadata = getattr(field.extensions.get(_DEFINITION), "metadata", {})
    for use in (metadata.get(USE), *metadata.get(USED_TOO, ())):
        if use is not None and (not is_null or use.purpose is Purpose.WRITE):
            yield use


def _uses_of_enum(enum: GraphQLEnumType, name: str) -> Iterator[FieldUse]:
    """Of a value by which is ordered or grouped, or that is shown."""
    definition = enum.extensions.get(_DEFINITION)
    if definition is None or name not in enum.values:
        return
    yield from column_uses(definition.wrapped_cls, name)
    if definition.wrapped_cls is StatisticsDimension:
        yield use_of_dimension(StatisticsDimension[name])
    elif (field := ordered_field(definition.wrapped_cls, name)) is not None:
        yield FieldUse(field, Purpose.ORDER)


def _nullable(input_type: Any) -> Any:
    return input_type.of_type if isinstance(input_type, GraphQLNonNull) else input_type
