"""去世: the approving committee decides."""

from domain.approvals.kinds.leaving import APPROVING, Leaving
from domain.codes import HistoryKind, RequestKind

DEATH = Leaving(RequestKind.DEATH, decided_by=APPROVING, archived_as=HistoryKind.DECEASED)
