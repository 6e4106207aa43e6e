from collections.abc import Mapping
from typing import Any

import strawberry

from domain.approvals import HistoryMemberRecord, RequestRecord
from domain.exports import ExportRecord
from domain.partners import PartnerRecord
from domain.records import AccountRecord, MemberRecord, OrganizationRecord
from domain.saved_queries import SavedQueryRecord
from domain.validation.check import CheckRecord
from schema.traits import open_field

_TYPES: Mapping[type, str] = {
    MemberRecord: "Member",
    OrganizationRecord: "Organization",
    AccountRecord: "Account",
    PartnerRecord: "Partner",
    RequestRecord: "ApprovalRequest",
    HistoryMemberRecord: "HistoryMember",
    CheckRecord: "Check",
    ExportRecord: "Export",
    SavedQueryRecord: "SavedQuery",
}


@strawberry.interface(description="可全局查找的对象。Whatever can be found again by its global id.")
class Node:
    global_id: strawberry.ID = open_field("全局标识", "Opaque global id.", name="id")

    @classmethod
    def resolve_type(cls, record: Any, _info: Any, _abstract_type: Any) -> str:
        return next(name for kind, name in _TYPES.items() if isinstance(record, kind))
