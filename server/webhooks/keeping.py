"""Which webhooks this process delivers at the moment: a task for each."""

from asyncio import Task, create_task
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from server.webhooks.delivering import Delivering, Tools
from storage.beside import end_all, running_beside
from storage.webhooks import webhook_turns


@asynccontextmanager
async def delivering_webhooks(tools: Tools) -> AsyncIterator[None]:
    """Beside whatever is done in the block; `FollowedChanges` must be followed meanwhile."""
    try:
        async with running_beside(keep_delivering(tools)):
            yield
    finally:
        await tools.post.close()


@dataclass(frozen=True, slots=True)
class _Begun:
    version: int
    task: Task[None]


async def keep_delivering(tools: Tools) -> None:
    """For as long as the task lives. Whatever an officer changes begins a webhook's work anew."""
    under_way: dict[int, _Begun] = {}
    try:
        async for turn in webhook_turns(tools.database):
            over = [n for n, begun in under_way.items() if turn.get(n) != begun.version or begun.task.done()]
            await _end(under_way.pop(number) for number in over)
            for number in turn.keys() - under_way.keys():
                under_way[number] = _Begun(turn[number], create_task(Delivering(tools, number).run()))
    finally:
        await _end(under_way.values())


async def _end(those: Iterable[_Begun]) -> None:
    await end_all([begun.task for begun in those])
