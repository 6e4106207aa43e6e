"""The items of lists: what an iterable gives, also when it fails in the midst."""

from collections.abc import Iterable, Iterator
from typing import Any


def taken(iterable: Iterable[Any]) -> tuple[list[Any], Exception | None]:
    """What the iterable gives before it ends or fails: the items that came may have errors of their own."""
    items: list[Any] = []
    try:
        items.extend(iterable)
    except Exception as error:
        return items, error
    return items, None


def items_of(value: Any) -> Any:
    """What is to be awaited in place of a list that comes item by item; anything else as it is."""
    return _collected(value) if hasattr(value, "__aiter__") else value


async def _collected(iterable: Any) -> Iterable[Any]:
    items: list[Any] = []
    try:
        async for item in iterable:
            items.append(item)  # noqa: PERF401 - what came before a failure is kept
    except Exception as error:
        return _failing_after(items, error)
    return items


def _failing_after(items: list[Any], error: Exception) -> Iterator[Any]:
    yield from items
    raise error
