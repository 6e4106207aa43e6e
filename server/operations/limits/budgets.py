"""预算: how many points each caller may still ask for in this process, in buckets that fill up again by the second."""

from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from time import monotonic
from typing import TypeAlias

from auth.actor import Actor
from server.operations.limits.bounds import CostBounds
from server.operations.limits.errors import CostBudgetSpentError

_MINUTE = 60
_MOST_KEPT = 100_000

_Caller: TypeAlias = tuple[bool, str]
"""Whether by an operator's token, and the subject."""

_Bucket: TypeAlias = tuple[float, float]
"""Points, and when there were so many, by the clock."""


class Budgets:
    """A bucket holds the budget of one minute, and fills up within one."""

    def __init__(self, bounds: CostBounds, clock: Callable[[], float] = monotonic) -> None:
        self._bounds = bounds
        self._clock = clock
        self._buckets: OrderedDict[_Caller, _Bucket] = OrderedDict()

    def spend(self, actor: Actor, points: int) -> None:
        """CostBudgetSpentError when there are not so many; nothing is spent then."""
        budget = self._bounds.budget_of(actor)
        if not budget or not points:
            return
        caller, now = _caller(actor), self._clock()
        held = self._held(caller, budget, now)
        if held < points:
            raise CostBudgetSpentError(points, int(held), budget, ceil((points - held) * _MINUTE / budget))
        self._buckets[caller] = (held - points, now)
        self._buckets.move_to_end(caller)
        self._forget_full(now)

    def remaining(self, actor: Actor) -> int | None:
        """None: there is no budget for such callers."""
        budget = self._bounds.budget_of(actor)
        return int(self._held(_caller(actor), budget, self._clock())) if budget else None

    def _held(self, caller: _Caller, budget: int, now: float) -> float:
        bucket = self._buckets.get(caller)
        if bucket is None:
            return budget
        points, at = bucket
        return min(budget, points + (now - at) * budget / _MINUTE)

    def _forget_full(self, now: float) -> None:
        """Those that nobody has taken from for a minute; and the oldest, should there be too many."""
        while True:
            caller = next(iter(self._buckets))
            if now - self._buckets[caller][1] < _MINUTE and len(self._buckets) <= _MOST_KEPT:
                return
            del self._buckets[caller]


def _caller(actor: Actor) -> _Caller:
    return actor.client is None, actor.subject
