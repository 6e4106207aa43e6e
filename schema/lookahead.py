"""前瞻: what of a record a query selects, found before it is read, so that no other column is.

Conditions (@skip, @include) are taken to let everything through: what they leave out is then read and not shown. So the
selection follows from the document alone, and is remembered with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    is_abstract_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from domain.records import Selection
from schema.info import Info, core_info, field_of
from schema.traits import columns_read, traits_of

_DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF
_WAYS_TO_RECORDS = {"nodes": (), "edges": ("node",)}
_PAGE = {*_WAYS_TO_RECORDS, "pageInfo"}


def selection_of(info: Info, type_name: str) -> Selection:
    """Of the records of that type that the field at hand gives."""
    selection: Selection = _remembered(info, type_name, connection=False)
    return selection


def connection_selection(info: Info, type_name: str) -> Selection | None:
    """Of the records in a connection; None when no part of the page is selected, but at most its total."""
    selection: Selection | None = _remembered(info, type_name, connection=True)
    return selection


def _remembered(info: Info, type_name: str, *, connection: bool) -> Any:
    remembered = info.context.remembered
    key = (field_of(info), type_name)
    if key not in remembered:
        remembered[key] = _connection(info, type_name) if connection else _record(info, type_name)
    return remembered[key]


def _record(info: Info, type_name: str) -> Selection:
    core = core_info(info)
    walk = _Walk(core.schema, core.fragments)
    return walk.selection(type_name, [node.selection_set for node in core.field_nodes])


def _connection(info: Info, type_name: str) -> Selection | None:
    core = core_info(info)
    walk = _Walk(core.schema, core.fragments)
    sets = [node.selection_set for node in core.field_nodes]
    parts = list(walk.fields(f"{type_name}Connection", sets))
    if not _PAGE & {part.name.value for part in parts}:
        return None
    nodes = [part for part in parts if part.name.value == "nodes"]
    edges = [part.selection_set for part in parts if part.name.value == "edges"]
    nodes += [part for part in walk.fields(f"{type_name}Edge", edges) if part.name.value == "node"]
    return walk.selection(type_name, [node.selection_set for node in nodes])


@dataclass(frozen=True, slots=True)
class _Walk:
    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]

    def selection(self, type_name: str, sets: list[SelectionSetNode | None]) -> Selection:
        columns: set[str] = set()
        above: list[SelectionSetNode | None] = []
        for node in self.fields(type_name, sets):
            field = self._definition(type_name, node)
            if field is None:
                continue
            columns.update(columns_read(field))
            traits = traits_of(field)
            if traits is not None and traits.is_above:
                above.append(node.selection_set)
        return Selection(frozenset(columns), self.selection("Organization", above) if above else None)

    def fields(self, type_name: str, sets: list[SelectionSetNode | None]) -> Iterator[FieldNode]:
        """All fields that these selection sets ask of objects of the type."""
        for selections in sets:
            for node in selections.selections if selections is not None else ():
                match node:
                    case FieldNode():
                        yield node
                    case InlineFragmentNode():
                        yield from self._fragment(type_name, node.type_condition, node.selection_set)
                    case FragmentSpreadNode():
                        fragment = self.fragments[node.name.value]
                        yield from self._fragment(type_name, fragment.type_condition, fragment.selection_set)

    def _fragment(self, type_name: str, condition: Any, selections: SelectionSetNode) -> Iterator[FieldNode]:
        if condition is None or self._holds(condition.name.value, type_name):
            yield from self.fields(type_name, [selections])

    def _holds(self, condition: str, type_name: str) -> bool:
        """Whether objects of the type satisfy a fragment's type condition."""
        if condition == type_name:
            return True
        wanted, own = self.schema.type_map[condition], self.schema.type_map[type_name]
        return is_abstract_type(wanted) and isinstance(own, GraphQLObjectType) and self.schema.is_sub_type(wanted, own)

    def _definition(self, type_name: str, node: FieldNode) -> StrawberryField | None:
        parent: Any = self.schema.type_map[type_name]
        field = self.schema.get_field(parent, node.name.value)
        return None if field is None else field.extensions.get(_DEFINITION)
