"""去世: the approving committee decides."""

from domain.approvals.kinds.approval_kind import APPROVING, Leaving
from domain.codes import HistoryKind, RequestKind

DEATH = Leaving(kind=RequestKind.DEATH, decided_by=APPROVING, archived_as=HistoryKind.DECEASED)
