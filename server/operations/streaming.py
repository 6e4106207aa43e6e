"""流: a subscription from its text to its answers.

Whoever listens for hours may have lost the right to by then. Those who listen are looked after (`watched_callers`), and
once anything about the caller or the permissions is another, the operation is held against what holds now, before
anything more is told. Each event is answered in a fresh context, as a query would be. Once the caller's scope is
another, the source would go on with the old one, and so the stream ends.
"""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from graphql import ExecutionResult, GraphQLError

from auth.actor import Actor
from auth.permissions import Permissions
from domain.errors import CallerError, Message, Problem
from resolvers.context import RequestContext
from server.operations.arrivals import Arrivals, EndError
from server.operations.auditing import record_refusal
from server.operations.documents import Operation
from server.operations.errors import caller_error, presented
from server.operations.running import LONGEST_OPERATION, Answer, answer_of, refused
from server.operations.shared_answers import Peers, SharedAnswers
from server.operations.time_limits import ended_after
from server.watched_callers import WatchedCaller, WatchedCallers

_MOST_AT_ONCE, _BYTES_AT_ONCE = 100, 65_536

_SCOPE_CHANGED = Message(
    "您的管理范围或权限范围已变化，请重新订阅。",
    "What you may ask for as a whole is another than when this began. Subscribe anew.",
)


class ScopeChangedError(CallerError):
    """The caller has got another place in the tree, another role or other scopes: the source knows the old ones."""

    def __init__(self) -> None:
        super().__init__(Problem("SCOPE_CHANGED", _SCOPE_CHANGED))


@dataclass(frozen=True, slots=True)
class Streams:
    """The subscriptions that run in this process."""

    callers: WatchedCallers
    shared: SharedAnswers
    longest: float = LONGEST_OPERATION
    """Seconds that the answers of events which came together may take."""

    async def answers(
        self, operation: Operation, variables: dict[str, Any], authorization: str | None, begun: RequestContext
    ) -> AsyncGenerator[Sequence[Answer], None]:
        """One for each event, those together that came together. One that was not executed is the last, and says why
        there are no more."""
        language = begun.language
        try:
            async with self.callers.watching(authorization, begun) as caller:
                stream = _Stream(operation, variables, caller, self.shared, self.longest)
                async with aclosing(stream.answers()) as answers:
                    async for some in answers:
                        yield some
        except CallerError as error:
            yield [refused([caller_error(error, language)])]
        except Exception as error:
            yield [refused([presented(GraphQLError("", original_error=error), language)])]


class _Stream:
    def __init__(
        self,
        operation: Operation,
        variables: dict[str, Any],
        caller: WatchedCaller,
        shared: SharedAnswers,
        longest: float,
    ) -> None:
        self._longest = longest
        self._operation = operation
        self._variables = variables
        self._caller = caller
        self._shared = shared
        self._held_against: tuple[Actor, Permissions] | None = None
        self._peers: Peers | None = None
        self._at_once = 1

    async def answers(self) -> AsyncGenerator[Sequence[Answer], None]:
        events = await self._events()
        if isinstance(events, ExecutionResult):
            yield [refused(answer_of(events, await self._caller.fresh_context()).errors)]
            return
        async with aclosing(Arrivals(aiter(events))) as arrivals:
            async for answers in self._answers(arrivals):
                yield answers

    async def _events(self) -> AsyncIterable[Any] | ExecutionResult:
        await self._require_permission()
        context = await self._caller.fresh_context()
        return await self._operation.executable.events(
            context.with_document(self._operation.remembered), self._variables
        )

    async def _answers(self, arrivals: Arrivals[Any]) -> AsyncIterator[Sequence[Answer]]:
        with suppress(EndError):
            while True:
                arrived = await arrivals.wait_unless(self._caller.stirred)
                peers = await self._require_permission()
                if arrived:
                    events = arrivals.take_some(self._at_once)
                    async with ended_after(self._longest, None):
                        answers = await peers.answers(events, self._caller, self._variables)
                    self._at_once = _as_many_as_fit(answers)
                    executed = list(takewhile(lambda answer: answer.executed, answers))
                    yield answers[: len(executed) + 1]
                    if len(executed) < len(answers):
                        return

    async def _require_permission(self) -> Peers:
        """CallerError once the caller may no longer ask for this; a refusal stands in the audit log by then."""
        actor, permissions = now = await self._caller.now()
        if self._peers is not None and now == self._held_against:
            return self._peers
        if actor.sphere != self._caller.began_as.sphere:
            raise ScopeChangedError
        try:
            self._operation.require(permissions, self._variables)
        except CallerError as error:
            await record_refusal(self._operation, await self._caller.fresh_context(), error)
            raise
        self._held_against = now
        self._peers = self._shared.peers(self._operation, self._variables, actor, permissions, self._caller.language)
        return self._peers


def _as_many_as_fit(answers: Sequence[Answer]) -> int:
    """If those that follow are as large as these: they are all in memory until the client has taken them."""
    size = sum(len(answer.encoded) for answer in answers)
    return max(1, min(_MOST_AT_ONCE, _BYTES_AT_ONCE * len(answers) // size))
