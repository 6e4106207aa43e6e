"""审批事项: one file for each kind of request; the list is the whole of it."""

from domain.approvals.kinds.death import DEATH
from domain.approvals.kinds.expulsion import EXPULSION
from domain.approvals.kinds.leaving import Leaving
from domain.approvals.kinds.other_removal import OTHER_REMOVAL
from domain.approvals.kinds.suspension import SUSPENSION
from domain.codes import RequestKind

LEAVINGS = {leaving.kind: leaving for leaving in (EXPULSION, SUSPENSION, DEATH, OTHER_REMOVAL)}

__all__ = ["LEAVINGS", "Leaving", "RequestKind"]
