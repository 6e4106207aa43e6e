"""出党: the approving committee decides."""

from domain.approvals.kinds.approval_kind import APPROVING, Leaving
from domain.codes import HistoryKind, RequestKind

EXPULSION = Leaving(kind=RequestKind.EXPULSION, decided_by=APPROVING, archived_as=HistoryKind.EXPELLED)
