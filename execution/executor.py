"""Compiles operations once and executes them often."""

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    assert_valid_schema,
    create_source_event_stream,
    default_field_resolver,
    default_type_resolver,
)
from graphql.execution.async_iterables import aclosing
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.executor import SELECTIONS_NESTED_TOO_DEEPLY, Executor
from graphql.execution.values import VariableValues, get_variable_values

from execution.leaves import SPECIFIED_NATIVES, Natives
from execution.plans import Document, SelectionPlan, root_plan
from execution.running import Run
from execution.shortcuts import FindShortcut, declared_shortcuts

_MOST_PLANS = 64
"""Outcomes of one document's conditions that are remembered."""


class Declined(Exception):  # noqa: N818 - it is no error: graphql-core can run what is declined
    """The operation asks for something that is not compiled; the message says for what."""


@dataclass(frozen=True, slots=True)
class CompiledExecutor:
    """Compiles the operations of one schema.

    `find_shortcut` says which of its fields need no call for each object; `natives`, values of which classes the answer
    may hold for a scalar, because who writes the JSON knows how.
    """

    schema: GraphQLSchema
    find_shortcut: FindShortcut = declared_shortcuts
    natives: Natives = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert_valid_schema(self.schema)

    def compile(self, document: DocumentNode, operation_name: str | None = None) -> "CompiledOperation":
        """The document has been validated. Raises Declined, and GraphQLError when there is no such operation."""
        if self.schema.get_directive("defer") or self.schema.get_directive("stream"):
            raise Declined("incremental delivery")
        operation = _operation(document, operation_name)
        if operation.directives:
            raise Declined("a directive on the operation")
        root_type = self.schema.get_root_type(operation.operation)
        if root_type is None:
            raise Declined(f"a schema without a type for {operation.operation.value}")
        conditions = sorted(set(_conditions(document)))
        definitions = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        fragments = {name: FragmentDetails(node) for name, node in definitions.items()}
        natives = {**SPECIFIED_NATIVES, **self.natives}
        shared = Document(self.schema, operation, fragments, self.find_shortcut, natives)
        return CompiledOperation(shared, definitions, root_type, tuple(conditions))


