"""A plan: what a selection set asks of objects of one type, worked out once and kept with the document.

Fields are collected by graphql-core itself, so that merging, fragments and conditions mean here what they mean there.
A plan holds for one outcome of the document's @skip and @include conditions; another outcome is another plan.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues

from execution.arguments import ReadArguments, arguments_reader
from execution.columns import Column
from execution.leaves import Natives, Write, writer_of
from execution.records import RecordBuilder, reader_of
from execution.shortcuts import FindShortcut, Reading, Shortcut, shortcut_for

_HIGHEST = 10
"""Objects beside objects that are made in one expression: Python's parser takes 200 parentheses within another."""


@dataclass(frozen=True, slots=True)
class Document:
    """What all plans of one operation share."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDetails]
    find_shortcut: FindShortcut
    natives: Natives


@dataclass(frozen=True, slots=True)
class Shape:
    """The type of a field, level by level: `nullable[0]` is the field, `nullable[n]` the items n lists deep."""

    nullable: tuple[bool, ...]
    named: Any

    @property
    def depth(self) -> int:
        return len(self.nullable) - 1


def shape_of(output_type: GraphQLOutputType) -> Shape:
    nullable = []
    level: Any = output_type
    while True:
        nullable.append(not is_non_null_type(level))
        level = level.of_type if is_non_null_type(level) else level
        if not is_list_type(level):
            return Shape(tuple(nullable), level)
        level = level.of_type


@dataclass
class FieldPlan:
    """One response name of a selection set."""

    document: Document
    name: str
    position: int
    parent_type: GraphQLObjectType
    definition: GraphQLField
    details: list[FieldDetails]
    variables: VariableValues
    shape: Shape
    shortcut: Shortcut | None
    _below: dict[GraphQLObjectType, "SelectionPlan"] = field(default_factory=dict)

    @cached_property
    def nodes(self) -> list[FieldNode]:
        return [detail.node for detail in self.details]

    @cached_property
    def arguments(self) -> ReadArguments:
        return arguments_reader(self.definition, self.details[0].node)

    @cached_property
    def is_leaf(self) -> bool:
        return is_leaf_type(self.shape.named)

    @cached_property
    def is_abstract(self) -> bool:
        return is_abstract_type(self.shape.named)

    @property
    def native(self) -> type | None:
        return self.document.natives.get(self.shape.named.name)

    @cached_property
    def write(self) -> Write:
        return writer_of(self.shape.named, self.native)

    @cached_property
    def read(self) -> Callable[[Any, Any], Any] | None:
        """(object, context) → value, if that needs no call of the resolver."""
        if isinstance(self.shortcut, Reading):
            return reader_of(self.shortcut)
        return None

    @cached_property
    def column(self) -> Column | None:
        """How it is read and written within the one expression that makes the object's dict, if it can be."""
        if self.shape.depth > 0 or not isinstance(self.shortcut, Reading):
            return None
        if self.is_leaf:
            return Column(self.name, self.shortcut, self.shape.named, self.native, self.shape.nullable[0])
        if self.is_abstract or self.shape.named.is_type_of is not None:
            return None
        try:
            fields = self.below(self.shape.named).fields
        except (GraphQLError, RecursionError):  # the general way will tell where
            return None
        columns = tuple(plan.column for plan in fields if plan.column is not None)
        if len(columns) < len(fields) or any(column.height >= _HIGHEST for column in columns):
            return None
        return Column(self.name, self.shortcut, None, None, self.shape.nullable[0], columns)

    def below(self, runtime_type: GraphQLObjectType) -> "SelectionPlan":
        """GraphQLError for a condition that cannot be decided, `@skip(if: null)`; RecursionError for a long chain of
        fragments.
        """
        plan = self._below.get(runtime_type)
        if plan is None:
            collected = collect_subfields(
                self.document.schema,
                dict(self.document.fragments),
                self.variables,
                self.document.operation,
                runtime_type,
                self.details,
            )
            plan = SelectionPlan(self.document, runtime_type, collected.grouped_field_set, self.variables)
            self._below[runtime_type] = plan
        return plan

    def prepare(self) -> None:
        """What is below it, of every type that it may have."""
        for runtime_type in self._runtime_types():
            self.below(runtime_type).prepare()

    def _runtime_types(self) -> Sequence[GraphQLObjectType]:
        if self.is_leaf:
            return ()
        return self.document.schema.get_possible_types(self.shape.named) if self.is_abstract else (self.shape.named,)


class SelectionPlan:
    """All response names that are asked of objects of one type, in the order of the answer."""

    def __init__(
        self,
        document: Document,
        parent_type: GraphQLObjectType,
        grouped: Mapping[str, list[FieldDetails]],
        variables: VariableValues,
    ) -> None:
        self.parent_type = parent_type
        self.fields = tuple(_field_plans(document, parent_type, grouped, variables))

    @cached_property
    def inline(self) -> tuple[FieldPlan, ...]:
        return tuple(plan for plan in self.fields if plan.column is not None)

    @cached_property
    def others(self) -> tuple[FieldPlan, ...]:
        return tuple(plan for plan in self.fields if plan.column is None)

    @cached_property
    def records(self) -> RecordBuilder:
        return RecordBuilder(tuple(plan.column or Column(plan.name) for plan in self.fields))

    def prepare(self) -> None:
        """Works out all below, except under a condition that cannot be decided: the execution tells of that."""
        self.records.generate()
        for plan in self.others:
            with suppress(GraphQLError):
                plan.prepare()

    def empty_record(self) -> dict[str, Any]:
        return dict.fromkeys(plan.name for plan in self.fields)


def _field_plans(
    document: Document,
    parent_type: GraphQLObjectType,
    grouped: Mapping[str, list[FieldDetails]],
    variables: VariableValues,
) -> Sequence[FieldPlan]:
    plans = []
    for position, (name, details) in enumerate(grouped.items()):
        field_name = details[0].node.name.value
        definition = document.schema.get_field(parent_type, field_name)
        if definition is not None:  # else the document was not validated: graphql-core leaves the field out as well
            shortcut = _shortcut(document, parent_type, field_name, definition)
            shape = shape_of(definition.type)
            plans.append(
                FieldPlan(document, name, position, parent_type, definition, details, variables, shape, shortcut)
            )
    return plans


def _shortcut(document: Document, parent: GraphQLObjectType, name: str, definition: GraphQLField) -> Shortcut | None:
    """What changes something is called as graphql-core calls it: once, also when it fails."""
    shortcut = shortcut_for(document.find_shortcut, parent, name, definition)
    return None if parent is document.schema.mutation_type and isinstance(shortcut, Reading) else shortcut


def root_plan(document: Document, root_type: GraphQLObjectType, variables: VariableValues) -> SelectionPlan:
    collected = collect_fields(document.schema, dict(document.fragments), variables, root_type, document.operation)
    return SelectionPlan(document, root_type, collected.grouped_field_set, variables)
