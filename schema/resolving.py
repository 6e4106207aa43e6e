"""Resolvers that answer for many objects: for a level of the answer at once, or from object and context alone.

Each runs on either executor. The compiled one knows them by their field's metadata and calls them once for a level, or
in the midst of the expression that makes an object; graphql-core calls them object by object, as any other.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

from resolvers.context import RequestContext
from schema.info import Info, field_of
from schema.traits import BATCHED, METADATA, OF_CONTEXT

RecordT = TypeVar("RecordT")
ValueT = TypeVar("ValueT")


def for_all(resolve: Callable[..., Awaitable[Sequence[Any]]]) -> Callable[..., Awaitable[Any]]:
    """From a function of a list of objects (`root`), `info` and arguments, to a list of their values in order."""

    @wraps(resolve)
    async def of_one_or_all(root: Any, info: Info, **arguments: Any) -> Any:
        if isinstance(root, list):
            return await resolve(root, info, **arguments)
        loader = info.context.loaders.value_of_field(field_of(info), lambda roots: resolve(roots, info, **arguments))
        return await loader.load(root)

    setattr(of_one_or_all, METADATA, {BATCHED: True})
    return of_one_or_all


def of_record(function: Callable[[Any, RequestContext], ValueT]) -> Callable[[Any, Info], ValueT]:
    """From a pure function of the record and the context."""

    def resolve(root: Any, info: Info) -> Any:
        return function(root, info.context)

    setattr(resolve, METADATA, {OF_CONTEXT: function})
    return resolve