@dataclass(frozen=True, slots=True)
class CompiledOperation:
    """One operation, ready to be executed any number of times, also at the same time."""

    document: Document
    definitions: Mapping[str, FragmentDefinitionNode]
    root_type: GraphQLObjectType
    conditions: tuple[str, ...]
    """The variables that @skip and @include ask."""

    _plans: dict[tuple[Any, ...], SelectionPlan] = field(default_factory=dict)

    def execute(
        self, root_value: Any = None, context_value: Any = None, variables: Mapping[str, Any] | None = None
    ) -> ExecutionResult | Awaitable[ExecutionResult]:
        """A query or a mutation; the same result as graphql-core's `execute`, errors and their order included."""
        core = self._core(root_value, context_value, variables)
        if isinstance(core, list):
            return ExecutionResult(None, core)
        return self._execute(core)

    def prepare(self, variables: Mapping[str, Any] | None = None) -> None:
        """Works out the plan, with all below it, before the first execution: so that this one need not.

        It holds for the outcome of @skip and @include under these variables; what is wrong with them is left for the
        execution to say.
        """
        core = self._core(None, None, variables)
        if isinstance(core, list):
            return
        with suppress(GraphQLError):
            self._plan(core.variable_values).prepare()

    async def subscribe(
        self, root_value: Any = None, context_value: Any = None, variables: Mapping[str, Any] | None = None
    ) -> AsyncIterator[ExecutionResult] | ExecutionResult:
        """The results of a subscription's events, as they come; or why there are none."""
        core = self._core_of_subscription(root_value, context_value, variables)
        if isinstance(core, list):
            return ExecutionResult(None, core)
        events = await _source(core)
        return events if isinstance(events, ExecutionResult) else self._results(core, events)

    async def events(
        self, root_value: Any = None, context_value: Any = None, variables: Mapping[str, Any] | None = None
    ) -> AsyncIterable[Any] | ExecutionResult:
        """The events of a subscription themselves; or why there are none.

        `execute` gives the result of one, given the event as root value, with a context of its own if need be.
        """
        core = self._core_of_subscription(root_value, context_value, variables)
        return ExecutionResult(None, core) if isinstance(core, list) else await _source(core)

    def _core_of_subscription(self, *given: Any) -> Executor[Any] | list[GraphQLError]:
        if self.document.operation.operation is not OperationType.SUBSCRIPTION:
            raise GraphQLError("Expected subscription operation.")
        return self._core(*given)

    async def _results(self, core: Executor[Any], events: Any) -> AsyncIterator[ExecutionResult]:
        """Closes the source when it is closed itself."""
        async with aclosing(aiter(events)) as source:
            async for event in source:
                result = self._execute(core.build_per_event_executor(event))
                yield await result if isinstance(result, Awaitable) else result

    def _execute(self, core: Executor[Any]) -> ExecutionResult | Awaitable[ExecutionResult]:
        try:
            plan = self._plan(core.variable_values)
        except GraphQLError as error:
            return ExecutionResult(None, [error])
        except RecursionError:
            return ExecutionResult(None, [GraphQLError(SELECTIONS_NESTED_TOO_DEEPLY, core.operation)])
        if self.document.operation.operation is OperationType.MUTATION:
            return Run(core).execute_serially(plan)
        return Run(core).execute(plan)

    def _plan(self, variables: VariableValues) -> SelectionPlan:
        """For this outcome of the conditions."""
        outcome = tuple(variables.coerced.get(name) for name in self.conditions)
        plan = self._plans.get(outcome)
        if plan is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            plan = self._plans[outcome] = root_plan(self.document, self.root_type, variables)
        return plan

    def _core(
        self, root_value: Any, context_value: Any, variables: Mapping[str, Any] | None
    ) -> Executor[Any] | list[GraphQLError]:
        operation = self.document.operation
        values = get_variable_values(
            self.document.schema, operation.variable_definitions or (), dict(variables or {}), max_errors=50
        )
        if isinstance(values, list):
            return values
        return Executor(
            self.document.schema,
            dict(self.definitions),
            dict(self.document.fragments),
            root_value,
            context_value,
            operation,
            values,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
        )


async def _source(core: Executor[Any]) -> AsyncIterable[Any] | ExecutionResult:
    stream = create_source_event_stream(core)
    return await stream if isinstance(stream, Awaitable) else stream


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is None:
        if len(operations) > 1:
            raise GraphQLError("Must provide operation name if query contains multiple operations.")
        if not operations:
            raise GraphQLError("Must provide an operation.")
        return operations[0]
    for operation in reversed(operations):
        if operation.name is not None and operation.name.value == name:
            return operation
    raise GraphQLError(f"Unknown operation named '{name}'.")


def _conditions(document: DocumentNode) -> Iterator[str]:
    """The variables that @skip and @include ask; Declined for what is not compiled."""
    for definition in document.definitions:
        if isinstance(definition, FragmentDefinitionNode) and definition.variable_definitions:
            raise Declined("variables of a fragment")
        if isinstance(definition, FragmentDefinitionNode | OperationDefinitionNode):
            yield from _conditions_of(definition.selection_set)


def _conditions_of(selections: SelectionSetNode) -> Iterator[str]:
    for node in selections.selections:
        for directive in node.directives or ():
            if directive.name.value in ("skip", "include"):
                yield from _variables_in(directive)
        if isinstance(node, FragmentSpreadNode):
            if getattr(node, "arguments", None):
                raise Declined("arguments of a fragment")
        elif isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set is not None:
            yield from _conditions_of(node.selection_set)


def _variables_in(directive: DirectiveNode) -> Iterator[str]:
    for argument in directive.arguments or ():
        if isinstance(argument.value, VariableNode):
            yield argument.value.name.value
