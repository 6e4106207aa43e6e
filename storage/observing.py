"""观测: what each statement took, told to those who watch, and summed up for whoever asks for what runs in a block.

Told is the text with its placeholders, never a value.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol


class Watcher(Protocol):
    """Told when a statement has ended, in the task that ran it."""

    def __call__(self, text: str, seconds: float, error: BaseException | None) -> None: ...


@dataclass(slots=True)
class StatementTally:
    """Of the statements of one operation, also of those that ran at the same time."""

    count: int = 0
    seconds: float = 0.0


_watchers: list[Watcher] = []
_tally: ContextVar[StatementTally | None] = ContextVar("statement_tally", default=None)


@contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    """All statements of this process, while the block runs."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


@contextmanager
def tallied() -> Iterator[StatementTally]:
    """The statements that are run for what is done in the block."""
    tally = StatementTally()
    token = _tally.set(tally)
    try:
        yield tally
    finally:
        _tally.reset(token)


def statement_ended(text: str, started: float, error: BaseException | None = None) -> None:
    """`started` by `perf_counter`."""
    seconds = perf_counter() - started
    tally = _tally.get()
    if tally is not None:
        tally.count += 1
        tally.seconds += seconds
    for watcher in _watchers:
        watcher(text, seconds, error)
