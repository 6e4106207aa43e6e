"""Which member gets which defect: exactly as many of each as its share asks for, scattered over the province."""

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

from domain.synthetic.affine import shuffled
from domain.synthetic.defects import BLOCK, DEFECTS, Defect

_AT_LEAST = 3
_MEMBERS_FOR_ONE = 500


class Dealing:
    """Known from the number of members alone, so that members can be made in any order and in parallel."""

    def __init__(self, members: int) -> None:
        self.members = members

    @cached_property
    def _blocks(self) -> int:
        return self.members // BLOCK

    @cached_property
    def _bounds(self) -> list[int]:
        """The ranks up to which each defect's blocks go."""
        return list(accumulate(self._blocks_for(defect) for defect in DEFECTS))

    def _blocks_for(self, defect: Defect) -> int:
        fewest = min(_AT_LEAST, self.members // _MEMBERS_FOR_ONE)
        return max(fewest, round(defect.share * self.members / 100_000 / defect.members))

    def defect_of(self, member: int) -> Defect | None:
        block, place = divmod(member - 1, BLOCK)
        if block >= self._blocks:
            return None
        rank = shuffled(block, self._blocks)
        if rank >= self._bounds[-1]:
            return None
        defect = DEFECTS[bisect_right(self._bounds, rank)]
        first = block % BLOCK if defect.members == 1 else 0
        return defect if first <= place < first + defect.members else None
