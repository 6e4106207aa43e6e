"""已提交: whether anything was committed on somebody's behalf. What fails after that must not be called unsaved."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Commits:
    """Those of one operation, whichever of its tasks made them."""

    any: bool = False


_noticed_by: ContextVar[Commits | None] = ContextVar("commits", default=None)


@contextmanager
def commits_noticed() -> Iterator[Commits]:
    """Those that are begun and done in the block, also by tasks that are begun in it."""
    commits = Commits()
    before = _noticed_by.set(commits)
    try:
        yield commits
    finally:
        _noticed_by.reset(before)


def notice_commit() -> None:
    """Of something that callers are told of: done, or perhaps done."""
    commits = _noticed_by.get()
    if commits is not None:
        commits.any = True
