"""What an execution has to wait for, side by side."""

from asyncio import Task, create_task, gather
from collections.abc import Coroutine, Sequence
from typing import Any

from execution.classes import Kind, kind_of

Waiting = list[Coroutine[Any, Any, None]]


async def settle(waiting: Waiting) -> None:
    """All of them, side by side; a failure that is nobody's field error ends the others.

    A cancellation is such a failure, also when it comes from within. That is why this is no TaskGroup: it would go on
    without the one that was cancelled, and leave null in the answer where nothing was looked at.
    """
    if len(waiting) == 1:
        await waiting[0]
    elif waiting:
        await _gathered([create_task(one) for one in waiting])


async def _gathered(tasks: Sequence[Task[None]]) -> None:
    try:
        await gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await gather(*tasks, return_exceptions=True)
        raise


async def all_settled(values: Sequence[Any]) -> list[Any]:
    """The values, those that are awaitable awaited side by side; where one raised, what it raised."""
    settled = list(values)
    places = [place for place, value in enumerate(values) if kind_of(value) is Kind.AWAITABLE]
    if len(places) == 1:
        try:
            settled[places[0]] = await settled[places[0]]
        except Exception as error:
            settled[places[0]] = error
        return settled
    outcomes = await gather(*(settled[place] for place in places), return_exceptions=True)
    for place, outcome in zip(places, outcomes, strict=True):
        if isinstance(outcome, BaseException) and not isinstance(outcome, Exception):
            raise outcome
        settled[place] = outcome
    return settled
