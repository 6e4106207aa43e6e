"""共享应答: what many subscribers are to be told alike is worked out once.

Alike are those who asked the same, in the same language, with the same permissions over the same part of the tree. Who
exactly they are must make no difference either: it is noted whether anything asks for the subject while an answer is
worked out, and if so each has its own. What was looked up stands in the audit log for each of them.
"""

from asyncio import Future, ensure_future, shield
from collections import deque
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import replace
from time import monotonic
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import orjson

from auth.actor import Actor, ObservedActor
from auth.permissions import Permissions
from domain.lookups import Journal
from server.operations.auditing import record_lookups
from server.operations.documents import Operation
from server.operations.running import Answer, answered, executed
from server.watched_callers import WatchedCaller

_GOOD_FOR = 0.5
"""Seconds. An event is told with its record as it is, or was at most so long ago."""

_MOST_KEPT = 2_000


def sphere_of(actor: Actor) -> tuple[Hashable, ...]:
    """What bounds everything that an actor may ask for. An organisation that is moved in the tree has another path."""
    return actor.role, actor.tier, actor.scopes, actor.organization.id, actor.scope


class SharedAnswers:
    """Of one process."""

    def __init__(self) -> None:
        self._peers: WeakValueDictionary[Hashable, Peers] = WeakValueDictionary()

    def peers(
        self, operation: Operation, variables: dict[str, Any], actor: Actor, permissions: Permissions, language: str
    ) -> "Peers":
        """Those who are to be told alike; for as long as one of them keeps it."""
        within = {name: value for name, value in variables.items() if name in operation.inner_variables}
        key = (id(operation), _canonical(within), sphere_of(actor), id(permissions), language)
        found = self._peers.get(key)
        if found is None:
            found = self._peers[key] = Peers(operation, permissions)
        return found


class _Worked(NamedTuple):
    answer: Answer
    journal: Journal
    is_alike: bool
    """For all peers: it has no errors, and nobody asked who exactly the caller is."""


class _Kept(NamedTuple):
    at: float
    key: Hashable
    working: "Future[_Worked]"


class Peers:
    """`permissions` are kept so that what is known by their identity stays theirs."""

    def __init__(self, operation: Operation, permissions: Permissions) -> None:
        self._operation = operation
        self._permissions = permissions
        self._is_alike = True
        self._kept: dict[Hashable, _Kept] = {}
        self._oldest_first: deque[_Kept] = deque()

    async def answer(self, event: Any, caller: WatchedCaller, variables: dict[str, Any]) -> Answer:
        """As `answered` gives it."""
        key = getattr(event, "same_for_all", None)
        if key is None or not self._is_alike:
            return await answered(self._operation, variables, await caller.fresh_context(), event)
        kept = self._kept.get(key)
        if kept is None or monotonic() - kept.at > _GOOD_FOR:
            kept = self._keep(key, ensure_future(self._work_out(event, caller, variables)))
        worked = kept.working.result() if kept.working.done() else await shield(kept.working)
        if not worked.is_alike:
            return await answered(self._operation, variables, await caller.fresh_context(), event)
        if worked.journal.is_empty:
            return worked.answer
        context = replace(await caller.fresh_context(), journal=worked.journal)
        await record_lookups(self._operation, context)
        return worked.answer

    async def _work_out(self, event: Any, caller: WatchedCaller, variables: dict[str, Any]) -> _Worked:
        context = await caller.fresh_context()
        observed = ObservedActor.of(context.actor)
        context = replace(context, actor=observed).with_document(self._operation.remembered)
        answer = await executed(self._operation, variables, context, event)
        is_alike = answer.executed and not answer.errors and not observed.was_named
        if observed.was_named:
            self._is_alike = False
        return _Worked(answer, context.journal, is_alike)

    def _keep(self, key: Hashable, working: "Future[_Worked]") -> _Kept:
        now = monotonic()
        kept = self._kept[key] = _Kept(now, key, working)
        self._oldest_first.append(kept)
        while len(self._oldest_first) > _MOST_KEPT or now - self._oldest_first[0].at > _GOOD_FOR:
            gone = self._oldest_first.popleft()
            if self._kept.get(gone.key) is gone:
                del self._kept[gone.key]
        return kept


def _canonical(variables: dict[str, Any]) -> bytes | object:
    """Equal for equal ones; what cannot be compared is like nothing else."""
    with suppress(TypeError):
        return orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
    return object()
