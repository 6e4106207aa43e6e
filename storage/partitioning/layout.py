"""县级键: which members lie in which part.

The key is the path of the county, or the city, which every member's own path begins with: a part is a range of paths.
The subtree of an organisation is one too, so that a query within a county finds its part, as it is written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from domain.paths import end_of_subtree, lies_within


@dataclass(frozen=True, slots=True)
class Part:
    """Paths from `begin` on and before `end`; None is no bound. `server`: the URL of where it lies, None: here."""

    number: int
    begin: str | None
    end: str | None
    server: str | None = None

    @property
    def table(self) -> str:
        return f"members_part_{self.number}"


def parts_between(roots_here: Iterable[str], elsewhere: Mapping[str, str]) -> list[Part]:
    """One for each of the paths, and one for each organisation that lies `elsewhere`: path → URL. Together they hold
    every path there can be: what stands between two of them lies with the one before.

    ValueError when one organisation elsewhere lies within another.
    """
    roots = sorted(elsewhere)
    if any(lies_within(inner, outer) for outer, inner in pairwise(roots)):
        raise ValueError("one of the organisations lies within another")
    here = [path for path in roots_here if not any(lies_within(path, root) for root in roots)]
    cuts = sorted({*here, *roots, *map(end_of_subtree, roots)})
    bounds = pairwise([None, *cuts, None])
    return [
        Part(number, begin, end, None if begin is None else elsewhere.get(begin))
        for number, (begin, end) in enumerate(bounds, 1)
    ]
