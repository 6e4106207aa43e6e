"""待我审批的跟随: the requests that the caller may decide, and whatever enters, changes or leaves them."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.approvals import RequestRecord
from domain.changes import ChangeRecord
from domain.codes import ChangeType, ToDecideChange
from resolvers.context import RequestContext
from resolvers.requests import kinds_decided_at
from storage.approvals import Condition, ids_of_requests, request_under, requests_with_ids, to_decide
from storage.changes import DecidingChanges
from storage.organizations import organization_anywhere

MOST_WAITING = 1_000
"""Of those that stand when somebody begins, so many are given themselves."""


class ToldRequest(NamedTuple):
    """待审批事件. `total` wait once it is told; `waiting` are the newest of them, with STANDING alone."""

    kind: ToDecideChange
    total: int
    number: int | None = None
    request: RequestRecord | None = None
    waiting: Sequence[int] | None = None


async def follow_requests_to_decide(context: RequestContext) -> AsyncIterator[ToldRequest]:
    """All of them, and then each that enters, changes or leaves them. Whoever applies what is told has what the list of
    those to decide has. All of them again when the caller has been too slow to be told of each."""
    feed = context.database.shared(DecidingChanges)
    while True:
        position = await feed.position()
        desk = _Desk(context)
        yield await desk.laid_out()
        while (changes := await feed.after(position)) is not None:
            for change in changes:
                async for told in desk.told_of(change):
                    yield told
            position = changes[-1].position


async def requests_told(context: RequestContext, numbers: Sequence[int]) -> Sequence[RequestRecord]:
    """In the order of the numbers, those in sight."""
    found = await requests_with_ids(context.database, context.scope, numbers)
    return [found[number] for number in numbers if number in found]


@dataclass
class _Desk:
    """What waits for the caller, as far as the caller has been told: `held`. And what kinds the caller decides."""

    context: RequestContext
    held: set[int] = field(default_factory=set)
    kinds: Collection[str] = ()

    async def laid_out(self) -> ToldRequest:
        waiting = await self._waiting()
        self.held = set(waiting)
        return ToldRequest(ToDecideChange.STANDING, len(waiting), waiting=waiting[:MOST_WAITING])

    async def told_of(self, change: ChangeRecord) -> AsyncIterator[ToldRequest]:
        for number in await self._concerned_by(change):
            told = await self._told_now(number, is_new=change.type is ChangeType.REQUEST_SUBMITTED)
            if told is not None:
                yield told

    async def _concerned_by(self, change: ChangeRecord) -> Collection[int]:
        """The database is asked only about what lies, or lay, in the caller's scope, and by who decides anything."""
        if self._alters_the_desk(change):
            return sorted(self.held.symmetric_difference(await self._waiting()))
        if change.type is ChangeType.ORGANIZATION_CHANGED:
            return ()
        return (change.object_id,) if self.kinds and change.lies_within(self.context.scope) else ()

    def _alters_the_desk(self, change: ChangeRecord) -> bool:
        """An organisation has moved within the scope, into it or out of it; or the caller's own has other rights."""
        if change.type is not ChangeType.ORGANIZATION_CHANGED:
            return False
        if change.object_id == self.context.actor.organization.id:
            return True
        return change.former_path is not None and change.lies_within(self.context.scope)

    async def _waiting(self) -> list[int]:
        """By what the caller's organisation may do now: what the caller was authenticated with may be a second old."""
        own = self.context.actor.organization
        self.kinds = kinds_decided_at(await organization_anywhere(self.context.database, own.id) or own)
        return await ids_of_requests(self.context.database, self._condition)

    @property
    def _condition(self) -> Condition:
        return to_decide(self.context.scope, self.context.actor.subject, self.kinds)

    async def _told_now(self, number: int, *, is_new: bool) -> ToldRequest | None:
        """As it is by now; None where it makes no difference to what the caller has been told."""
        request, decides = await request_under(self.context.database, self.context.scope, self._condition, number)
        was_held = number in self.held
        if was_held is decides and (is_new or not decides):
            return None
        if decides:
            self.held.add(number)
        else:
            self.held.discard(number)
        return ToldRequest(_KIND_OF[was_held, decides], len(self.held), number, request)


_KIND_OF = {
    (False, True): ToDecideChange.ADDED,
    (True, True): ToDecideChange.CHANGED,
    (True, False): ToDecideChange.REMOVED,
}
"""Whether it was there → whether it is."""
