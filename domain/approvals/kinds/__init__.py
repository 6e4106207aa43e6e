"""审批事项: one file for each kind of request; the list is the whole of it."""

from collections.abc import Mapping

from domain.approvals.kinds.admission import ADMISSION
from domain.approvals.kinds.approval_kind import ApprovalKind, Asker, Leaving
from domain.approvals.kinds.death import DEATH
from domain.approvals.kinds.expulsion import EXPULSION
from domain.approvals.kinds.other_removal import OTHER_REMOVAL
from domain.approvals.kinds.real_name_filing import REAL_NAME_FILING
from domain.approvals.kinds.rename import RENAME
from domain.approvals.kinds.suspension import SUSPENSION
from domain.codes import LeavingKind, RequestKind

LEAVINGS: Mapping[LeavingKind, Leaving] = {
    LeavingKind.EXPULSION: EXPULSION,
    LeavingKind.SUSPENSION: SUSPENSION,
    LeavingKind.DEATH: DEATH,
    LeavingKind.OTHER_REMOVAL: OTHER_REMOVAL,
}
APPROVAL_KINDS: Mapping[RequestKind, ApprovalKind] = {
    each.kind: each for each in (ADMISSION, *LEAVINGS.values(), RENAME, REAL_NAME_FILING)
}

__all__ = [
    "ADMISSION",
    "APPROVAL_KINDS",
    "LEAVINGS",
    "REAL_NAME_FILING",
    "RENAME",
    "ApprovalKind",
    "Asker",
    "Leaving",
]
