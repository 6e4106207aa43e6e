"""停止党籍: the county decides."""

from domain.approvals.kinds.approval_kind import COUNTY, Leaving
from domain.codes import HistoryKind, RequestKind

SUSPENSION = Leaving(kind=RequestKind.SUSPENSION, decided_by=COUNTY, archived_as=HistoryKind.SUSPENDED)
