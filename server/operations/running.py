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
from server.metrics import count_declined, count_operation, count_timed_out, count_trusted
from server.operations.auditing import record_lookups, record_refusal
from server.operations.documents import Documents, InvalidDocumentError, Operation
from server.operations.errors import OUT_OF_REACH, caller_error, document_errors, presented
from server.operations.executors import COMPILED, Executors
from server.operations.limits.bounds import Limits
from server.operations.limits.counting import count_over_limit
from server.operations.limits.toll import Toll
from server.operations.notable import log_operation
from server.operations.time_limits import Departure, OperationTimedOutError, ended_after
from server.tracing.spans import current_spans
from storage.commits import Commits, commits_noticed
from storage.deadlines import transactions_within
from storage.errors import CommitUnknownError, DatabaseUnavailableError
from storage.observing import tallied

SLOW_OPERATION = 1.0
"""Seconds."""

LONGEST_OPERATION = 30.0
"""Seconds."""


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

    written: str | None = None
    """Up to where the caller has written, as the answer to a mutation said; a position of the write-ahead log."""
    tells_cost: bool = False
    """Whether the answer is to say what it cost."""


@dataclass(frozen=True)
class Answer:
    """`executed` is False when the operation was refused before anything ran: there is then no data entry."""

    data: dict[str, Any] | None
    errors: list[GraphQLError]
    executed: bool = True
    written: str | None = None
    """Of a mutation: what the caller's next request gives back, so that it finds what was written."""
    retry_after: int | None = None
    """Seconds, when it was refused only for now."""

    extensions: dict[str, Any] | None = None

    @property
    def body(self) -> dict[str, Any]:
        """The response in the form of the GraphQL specification, errors first."""
        body: dict[str, Any] = {"errors": [error.formatted for error in self.errors]} if self.errors else {}
        if self.executed:
            body["data"] = self.data
        written = {"written": self.written} if self.written else {}
        if extensions := {**(self.extensions or {}), **written}:
            body["extensions"] = extensions
        return body

    @property
    def may_be_asked_again(self) -> bool:
        """Nothing came of it, and nothing was saved, as something that it needs was out of reach for the moment."""
        if not self.errors or any(value is not None for value in (self.data or {}).values()):
            return False
        return all((error.extensions or {}).get("code") in OUT_OF_REACH for error in self.errors)

    @property
    def failure(self) -> str | None:
        """The code of the first error that it holds of the server's own."""
        told = [error.extensions or {} for error in self.errors]
        return next((str(extensions["code"]) for extensions in told if "correlationId" in extensions), None)

    @cached_property
    def encoded(self) -> bytes:
        """The body as JSON."""
        return orjson.dumps(self.body)


class Operations:
    """Runs operations against the schema."""

    def __init__(
        self,
        schema: strawberry.Schema,
        executor: str = COMPILED,
        limits: Limits | None = None,
        slow_operation: float = SLOW_OPERATION,
        longest: float = LONGEST_OPERATION,
    ) -> None:
        """In seconds: from which on an operation is logged as slow; `longest`: how long a query may take, and a
        mutation until it commits."""
        limits = limits or Limits()
        self._slow_operation = slow_operation
        self._longest = longest
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

    async def run(
        self, operation: Operation, request: Request, context: RequestContext, departure: Departure | None = None
    ) -> Answer:
        """Whatever the operation does with fields is checked before anything of it runs.

        NobodyWaitsError when the client of a query has left; a mutation is done even so.
        """
        started, variables = perf_counter(), dict(request.variables or {})
        with tallied() as statements:
            answer = await self._in_time(operation, variables, context, departure)
        seconds = perf_counter() - started
        # Not every operation: a line costs as much as a tenth of a quick one.
        if seconds >= self._slow_operation or answer.failure:
            log_operation(operation, len(answer.errors), seconds, statements)
        if not request.tells_cost:
            return answer
        return replace(answer, extensions=self.toll.told(operation, variables, context.actor))

    async def _in_time(
        self, operation: Operation, variables: dict[str, Any], context: RequestContext, departure: Departure | None
    ) -> Answer:
        if operation.is_mutation:
            with transactions_within(self._longest):
                return await answered(operation, variables, context)
        try:
            async with ended_after(self._longest, departure):
                return await answered(operation, variables, context)
        except OperationTimedOutError as error:
            count_timed_out()
            return Answer(None, [caller_error(error, context.language)])


async def answered(
    operation: Operation, variables: dict[str, Any], context: RequestContext, event: Any = None
) -> Answer:
    """A subscription is answered for one of its events.

    What was looked up for the answer stands in the audit log before it is given. DatabaseUnavailableError when it does
    not: there is then no answer.
    """
    with current_spans().operation(operation) as failed_by, context.database.audit_log.expecting():
        answer = await _recorded(operation, variables, context.with_document(operation.remembered), event)
        if answer.failure:
            failed_by(answer.failure)
        return answer


async def _recorded(operation: Operation, variables: dict[str, Any], context: RequestContext, event: Any) -> Answer:
    with commits_noticed() as commits:
        try:
            return await _executed(operation, variables, context, event, commits)
        except DatabaseUnavailableError as error:
            if commits.any:
                raise CommitUnknownError from error
            raise


async def _executed(
    operation: Operation, variables: dict[str, Any], context: RequestContext, event: Any, commits: Commits
) -> Answer:
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
    answer = answer_of(result, context, saved=commits.any)
    if answer.executed:
        seconds = perf_counter() - started
        count_operation(operation.executable.executor, operation.type, seconds)
        if operation.is_trusted and operation.name is not None:
            count_trusted(operation.name, seconds)
        if operation.executable.declined:
            count_declined(operation.executable.declined)
    await record_lookups(operation, context)
    return answer


def refused(errors: list[GraphQLError], retry_after: int | None = None) -> Answer:
    """It is counted which limit was in the way."""
    count_over_limit(errors)
    return Answer(None, errors, executed=False, retry_after=retry_after)


def answer_of(result: ExecutionResult, context: RequestContext, *, saved: bool = False) -> Answer:
    """`saved`: the operation has committed something."""
    errors = result.errors or []
    if result.data is None and not any(error.path for error in errors):  # nothing ran: the variables do not fit
        return refused(document_errors("BAD_USER_INPUT", errors, context.language, context))
    return Answer(result.data, [presented(error, context.language, saved=saved) for error in errors])
