"""期限: until when the transactions of an operation must be ready to commit.

Before its commit a transaction can be given up without a trace; afterwards it cannot, and while it commits nobody could
tell. So the deadline ends what comes before the commit, not the commit, nor what is read for the answer after it.
"""

from asyncio import get_running_loop, timeout_at
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar

from storage.errors import TransactionTimedOutError

_deadline: ContextVar[tuple[float, float] | None] = ContextVar("deadline", default=None)
"""A time of the event loop, and the seconds that there were for it."""


@contextmanager
def transactions_within(seconds: float) -> Iterator[None]:
    """Those that are begun in the block are ready by then, or given up."""
    before = _deadline.set((get_running_loop().time() + seconds, seconds))
    try:
        yield
    finally:
        _deadline.reset(before)


@asynccontextmanager
async def before_the_deadline() -> AsyncIterator[None]:
    """TransactionTimedOutError when the block takes longer, also when it cannot be cancelled."""
    deadline = _deadline.get()
    if deadline is None:
        yield
        return
    until, seconds = deadline
    try:
        async with timeout_at(until):
            yield
    except TimeoutError as error:
        if get_running_loop().time() < until:
            raise
        raise TransactionTimedOutError(seconds) from error
    if get_running_loop().time() >= until:
        raise TransactionTimedOutError(seconds)
