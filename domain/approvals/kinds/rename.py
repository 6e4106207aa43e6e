"""党员更名, which the real-name check did not pass: the branch asks with proof attached, the county decides."""

from domain.approvals.kinds.approval_kind import COUNTY, ApprovalKind, Asker
from domain.codes import RequestKind

RENAME = ApprovalKind(kind=RequestKind.RENAME, decided_by=COUNTY, asked_by=Asker.BRANCH, needs_attachments=True)
