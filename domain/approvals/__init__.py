"""审批: what is asked for, who decides it, and what stands in its way. The names of fields are those of the columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from domain.approvals.changes import KeptChanges
from domain.codes import FilingStatus, RequestState

__all__ = ["FILING_STATUS", "HistoryMemberRecord", "RequestRecord"]

FILING_STATUS: Mapping[RequestState, FilingStatus] = {
    RequestState.PENDING: FilingStatus.UNVERIFIED,
    RequestState.APPROVED: FilingStatus.FILED,
    RequestState.REJECTED: FilingStatus.REJECTED,
    RequestState.WITHDRAWN: FilingStatus.CANCELLED,
}
"""How the real-name list (5.9) calls what has become of a request."""


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """审批申请, as it stands. `org_path` is where the member hung when it was asked for, or is to hang.

    `member_id` is None until somebody has entered by it; `changes` are what it is to change in the record.
    """

    id: int
    kind: str
    state: str
    member_id: int | None
    member_name: str
    changes: KeptChanges | None
    branch_id: int
    org_path: str
    reason: str
    requested_by: str
    requested_at: datetime
    requester_organization_id: int
    requester_path: str
    decided_by: str | None
    decided_at: datetime | None
    decider_organization_id: int | None
    opinion: str | None
    restored_by: str | None
    restored_at: datetime | None
    restored_because: str | None
    purged_by: str | None
    purged_at: datetime | None
    purged_because: str | None
    version: int


class HistoryMemberRecord(NamedTuple):
    """历史党员: a member's record as it stood when the member left."""

    id: int
    kind: str
    archived_at: datetime
    reason: str
    request_id: int
    branch_id: int
    org_path: str
    name: str
    identity_number: str
    gender: str
    ethnicity: str | None
    birth_date: date | None
    education: str | None
    category: str
    joined_on: date | None
    formal_on: date | None
    work_position: str
    phone: str | None
    home_address: str | None
    status: str
    photo: str | None
    version: int
