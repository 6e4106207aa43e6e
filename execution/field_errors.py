"""Errors in the order in which an execution object by object, depth first, would have met them.

The executor goes level by level and meets them in another order, and it goes on beside a field whose error has already
nulled what both stand in. So each error is kept with its place, and sorted and sifted at the end.
"""

from typing import NamedTuple

from graphql import GraphQLError

Place = tuple[int, ...]
"""Position in each selection set and index in each list on the way from the root."""


class FieldError(NamedTuple):
    """`nulled` is the place that became null by it: its own, or that of the nearest field above that may be null."""

    place: Place
    nulled: Place
    error: GraphQLError


class FieldErrors:
    def __init__(self) -> None:
        self._found: list[FieldError] = []

    def add(self, error: FieldError) -> None:
        self._found.append(error)

    def in_order(self) -> list[GraphQLError]:
        """Without those that stand within what an earlier one has nulled."""
        nulled: set[Place] = set()
        kept = []
        for found in sorted(self._found, key=lambda error: error.place):
            if not any(found.nulled[:length] in nulled for length in range(len(found.nulled) + 1)):
                nulled.add(found.nulled)
                kept.append(found.error)
        return kept
