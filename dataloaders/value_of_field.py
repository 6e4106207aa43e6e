"""The values of one batched field, for an executor that asks for them object by object."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiodataloader import DataLoader

ValueOfField = DataLoader[Any, Any]
ResolveTogether = Callable[[list[Any]], Awaitable[Sequence[Any]]]


def value_of_field(resolve: ResolveTogether) -> ValueOfField:
    """Object → value of the field; all objects of a level are resolved together."""

    async def in_order_of(objects: list[Any]) -> list[Any]:
        return list(await resolve(objects))

    return DataLoader(in_order_of, cache=False)
