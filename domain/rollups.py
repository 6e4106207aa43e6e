"""汇总: what is counted in advance, and how what was counted is told as buckets.

A combination is the columns of one dimension or of two. What is counted is the number of members by their marks: what a
column holds, or the span in which its date lies. Dimensions of one column share what was counted by it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Final, NamedTuple

from domain.statistics import DIMENSIONS, BySpan, ByValue, Dimension, Span

Combination = tuple[str, ...]
"""Names of columns, in alphabetical order: one, or two."""

COLUMNS: Final = tuple(sorted({dimension.column for dimension in DIMENSIONS.values()}))
SINGLE: Final[tuple[Combination, ...]] = tuple((column,) for column in COLUMNS)
PAIRS: Final[tuple[Combination, ...]] = tuple(combinations(COLUMNS, 2))
SPANS: Final[Mapping[str, Callable[[date], tuple[Span, ...]]]] = {
    dimension.column: dimension.spans for dimension in DIMENSIONS.values() if isinstance(dimension, BySpan)
}
"""The columns whose dates are sorted into spans."""

BETWEEN: Final = " "
"""Stands between columns, and between marks; none of them has one."""


def combination_of(dimensions: Sequence[Dimension]) -> Combination:
    return tuple(sorted({dimension.column for dimension in dimensions}))


def name_of(combination: Combination) -> str:
    return BETWEEN.join(combination)


def keys_of(dimensions: Sequence[Dimension], combination: Combination, marks: str) -> tuple[str, ...]:
    """The key of the bucket of each dimension."""
    mark_of_column = dict(zip(combination, marks.split(BETWEEN), strict=True))
    return tuple(_bucket(dimension, mark_of_column[dimension.column]) for dimension in dimensions)


def _bucket(dimension: Dimension, mark: str) -> str:
    return dimension.keys[mark] if isinstance(dimension, ByValue) else mark


class Thresholds(NamedTuple):
    """From how many members on an organisation is rolled up, and from how many by pairs of columns too."""

    single: int
    pairs: int

    def wants(self, members: int, has: bool | None) -> bool | None:
        """Whether by pairs; None for not at all. What is there stays until it is half as large: there is no to and
        fro about the threshold."""
        if members < (self.single if has is None else self.single / 2):
            return None
        return members >= (self.pairs / 2 if has else self.pairs)


DEFAULT_THRESHOLDS: Final = Thresholds(single=2_000, pairs=10_000)
