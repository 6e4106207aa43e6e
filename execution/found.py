"""Values below a field that are there and are no lists, each with where it belongs."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

Indices = tuple[int, ...]
"""The way into the lists of a field: one index for each list."""


class Stretch(NamedTuple):
    """Values from `start` on that stand one after another in one list of the answer, from `first` on."""

    start: int
    first: int
    above: Indices
    places: list[Any]


class Found:
    """`owners` are the numbers of the objects that the values belong to."""

    __slots__ = ("_stretches", "owners", "values")

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.owners: list[int] = []
        self._stretches: list[Stretch] = []

    def add(self, value: Any, owner: int) -> None:
        """The value of a field that is no list."""
        self.values.append(value)
        self.owners.append(owner)

    def add_items(self, items: Sequence[Any], owner: int, above: Indices, first: int, places: list[Any]) -> None:
        """Items of a list, whose places in the answer are `places[first]` and what follows."""
        if not self._continues(first, places):
            self._stretches.append(Stretch(len(self.values), first, above, places))
        self.values += items
        self.owners += [owner] * len(items)

    def _continues(self, first: int, places: list[Any]) -> bool:
        if not self._stretches:
            return False
        last = self._stretches[-1]
        return last.places is places and last.first + len(self.values) - last.start == first

    def indices(self, number: int) -> Indices:
        """Where the value stands in the lists of its field."""
        if not self._stretches:
            return ()
        at = self._stretches[bisect_right(self._stretches, number, key=lambda stretch: stretch.start) - 1]
        return (*at.above, at.first + number - at.start)

    def subset(self, numbers: Iterable[int]) -> "Found":
        """The values with those numbers, in ascending order."""
        chosen = Found()
        for number in numbers:
            value, owner = self.values[number], self.owners[number]
            if not self._stretches:
                chosen.add(value, owner)
            else:
                at = self._stretches[bisect_right(self._stretches, number, key=lambda stretch: stretch.start) - 1]
                chosen.add_items([value], owner, at.above, at.first + number - at.start, at.places)
        return chosen

    def put(self, written: Sequence[Any], owners: Sequence[dict[str, Any]], name: str) -> None:
        """What was made of each value, into its place in the answer: under `name` in its owner's dict, or in a list."""
        if not self._stretches:
            for owner, one in zip(self.owners, written, strict=True):
                owners[owner][name] = one
            return
        for at, end in zip(self._stretches, self._ends(), strict=True):
            at.places[at.first : at.first + end - at.start] = written[at.start : end]

    def _ends(self) -> Iterable[int]:
        return [*(stretch.start for stretch in self._stretches[1:]), len(self.values)]
