"""计数: how many requests the limits have refused, for Prometheus. docs/limits.md says what the codes mean."""

from collections.abc import Iterable

from graphql import GraphQLError
from prometheus_client import Counter

CODES = (
    "DOCUMENT_TOO_LONG",
    "TOO_MANY_TOKENS",
    "TOO_MANY_DEFINITIONS",
    "TOO_MANY_SELECTIONS",
    "TOO_DEEP",
    "TOO_MANY_ALIASES",
    "TOO_MANY_ROOT_FIELDS",
    "TOO_MANY_DIRECTIVES",
    "TOO_MANY_LIST_ITEMS",
    "TOO_MUCH_TO_COMPARE",
    "BODY_TOO_LARGE",
    "BATCHING_NOT_SUPPORTED",
    "TOO_MANY_SUBSCRIPTIONS",
    "TOO_MANY_OPERATIONS",
    "COST_TOO_HIGH",
    "COST_BUDGET_SPENT",
    "INTROSPECTION_NOT_ALLOWED",
)

_over = Counter(
    "dengta_over_limit_total", "Requests refused since they asked for more than a limit allows, by its code.", ["code"]
)
_count = {code: _over.labels(code).inc for code in CODES}


def count_over_limit(errors: Iterable[GraphQLError]) -> None:
    """Those among the errors of a request that was refused; others have other causes."""
    for error in errors:
        count = _count.get((error.extensions or {}).get("code", ""))
        if count is not None:
            count()
