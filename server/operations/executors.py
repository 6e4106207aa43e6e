"""执行器: what runs an operation: the compiled executor, or graphql-core where that one declines or is asked for."""

from collections.abc import AsyncIterable, Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

import strawberry
from graphql import DocumentNode, ExecutionResult, Executor, create_source_event_stream, execute

from domain.codes import (
    Education,
    Ethnicity,
    FloatingDirection,
    Gender,
    MemberCategory,
    MembershipStatus,
    OrganizationKind,
    RealNameStatus,
    WorkPosition,
)
from execution import CompiledExecutor, Declined, strawberry_shortcuts
from resolvers.context import RequestContext
from schema.build import graphql_schema

COMPILED, GRAPHQL_CORE = "compiled", "graphql-core"

_STORED_CODES = (
    Gender,
    Ethnicity,
    Education,
    MemberCategory,
    MembershipStatus,
    RealNameStatus,
    FloatingDirection,
    WorkPosition,
    OrganizationKind,
)
NATIVES = {"Date": date, "DateTime": datetime, **{codes.__name__: str for codes in _STORED_CODES}}
"""orjson writes dates as our scalars do (`schema/scalars.py`); codes come from PostgreSQL's enums, spelled as ours."""


class Execute(Protocol):
    """Runs an operation; a subscription, for one of its events."""

    def __call__(
        self, context: RequestContext, variables: dict[str, Any], event: Any = None, /
    ) -> ExecutionResult | Awaitable[ExecutionResult]: ...


Events = Callable[[RequestContext, dict[str, Any]], Awaitable[AsyncIterable[Any] | ExecutionResult]]
"""The events of a subscription, or why there are none."""


@dataclass(frozen=True, slots=True)
class Executable:
    """An operation with what runs it; `declined` says why the compiled executor does not."""

    executor: str
    execute: Execute
    events: Events
    declined: str | None = None


class Executors:
    """Chooses what runs an operation of the schema."""

    def __init__(self, schema: strawberry.Schema, executor: str = COMPILED) -> None:
        self._schema = graphql_schema(schema)
        self._core_class = schema.execution_context_class
        self._compiled = CompiledExecutor(self._schema, strawberry_shortcuts, NATIVES) if executor == COMPILED else None

    def executable(self, document: DocumentNode, name: str | None) -> Executable:
        """The document has been validated, and has one operation of that name."""
        if self._compiled is None:
            return self._on_core(document, name)
        try:
            operation = self._compiled.compile(document, name)
        except Declined as reason:
            return self._on_core(document, name, str(reason))
        return Executable(
            COMPILED,
            lambda context, variables, event=None: operation.execute(event, context, variables),
            lambda context, variables: operation.events(None, context, variables),
        )

    def _on_core(self, document: DocumentNode, name: str | None, declined: str | None = None) -> Executable:
        def run(
            context: RequestContext, variables: dict[str, Any], event: Any = None
        ) -> ExecutionResult | Awaitable[ExecutionResult]:
            result: ExecutionResult | Awaitable[ExecutionResult] = execute(
                self._schema,
                document,
                event,
                context_value=context,
                variable_values=variables,
                operation_name=name,
                executor_class=self._core_class,
            )
            return result

        async def events(context: RequestContext, variables: dict[str, Any]) -> AsyncIterable[Any] | ExecutionResult:
            executor = Executor.build(
                self._schema, document, context_value=context, raw_variable_values=variables, operation_name=name
            )
            if isinstance(executor, list):
                return ExecutionResult(None, executor)
            stream = create_source_event_stream(executor)
            return await stream if isinstance(stream, Awaitable) else stream

        return Executable(GRAPHQL_CORE, run, events, declined)
