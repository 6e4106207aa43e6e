from collections.abc import Mapping
from typing import Any

from server.operations.limits import errors


def require_few_items(variables: Mapping[str, Any], limit: int) -> None:
    """CallerError when the lists in the values of variables hold more than so many items, all together."""
    if not variables:
        return
    found, waiting = 0, [value for value in variables.values() if isinstance(value, (list, dict))]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            found += len(value)
        inner = value if isinstance(value, list) else value.values()
        waiting += [part for part in inner if isinstance(part, (list, dict))]
    if found > limit:
        raise errors.too_many_list_items(found, limit)
