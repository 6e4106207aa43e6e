"""新增申请(补录): an approving committee asks, the county decides."""

from domain.approvals.kinds.approval_kind import COUNTY, ApprovalKind, Asker
from domain.codes import RequestKind

ADMISSION = ApprovalKind(kind=RequestKind.ADMISSION, decided_by=COUNTY, asked_by=Asker.APPROVING_COMMITTEE)
