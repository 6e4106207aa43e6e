"""实名认证申请/备案: for someone whom the real-name check does not know, with the signed collection form attached."""

from domain.approvals.kinds.approval_kind import COUNTY, ApprovalKind
from domain.codes import RequestKind

REAL_NAME_FILING = ApprovalKind(
    kind=RequestKind.REAL_NAME_FILING, decided_by=COUNTY, is_designated=True, needs_attachments=True
)
"""Also for a member who is not verified yet."""
