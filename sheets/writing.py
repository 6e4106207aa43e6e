"""写表: rows into a file, as they come, so that memory does not grow with them.

A cell is a text, a whole number, a calendar date, a moment of Beijing time without an offset, or missing.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

WrittenCell = str | int | date | None
"""Moments are dates too, for Python."""


class SheetWriter(Protocol):
    """Not to be used by two threads at once. Nothing is a file before it is closed."""

    def add(self, rows: Sequence[Sequence[WrittenCell]]) -> None: ...

    def close(self) -> None: ...


class OpensWriter(Protocol):
    def __call__(self, place: Path, title: str, header: Sequence[str]) -> SheetWriter:
        """`place` is the file to be made; what else is needed meanwhile is put beside it."""
