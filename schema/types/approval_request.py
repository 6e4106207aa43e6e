from collections.abc import Sequence
from datetime import datetime

import strawberry

from auth.default_matrix import FieldClass
from domain.approvals import HistoryMemberRecord, RequestRecord
from domain.codes import RequestKind, RequestState
from domain.filtering import FieldKind
from domain.records import MemberRecord, OrganizationRecord
from resolvers import history_members, members
from schema.identifiers import encoded
from schema.info import Info
from schema.lookahead import selection_of
from schema.organizations_of import organizations_with_ids
from schema.resolving import for_all
from schema.traits import record_field
from schema.types.history_member import HistoryMember
from schema.types.member import Member
from schema.types.node import Node
from schema.types.organization import Organization

BUSINESS = FieldClass.BUSINESS
CODE, KEY, MOMENT = FieldKind.CODE, FieldKind.KEY, FieldKind.MOMENT


def _id(root: RequestRecord) -> strawberry.ID:
    return encoded("ApprovalRequest", root.id)


@for_all
async def _member(root: Sequence[RequestRecord], info: Info) -> list[MemberRecord | None]:
    ids = [request.member_id for request in root]
    return await members.members_as_changed(info.context, ids, selection_of(info, "Member"))


@for_all
async def _history_member(root: Sequence[RequestRecord], info: Info) -> list[HistoryMemberRecord | None]:
    return await history_members.find_history_members(info.context, [request.member_id for request in root])


@for_all
async def _branch(root: Sequence[RequestRecord], info: Info) -> list[OrganizationRecord | None]:
    return await organizations_with_ids(info, [request.branch_id for request in root])


@for_all
async def _requester(root: Sequence[RequestRecord], info: Info) -> list[OrganizationRecord | None]:
    return await organizations_with_ids(info, [request.requester_organization_id for request in root])


@for_all
async def _decider(root: Sequence[RequestRecord], info: Info) -> list[OrganizationRecord | None]:
    return await organizations_with_ids(info, [request.decider_organization_id for request in root])


@strawberry.type(description="审批申请。What an organisation has asked for, and what became of it.")
class ApprovalRequest(Node):
    # fmt: off
    global_id: strawberry.ID = record_field("全局标识", "Opaque global id.", read=BUSINESS, resolver=_id, name="id")
    kind: RequestKind = record_field("审批事项", "What is asked for.", read=BUSINESS, kind=CODE, default_condition=True)
    state: RequestState = record_field("审批状态", "How far it has come.", read=BUSINESS, kind=CODE, default_condition=True)
    member: Member | None = record_field("党员", "Whom it is about; null once the member has left, or outside the caller's scope.", read=BUSINESS, resolver=_member)
    history_member: HistoryMember | None = record_field("历史党员", "Whom it was about, once the member has left.", read=BUSINESS, resolver=_history_member)
    branch: Organization | None = record_field("所在党支部", "Where the member hung when it was asked for; null outside the caller's scope.", read=BUSINESS, resolver=_branch)
    reason: str = record_field("申请理由", "Reason.", read=BUSINESS)
    requested_by: str = record_field("申请人", "Subject of the account that asked.", read=BUSINESS, kind=KEY)
    requested_at: datetime = record_field("申请时间", "When it was asked for.", read=BUSINESS, kind=MOMENT, default_condition=True)
    requester: Organization | None = record_field("申请组织", "The organisation that asked; null outside the caller's scope.", read=BUSINESS, resolver=_requester)
    decided_by: str | None = record_field("审批人", "Subject of the account that decided or withdrew it.", read=BUSINESS)
    decided_at: datetime | None = record_field("审批时间", "When it was decided or withdrawn.", read=BUSINESS, kind=MOMENT)
    decider: Organization | None = record_field("审批组织", "The organisation that decided or withdrew it; null outside the caller's scope.", read=BUSINESS, resolver=_decider)
    opinion: str | None = record_field("审核意见", "Opinion of the decider.", read=BUSINESS)
    restored_by: str | None = record_field("找回人", "Subject of the account that brought the member back; null when nobody did.", read=BUSINESS)
    restored_at: datetime | None = record_field("找回时间", "When the member was brought back.", read=BUSINESS)
    restored_because: str | None = record_field("找回原因", "Why the member was brought back.", read=BUSINESS)
    purged_by: str | None = record_field("彻底删除人", "Subject of the account that erased the record; null when nobody did.", read=BUSINESS)
    purged_at: datetime | None = record_field("彻底删除时间", "When the record was erased; the reason and the opinions of all requests about the member went with it.", read=BUSINESS)
    purged_because: str | None = record_field("彻底删除原因", "Why the record was erased.", read=BUSINESS)
    version: int = record_field("版本", "Version: grows when it is decided.", read=BUSINESS)
    # fmt: on
