"""文本检索: "contains" for Chinese text, where a word may be one character and trigrams know nothing of it.

The database function `text_grams` (made by a migration) gives a text's single characters and pairs for a GIN index.
The index finds candidates and LIKE decides. To compute the grams of a row costs fifty times as much as LIKE, so they
are asked for only where the index pays: not for what a tenth of all rows have (山东 in an address).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from storage.statements import Statement

_SHORTEST_TRIGRAM = 3
_FREQUENT = 0.1


def grams_to_look_for(needle: str) -> list[str]:
    """The indexed pieces that every text containing `needle` has: its pairs, or the character itself when it is one."""
    if len(needle) == 1:
        return [needle]
    return sorted({needle[place : place + 2] for place in range(len(needle) - 1)})


def is_unusual_in_a_number(needle: str) -> bool:
    """Too short for the trigram index, and with something else than a digit: only a small index knows where it is."""
    return len(needle) < _SHORTEST_TRIGRAM and not (needle.isascii() and needle.isdigit())


@dataclass(frozen=True, slots=True)
class FrequentGrams:
    """Index → the grams that at least a tenth of its rows have."""

    of_index: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def rare(self, index: str, needle: str) -> list[str]:
        """The grams of the needle that are worth looking for; none when all are frequent."""
        frequent = self.of_index.get(index, frozenset())
        return [gram for gram in grams_to_look_for(needle) if gram not in frequent]


FREQUENT_GRAMS = Statement("SELECT index_name, grams FROM frequent_grams(%(at_least)s)", {"at_least": _FREQUENT})
"""PostgreSQL keeps the statistics of an indexed expression under the index's name."""


def frequent_grams_from(rows: Iterable[tuple[str, list[str]]]) -> FrequentGrams:
    """From PostgreSQL's own statistics; a table that was never analysed has none."""
    return FrequentGrams({index: frozenset(grams) for index, grams in rows})
