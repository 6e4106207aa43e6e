"""开销: what a field costs, said beside it, from which the cost of an operation is known before it runs.

A point is about one record that is read and given. What a caller writes costs by itself; lists multiply what is in
them.
"""

from dataclasses import dataclass

PAGE = "page"
"""As many as `first` or `last` of the connection say."""

SEARCHING = 10
"""Points of a field's `where`, when there is one."""

CHANGING = 10
"""Points of a field of Mutation, whatever it declares besides."""

COSTS = "costs"
"""In a field's metadata: its `Costs`."""


@dataclass(frozen=True, slots=True)
class Costs:
    own: int | None = None
    """Points of each value; None: 1 of an object, 0 of anything else."""

    size: int | str | None = None
    """Of a list: how many it is taken to have, as a number that is seldom exceeded, or by the list among the arguments
    that says so (`input.members`: within an argument). What is no list may be as many times as dear by it, too."""


IN_PAGE = Costs(size=PAGE)
ASSEMBLED = Costs(own=0)
"""Made of what is there already."""

REPORT = Costs(own=200)
"""Counts members, or reads what was counted, for an organisation and each of its children."""
