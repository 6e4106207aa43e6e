"""汇总: what is counted in advance, and how what was counted is told as buckets.

A combination is the columns of one dimension or of two. What is counted is the number of members by their marks: what a
column holds, or the span in which its date lies. Dimensions of one column share what was counted by it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Any, Final, NamedTuple

from domain.filtering import AllOf, Condition, Filter, Operator, Within
from domain.paths import lies_within
from domain.statistics import DIMENSIONS, MISSING, BySpan, ByValue, Dimension, Span, mark_of

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


class Total(NamedTuple):
    """党员总数: how many members of a subtree there are, or of these those with certain marks."""

    path: str
    conditions: tuple[Condition, ...] = ()

    @property
    def marks(self) -> Mapping[str, frozenset[str]]:
        """By column those that count, in alphabetical order of the columns; none is every mark."""
        found: dict[str, frozenset[str]] = {}
        for condition in sorted(self.conditions, key=lambda condition: condition.field):
            marks = _MARKS[condition.operator](condition.operand)
            found[condition.field] = found.get(condition.field, marks) & marks
        return found


def total_of(path: str, where: Filter | None) -> Total | None:
    """Of the members below the path who satisfy the filter. None for what no combination can tell: anything but one
    value or several of one column or two, whose marks are no spans."""
    parts = () if where is None else where.parts if isinstance(where, AllOf) else (where,)
    conditions = []
    for part in parts:
        if isinstance(part, Within) and part.path is not None and lies_within(part.path, path):
            path = part.path
        elif isinstance(part, Condition) and _tells_marks(part):
            conditions.append(part)
        else:
            return None
    total = Total(path, tuple(conditions))
    return total if len(total.marks) <= len(PAIRS[0]) else None


def _tells_marks(condition: Condition) -> bool:
    if condition.field not in COLUMNS or condition.field in SPANS or condition.operator not in _MARKS:
        return False
    return condition.operator is not Operator.MISSING or condition.operand is True


_MARKS: Mapping[Operator, Callable[[Any], frozenset[str]]] = {
    Operator.EXACT: lambda operand: frozenset({mark_of(operand)}),
    Operator.MULTI: lambda operand: frozenset(map(mark_of, operand)),
    Operator.MISSING: lambda _: frozenset({MISSING.key}),
}


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
