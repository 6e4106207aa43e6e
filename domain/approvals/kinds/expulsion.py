"""出党: the approving committee decides."""

from domain.approvals.kinds.leaving import APPROVING, Leaving
from domain.codes import HistoryKind, RequestKind

EXPULSION = Leaving(RequestKind.EXPULSION, decided_by=APPROVING, archived_as=HistoryKind.EXPELLED)
