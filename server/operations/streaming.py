"""流: a subscription from its text to its answers.

Whoever listens for hours may have lost the right to by then. Before each event, and twice a second while there is none,
the caller is authenticated anew and the operation held against the permissions of that moment; each event is then
answered in that fresh context, as a query would be. Once the caller's scope is another, the source would go on with
the old one, and so the stream ends.
"""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

from graphql import ExecutionResult, GraphQLError

from auth.actor import Actor
from auth.live_matrix import GOOD_FOR
from domain.errors import CallerError, Message, Problem
from resolvers.context import RequestContext
from server.operations.arrivals import Arrivals, EndError
from server.operations.auditing import record_refusal
from server.operations.documents import Operation
from server.operations.errors import caller_error, presented
from server.operations.running import Answer, answer_of, answered, refused

Authenticate = Callable[[], Awaitable[RequestContext]]
"""A fresh context for the caller, or CallerError."""


_SCOPE_CHANGED = Message(
    "您的管理范围或权限范围已变化，请重新订阅。",
    "What you may ask for as a whole is another than when this began. Subscribe anew.",
)


class ScopeChangedError(CallerError):
    """The caller has got another place in the tree, another role or other scopes: the source knows the old ones."""

    def __init__(self) -> None:
        super().__init__(Problem("SCOPE_CHANGED", _SCOPE_CHANGED))


@dataclass(frozen=True, slots=True)
class Stream:
    """One running subscription; `began_as` is the caller when it began."""

    operation: Operation
    variables: dict[str, Any]
    authenticate: Authenticate
    began_as: Actor

    async def answers(self, language: str) -> AsyncGenerator[Answer, None]:
        """One for each event. One that was not executed is the last, and says why there are no more."""
        try:
            events = await self._events()
            if isinstance(events, ExecutionResult):
                yield refused(answer_of(events, language).errors)
                return
            async with aclosing(Arrivals(aiter(events))) as arrivals:
                async for answer in self._answers(arrivals):
                    yield answer
        except CallerError as error:
            yield refused([caller_error(error, language)])
        except Exception as error:
            yield refused([presented(GraphQLError("", original_error=error), language)])

    async def _events(self) -> AsyncIterable[Any] | ExecutionResult:
        context = await self._permitted()
        return await self.operation.executable.events(context.with_document(self.operation.remembered), self.variables)

    async def _answers(self, arrivals: Arrivals[Any]) -> AsyncIterator[Answer]:
        with suppress(EndError):
            while True:
                arrived = await arrivals.wait(GOOD_FOR)
                context = await self._permitted()
                if arrived:
                    yield await answered(self.operation, self.variables, context, arrivals.take())

    async def _permitted(self) -> RequestContext:
        """CallerError once the caller may no longer ask for this; a refusal stands in the audit log by then."""
        context = await self.authenticate()
        if context.actor.sphere != self.began_as.sphere:
            raise ScopeChangedError
        try:
            self.operation.require(context.permissions, self.variables)
        except CallerError as error:
            await record_refusal(self.operation, context, error)
            raise
        return context
