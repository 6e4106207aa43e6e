"""开销计算: what an operation may cost at most, by what `schema/costs.py` says of its fields.

What the conditions of @skip and @include leave out counts all the same; what is selected twice in one place counts
once. Introspection costs nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from schema.costs import CHANGING, COSTS, PAGE, SEARCHING, Costs
from server.operations.limits.factors import Defaults, Times, defaults_of, length_of, presence_of, size_of_page
from server.operations.limits.formulas import Formula

_DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF
_UNDECLARED = Costs()


def cost_of(
    schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Formula:
    """The document has been validated against the schema."""
    root = schema.get_root_type(operation.operation)
    if root is None:
        return Formula()
    costing = _Costing(schema, fragments, defaults_of(operation), schema.mutation_type)
    return costing.selections(root, [operation.selection_set], 1)


def costs_of(field: GraphQLField) -> Costs:
    declared = getattr(field.extensions.get(_DEFINITION), "metadata", {}).get(COSTS)
    return declared or _UNDECLARED


_Selected = dict[tuple[str, str], tuple[GraphQLNamedType, list[FieldNode]]]
"""By the type and the name in the answer."""


@dataclass(frozen=True, slots=True)
class _Costing:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    defaults: Defaults
    mutation: GraphQLNamedType | None

    def selections(self, parent: Any, sets: Sequence[SelectionSetNode], page: Times) -> Formula:
        """`page`: how many the connection around them gives."""
        found = Formula()
        for inner_parent, nodes in self._selected(parent, sets).values():
            found = found.and_also(self._field(inner_parent, nodes, page))
        return found

    def _selected(self, parent: Any, sets: Sequence[SelectionSetNode]) -> _Selected:
        selected: _Selected = {}
        spread: set[str] = set()
        for each in sets:
            for inner_parent, node in self._fields(parent, each, spread):
                name = node.alias.value if node.alias else node.name.value
                selected.setdefault((inner_parent.name, name), (inner_parent, []))[1].append(node)
        return selected

    def _fields(self, parent: Any, node: SelectionSetNode, spread: set[str]) -> Iterator[tuple[Any, FieldNode]]:
        for selection in node.selections:
            match selection:
                case FieldNode(name=name) if not name.value.startswith("__"):
                    yield parent, selection
                case InlineFragmentNode(type_condition=condition):
                    inner = parent if condition is None else self.schema.type_map[condition.name.value]
                    yield from self._fields(inner, selection.selection_set, spread)
                case FragmentSpreadNode(name=name) if name.value not in spread:
                    spread.add(name.value)
                    fragment = self.fragments[name.value]
                    inner = self.schema.type_map[fragment.type_condition.name.value]
                    yield from self._fields(inner, fragment.selection_set, spread)

    def _field(self, parent: Any, nodes: list[FieldNode], page: Times) -> Formula:
        field: Any = self.schema.get_field(parent, nodes[0].name.value)
        arguments = {argument.name.value: argument.value for argument in nodes[0].arguments or ()}
        costs = costs_of(field)
        inner = get_named_type(field.type)
        is_object = is_composite_type(inner)
        own = costs.own if costs.own is not None else int(is_object)
        found = Formula(own + CHANGING if parent is self.mutation else own)
        if "where" in field.args:
            found = found.and_also(Formula(SEARCHING).times(presence_of(arguments.get("where"), self.defaults)))
        if is_object:
            if "first" in field.args:
                page = size_of_page(arguments.get("first"), arguments.get("last"), self.defaults)
            sets = [node.selection_set for node in nodes if node.selection_set is not None]
            found = found.and_also(self.selections(inner, sets, page))
        return found.times(self._size(costs, arguments, page))

    def _size(self, costs: Costs, arguments: Mapping[str, Any], page: Times) -> Times:
        if costs.size is None:
            return 1
        if costs.size == PAGE:
            return page
        if isinstance(costs.size, int):
            return costs.size
        name, *way = costs.size.split(".")
        return length_of(arguments.get(name), way, self.defaults)
