"""Much in little room: a chart shows the largest, and the rest together, and says so."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from charts.chart import APART, OTHERS, Series
from domain.errors import Message
from server.charting.telling import Telling

MOST_ROWS = 40
_OTHER_ROWS = Message("其余 {number} 个组织", "{number} other organisations")
_NOT_TO_SCALE = Message(
    "最后一条为其余组织的合计，不按上面各条的比例",
    "The last bar, of all others together, is not to the scale of those above",
)
_OTHER_BUCKETS = Message("其余 {number} 类", "{number} others")


@dataclass(frozen=True, slots=True)
class Row:
    """One organisation, or several `others` together: what was counted there, by names."""

    label: str
    numbers: Mapping[str, int]
    others: bool = False


def shortened(rows: Sequence[Row], size: Callable[[Row], Any], telling: Telling) -> list[Row]:
    """As they are while there are few; else the largest first, and one for all others together."""
    if len(rows) <= MOST_ROWS:
        return list(rows)
    largest = sorted(rows, key=size, reverse=True)
    rest = largest[MOST_ROWS:]
    sums: Counter[str] = Counter()
    for row in rest:
        sums.update(row.numbers)
    return [*largest[:MOST_ROWS], Row(telling.say(_OTHER_ROWS, number=len(rest)), sums, others=True)]


@dataclass(frozen=True, slots=True)
class Scale:
    """`full`: the number that fills the width. Others together may go past it, and are then drawn by themselves."""

    full: int

    def of(self, length: int) -> int:
        return max(self.full, length)


def scale_of(rows: Sequence[Row], length: Callable[[Row], int]) -> Scale:
    return Scale(max(length(row) for row in rows if not row.others))


def note_on(scale: Scale, rows: Sequence[Row], length: Callable[[Row], int], telling: Telling) -> str:
    """Where a bar does not keep to the scale of the rest."""
    return telling.say(_NOT_TO_SCALE) if any(length(row) > scale.full for row in rows) else ""


@dataclass(frozen=True, slots=True)
class Spread:
    """Which buckets have a colour of their own: as many as can be told apart, the largest, in their order."""

    keys: Sequence[str]
    series: Sequence[Series]

    def parts(self, numbers: Mapping[str, int]) -> list[int]:
        """One for each series; what has no colour of its own together in the last."""
        own = [numbers.get(key, 0) for key in self.keys]
        others = [sum(numbers.values()) - sum(own)] if len(self.series) > len(self.keys) else []
        return own + others


def spread(names: Mapping[str, str], numbers: Mapping[str, int], telling: Telling) -> Spread:
    """`names`: of the buckets, in their order."""
    filled = [key for key in names if numbers[key]]
    largest = set(sorted(filled, key=lambda key: numbers[key], reverse=True)[: len(APART)])
    keys = [key for key in filled if key in largest]
    series = [Series(names[key], colour) for key, colour in zip(keys, APART, strict=False)]
    others = [key for key in filled if key not in largest]
    if others:
        name = names[others[0]] if len(others) == 1 else telling.say(_OTHER_BUCKETS, number=len(others))
        series.append(Series(name, OTHERS))
    return Spread(keys, series)
