"""Two executions of one document, compared: on graphql-core, and compiled."""

import json
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError


def errors_in_order(errors: Sequence[GraphQLError] | None) -> list[Any]:
    return [error.formatted for error in errors or ()]


def explained(data: Any, errors: Sequence[GraphQLError] | None) -> tuple[set[tuple[Any, ...] | None], list[str]]:
    """Which nulls are errors' doing, and the errors of fields that became null by themselves. Of several errors that
    null one field together graphql-core reports those that came before the others were cancelled: a matter of time."""
    nulls, own = set(), []
    for error in errors or ():
        path = list(error.path or ())
        null = _null_above(data, path)
        nulls.add(null)
        if null == tuple(path):
            own.append(json.dumps(error.formatted, sort_keys=True))
    return nulls, sorted(own)


def _null_above(data: Any, path: list[Any]) -> tuple[Any, ...] | None:
    """The way to the null that the error has left in the data."""
    for length, key in enumerate([None, *path]):
        data = data if key is None and length == 0 else data[key]
        if data is None:
            return tuple(path[:length])
    return None
