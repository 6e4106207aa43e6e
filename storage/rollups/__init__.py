"""汇总: numbers of members counted in advance for the larger organisations, exact without a lock on any of them.

A change of a member adds to `member_deltas` in its own transaction, by triggers; a job folds these into the counts. At
any moment the members are what the counts say with what the deltas add, and each statement here sees both at one
moment. Whoever writes counts is `alone` with that.
"""

from storage.rollups.aging import day_of_counts
from storage.rollups.counting import counts_in_advance
from storage.rollups.folding import alone, fold_deltas
from storage.rollups.sizing import note_sizing, resize, resizings, sized_on
from storage.rollups.totals import members_of_total

__all__ = [
    "alone",
    "counts_in_advance",
    "day_of_counts",
    "fold_deltas",
    "members_of_total",
    "note_sizing",
    "resize",
    "resizings",
    "sized_on",
]
