"""列表设置: what stands in a setting with commas between."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from pydantic_core import PydanticCustomError

PartT = TypeVar("PartT")


def names_from(written: object) -> object:
    """The names; what is no text comes from Python, and stays as it is."""
    return frozenset(_parts(written)) if isinstance(written, str) else written


def paths_from(written: object) -> object:
    return tuple(Path(part) for part in _parts(written)) if isinstance(written, str) else written


def list_of(part: Callable[[str], PartT], example: str) -> Callable[[object], Iterable[PartT]]:
    """From a text with commas. What is wrong is told without the value."""

    def parsed(written: object) -> Iterable[PartT]:
        if not isinstance(written, str):
            return written  # type: ignore[return-value] # the default, or what a test gives
        try:
            return [part(each) for each in _parts(written)]
        except ValueError:
            raise PydanticCustomError("list", "it must be a list as {example}", {"example": example}) from None

    return parsed


def _parts(written: str) -> list[str]:
    return [part.strip() for part in written.split(",") if part.strip()]
