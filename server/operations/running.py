"""执行: one operation from its text to its answer, the same for every transport."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from time import perf_counter
from typing import Any

import orjson
import strawberry
from graphql import ExecutionResult, GraphQLError

from domain.errors import CallerError
from resolvers.context import RequestContext
from schema.build import graphql_schema
from server.metrics import count_declined, count_operation
from server.operations.auditing import record_lookups, record_refusal
from server.operations.documents import Documents, InvalidDocumentError, Operation
from server.operations.errors import caller_error, document_errors, presented
from server.operations.executors import COMPILED, Executors
from server.operations.limits.bounds import Limits
from server.operations.limits.toll import Toll


@dataclass(frozen=True, slots=True)
class Request:
    """A GraphQL request as it came, whatever carried it. `query` is empty when what stands last names the document."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] | None = None
    document_id: str | None = None
    """Of a trusted document."""

    persisted_hash: str | None = None
    """SHA-256 of a document in hexadecimal, by Apollo's protocol of automatic persisted queries."""

    tells_cost: bool = False
    """Whether the answer is to say what it cost."""


@dataclass(frozen=True)
class Answer:
    """`executed` is False when the operation was refused before anything ran: there is then no data entry."""

    data: dict[str, Any] | None
    errors: list[GraphQLError]
    executed: bool = True
    retry_after: int | None = None
    """Seconds, when it was refused only for now."""

    extensions: dict[str, Any] | None = None

    @property
    def body(self) -> dict[str, Any]:
        """The response in the form of the GraphQL specification, errors first."""
        body: dict[str, Any] = {"errors": [error.formatted for error in self.errors]} if self.errors else {}
        if self.executed:
            body["data"] = self.data
        if self.extensions is not None:
            body["extensions"] = self.extensions
        return body

    @cached_property
    def encoded(self) -> bytes:
        """The body as JSON."""
        return orjson.dumps(self.body)


class Operations:
    """Runs operations against the schema."""

    def __init__(self, schema: strawberry.Schema, executor: str = COMPILED, limits: Limits | None = None) -> None:
        limits = limits or Limits()
        self._documents = Documents(graphql_schema(schema), Executors(schema, executor), limits.documents)
        self.toll = Toll(limits)

    def keep_prepared(self, text: str) -> None:
        """Its operations are prepared now, for good. InvalidDocumentError when one of them cannot be run."""
        self._documents.keep(text)

    def prepared(self, request: Request, language: str, hearer: RequestContext | None = None) -> Operation | Answer:
        """The operation of its query, or why it cannot be run."""
        try:
            return self._documents.operation(request.query, request.operation_name)
        except InvalidDocumentError as error:
            return refused(document_errors(error.code, error.errors, language, hearer))
        except CallerError as error:
            return refused([caller_error(error, language)])

    def own(self, document: str) -> Operation:
        """Of a document of the server's own, which may be as large as it is."""
        return self._documents.operation(document, None, bounded=False)

    async def run(self, operation: Operation, request: Request, context: RequestContext) -> Answer:
        """Whatever the operation does with fields is checked before anything of it runs."""
        variables = dict(request.variables or {})
        answer = await answered(operation, variables, context)
        if not request.tells_cost:
            return answer
        return replace(answer, extensions=self.toll.told(operation, variables, context.actor))


async def answered(
    operation: Operation, variables: dict[str, Any], context: RequestContext, event: Any = None
) -> Answer:
    """A subscription is answered for one of its events.

    What was looked up for the answer stands in the audit log before it is given. DatabaseUnavailableError when it does
    not: there is then no answer.
    """
    with context.database.audit_log.expecting():
        return await _recorded(operation, variables, context.with_document(operation.remembered), event)


async def _recorded(operation: Operation, variables: dict[str, Any], context: RequestContext, event: Any) -> Answer:
    started = perf_counter()
    try:
        operation.require(context.permissions, variables)
        running = operation.executable.execute(context, variables, event)
        result = running if isinstance(running, ExecutionResult) else await running
    except CallerError as error:
        await record_refusal(operation, context, error)
        return refused([caller_error(error, context.language)])
    except RecursionError:
        return refused(document_errors("BAD_USER_INPUT", [GraphQLError("It is nested too deeply.")], context.language))
    answer = answer_of(result, context)
    if answer.executed:
        count_operation(operation.executable.executor, operation.type, perf_counter() - started)
        if operation.executable.declined:
            count_declined(operation.executable.declined)
    await record_lookups(operation, context)
    return answer


def refused(errors: list[GraphQLError], retry_after: int | None = None) -> Answer:
    return Answer(None, errors, executed=False, retry_after=retry_after)


def answer_of(result: ExecutionResult, context: RequestContext) -> Answer:
    errors = result.errors or []
    if result.data is None and not any(error.path for error in errors):  # nothing ran: the variables do not fit
        return refused(document_errors("BAD_USER_INPUT", errors, context.language, context))
    return Answer(result.data, [presented(error, context.language) for error in errors])
