"""流: a subscription from its text to its answers.

Whoever listens for hours may have lost the right to by then. Before each event, and twice a second while there is none,
the caller is authenticated anew and the operation held against the permissions of that moment; each event is then
answered in that fresh context, as a query would be.
"""

from asyncio import Future, ensure_future, wait
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Hashable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

from graphql import ExecutionResult, GraphQLError

from auth.live_matrix import GOOD_FOR
from domain.errors import CallerError
from resolvers.context import RequestContext
from server.operations.auditing import record_refusal
from server.operations.documents import Operation
from server.operations.errors import caller_error, presented
from server.operations.running import Answer, answer_of, answered, refused

Authenticate = Callable[[], Awaitable[RequestContext]]
"""A fresh context for the caller, or CallerError."""


class _EndError(Exception):
    """There are no more events."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One running subscription."""

    operation: Operation
    variables: dict[str, Any]
    authenticate: Authenticate

    async def answers(self, language: str) -> AsyncGenerator[Answer, None]:
        """One for each event. One that was not executed is the last, and says why there are no more."""
        try:
            async for answer in self._answers(language):
                yield answer
        except CallerError as error:
            yield refused([caller_error(error, language)])
        except Exception as error:
            yield refused([presented(GraphQLError("", original_error=error), language)])

    async def _answers(self, language: str) -> AsyncIterator[Answer]:
        """Begins anew for a caller who stands elsewhere by now: what was followed may lie outside the scope."""
        context = await self._permitted()
        with suppress(_EndError):
            while True:
                events = await self._events(context)
                if isinstance(events, ExecutionResult):
                    yield refused(answer_of(events, language).errors)
                    return
                place = _place(context)
                async with aclosing(_Arrivals(aiter(events))) as arrivals:
                    while _place(context) == place:
                        arrived = await arrivals.wait(GOOD_FOR)
                        context = await self._permitted()
                        if arrived and _place(context) == place:
                            yield await answered(self.operation, self.variables, context, arrivals.take())

    async def _events(self, context: RequestContext) -> AsyncIterable[Any] | ExecutionResult:
        return await self.operation.executable.events(context.with_document(self.operation.remembered), self.variables)

    async def _permitted(self) -> RequestContext:
        """CallerError once the caller may no longer ask for this; a refusal stands in the audit log by then."""
        context = await self.authenticate()
        try:
            self.operation.require(context.permissions, self.variables)
        except CallerError as error:
            await record_refusal(self.operation, context, error)
            raise
        return context


def _place(context: RequestContext) -> Hashable:
    """From where the caller sees what is followed."""
    actor = context.actor
    return actor.role, actor.tier, actor.scope, actor.scopes


class _Arrivals:
    """The events of a source, waited for without losing any when the patience is over."""

    def __init__(self, events: AsyncIterator[Any]) -> None:
        self._events = events
        self._coming: Future[Any] = ensure_future(_next(events))

    async def wait(self, seconds: float) -> bool:
        """Whether the next event, or the end, is there."""
        done, _ = await wait({self._coming}, timeout=seconds)
        return bool(done)

    def take(self) -> Any:
        """The event that has arrived, or _EndError, or the source's error."""
        event = self._coming.result()
        self._coming = ensure_future(_next(self._events))
        return event

    async def aclose(self) -> None:
        self._coming.cancel()
        with suppress(BaseException):
            await self._coming
        if isinstance(self._events, AsyncGenerator):
            await self._events.aclose()


async def _next(events: AsyncIterator[Any]) -> Any:
    try:
        return await anext(events)
    except StopAsyncIteration:
        raise _EndError from None
