"""共享应答: what many subscribers are to be told alike is worked out once.

Alike are those who asked the same, in the same language, with the same permissions over the same part of the tree. Who
exactly they are must make no difference either: it is noted whether anything asks for the subject while an answer is
worked out, and if so each has its own. What was looked up stands in the audit log for each of them.
"""

from asyncio import Future, ensure_future, gather, shield
from collections.abc import Awaitable, Hashable, Sequence
from contextlib import suppress
from dataclasses import replace
from math import inf
from time import monotonic
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import orjson
from graphql import ExecutionResult

from auth.actor import Actor, ObservedActor
from auth.permissions import Permissions
from domain.lookups import Journal
from resolvers.context import RequestContext
from server.operations.auditing import record_lookups
from server.operations.documents import Operation
from server.operations.running import Answer, answer_of, answered
from server.watched_callers import WatchedCaller

_GOOD_FOR = 5.0
"""Seconds. A record is told as it is, or was at most so long ago, and always as it was after the event."""

_MOST_KEPT = 10_000
"""Of all peers together."""


class SharedAnswers:
    """Of one process."""

    def __init__(self) -> None:
        self._peers: WeakValueDictionary[Hashable, Peers] = WeakValueDictionary()
        self._kept: dict[tuple[Peers, Hashable], _Kept] = {}

    def peers(
        self, operation: Operation, variables: dict[str, Any], actor: Actor, permissions: Permissions, language: str
    ) -> "Peers":
        """Those who are to be told alike; for as long as one of them keeps it."""
        within = {name: value for name, value in variables.items() if name in operation.inner_variables}
        key = (id(operation), _canonical(within), actor.sphere, id(permissions), language)
        found = self._peers.get(key)
        if found is None:
            found = self._peers[key] = Peers(operation, actor.sphere, permissions, self)
        return found

    def kept(self, peers: "Peers", key: Hashable) -> "_Kept | None":
        return self._kept.get((peers, key))

    def keep(self, peers: "Peers", key: Hashable, kept: "_Kept") -> None:
        """The oldest goes for it."""
        self._kept.pop((peers, key), None)
        self._kept[peers, key] = kept
        if len(self._kept) > _MOST_KEPT:
            del self._kept[next(iter(self._kept))]


class _Alike(NamedTuple):
    answer: Answer
    journal: Journal


class _Kept(NamedTuple):
    """None if it is not alike for all: it has errors, or somebody asked who exactly the caller is."""

    alike: "_Alike | Future[_Alike | None] | None"
    until: float
    """By `monotonic`. What was worked out without waiting has read nothing, and cannot become another."""


class Peers:
    """`permissions` are kept so that what is known by their identity stays theirs."""

    def __init__(self, operation: Operation, sphere: str, permissions: Permissions, shared: SharedAnswers) -> None:
        self._operation = operation
        self._sphere = sphere
        self._permissions = permissions
        self._shared = shared
        self._is_alike = True

    async def answers(self, events: Sequence[Any], caller: WatchedCaller, variables: dict[str, Any]) -> list[Answer]:
        """Of each, as `answered` gives it; what must be waited for is waited for side by side."""
        told = [await self._at_once(event, caller, variables) for event in events]
        late = [number for number, answer in enumerate(told) if answer is None]
        waited = await gather(*(self._answer(events[number], caller, variables) for number in late))
        of_late = dict(zip(late, waited, strict=True))
        return [of_late[number] if answer is None else answer for number, answer in enumerate(told)]

    async def _at_once(self, event: Any, caller: WatchedCaller, variables: dict[str, Any]) -> Answer | None:
        """None when something must be waited for. What is not known by now has been begun for all."""
        key = getattr(event, "same_for_all", None)
        if key is None or not self._is_alike:
            return None
        kept = self._shared.kept(self, key)
        if kept is None or monotonic() > kept.until:
            context = await caller.fresh_context()
            if context.actor.sphere != self._sphere or context.permissions is not self._permissions:
                return None  # it has become another just now: what it is told is not for those that it was like
            kept = self._worked_out(event, context, variables)
            self._shared.keep(self, key, kept)
        alike = kept.alike
        return alike.answer if isinstance(alike, _Alike) and alike.journal.is_empty else None

    async def _answer(self, event: Any, caller: WatchedCaller, variables: dict[str, Any]) -> Answer:
        kept = self._shared.kept(self, getattr(event, "same_for_all", None))
        alike = None if kept is None else kept.alike
        if isinstance(alike, Future):
            alike = await shield(alike)
        if alike is None:
            return await answered(self._operation, variables, await caller.fresh_context(), event)
        context = replace(await caller.fresh_context(), journal=alike.journal)
        await record_lookups(self._operation, context)
        return alike.answer

    def _worked_out(self, event: Any, context: RequestContext, variables: dict[str, Any]) -> _Kept:
        """At once where nothing is waited for. What fails is worked out for each, and told by that."""
        observed = ObservedActor.of(context.actor)
        prepared = replace(context, actor=observed).with_document(self._operation.remembered)
        try:
            running = self._operation.executable.execute(prepared, variables, event)
        except Exception:
            return _Kept(None, inf)
        if isinstance(running, ExecutionResult):
            return _Kept(self._alike(running, prepared, observed), inf)
        waiting = ensure_future(self._waited_for(running, prepared, observed))
        return _Kept(waiting, monotonic() + _GOOD_FOR)

    async def _waited_for(
        self, running: Awaitable[ExecutionResult], context: RequestContext, observed: ObservedActor
    ) -> _Alike | None:
        try:
            return self._alike(await running, context, observed)
        except Exception:
            return None

    def _alike(self, result: ExecutionResult, context: RequestContext, observed: ObservedActor) -> _Alike | None:
        if observed.was_named:
            self._is_alike = False
        if observed.was_named or result.errors:
            return None
        return _Alike(answer_of(result, context), context.journal)


def _canonical(variables: dict[str, Any]) -> bytes | object:
    """Equal for equal ones; what cannot be compared is like nothing else."""
    with suppress(TypeError):
        return orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
    return object()
