from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from aiodataloader import DataLoader

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


def loader_of(
    read: Callable[[Sequence[KeyT]], Awaitable[Mapping[KeyT, ValueT]]], missing: ValueT
) -> DataLoader[KeyT, ValueT]:
    """A loader over a read that gives what it found by key; what it did not find is `missing`."""

    async def in_order_of(keys: list[KeyT]) -> list[ValueT]:
        found = await read(keys)
        return [found.get(key, missing) for key in keys]

    return DataLoader(in_order_of)
