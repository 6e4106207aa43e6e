"""Progress of long work, on standard error; nothing of it where that is no terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

Counted = Callable[[int, int], None]
"""Told how many are done, and of how many."""


@contextmanager
def bars(*, remain: bool = False) -> Iterator[Progress]:
    """With `remain` they stay on the screen when the work is done."""
    columns = (TextColumn("{task.description:22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    screen = Console(stderr=True)
    with Progress(*columns, console=screen, transient=not remain, disable=not screen.is_terminal) as shown:
        yield shown


@contextmanager
def counting_bar(doing: str) -> Iterator[Counted]:
    with bars() as shown:
        bar: TaskID = shown.add_task(doing, total=None)
        yield lambda done, total: shown.update(bar, completed=done, total=total)
