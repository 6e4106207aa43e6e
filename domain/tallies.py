"""计数: how many members there are in each bucket of one dimension or of two, and the sums that follow from it."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from domain.codes import StatisticsDimension
from domain.reach import Reach
from domain.statistics import DIMENSIONS

Counts = Counter[tuple[str, ...]]
"""The keys of a bucket of each dimension → how many members lie in all of them."""


@dataclass(frozen=True, slots=True)
class CountedBucket:
    """分组计数."""

    key: str
    label: str
    english_label: str
    count: int


@dataclass(frozen=True, slots=True)
class Cell:
    """交叉分组计数."""

    key: str
    by_key: str
    count: int


@dataclass(frozen=True)
class Tally:
    """Members counted by one dimension, or by two."""

    dimensions: tuple[StatisticsDimension, ...]
    counts: Counts

    @cached_property
    def total(self) -> int:
        return self.counts.total()

    @cached_property
    def buckets(self) -> list[CountedBucket]:
        return self._along(0)

    @cached_property
    def by_buckets(self) -> list[CountedBucket]:
        return self._along(1) if len(self.dimensions) > 1 else []

    @cached_property
    def cells(self) -> list[Cell]:
        """In the order of the buckets, those in which there is somebody."""
        if len(self.dimensions) == 1:
            return []
        first, second = (DIMENSIONS[dimension].buckets for dimension in self.dimensions)
        pairs = ((one.key, other.key) for one in first for other in second)
        return [Cell(*pair, self.counts[pair]) for pair in pairs if self.counts[pair]]

    def _along(self, place: int) -> list[CountedBucket]:
        """Every bucket of the dimension at that place, in its order."""
        sums: Counter[str] = Counter()
        for keys, count in self.counts.items():
            sums[keys[place]] += count
        return [
            CountedBucket(bucket.key, bucket.label.chinese, bucket.label.english, sums[bucket.key])
            for bucket in DIMENSIONS[self.dimensions[place]].buckets
        ]


@dataclass(frozen=True)
class OrganizationTally(Tally):
    """A row: the members of a direct child with all below it, or those who hang on the organisation itself."""

    organization_id: int
    reach: Reach


@dataclass(frozen=True)
class StatisticsTally(Tally):
    """党员统计 of an organisation with all below it. Its rows add up to it."""

    organization_id: int
    rows: list[OrganizationTally]

    @property
    def dimension(self) -> StatisticsDimension:
        return self.dimensions[0]

    @property
    def by(self) -> StatisticsDimension | None:
        return self.dimensions[1] if len(self.dimensions) > 1 else None
