"""其他原因减少: the county decides."""

from domain.approvals.kinds.approval_kind import COUNTY, Leaving
from domain.codes import HistoryKind, RequestKind

OTHER_REMOVAL = Leaving(kind=RequestKind.OTHER_REMOVAL, decided_by=COUNTY, archived_as=HistoryKind.OTHER)
