from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import strawberry

from auth.default_matrix import FieldClass
from domain.approvals import FILING_STATUS, HistoryMemberRecord, RequestRecord
from domain.codes import FilingStatus, RequestKind, RequestState
from domain.files import FileRecord
from domain.filtering import FieldKind
from domain.records import MemberRecord, OrganizationRecord
from resolvers import history_members, members, request_changes, requests
from schema.costs import Costs
from schema.file_urls import FILES
from schema.identifiers import encoded
from schema.info import Info
from schema.lookahead import selection_of
from schema.organizations_of import organizations_with_ids
from schema.resolving import for_all
from schema.traits import record_field
from schema.types.attachment import Attachment
from schema.types.field_change import FieldChange
from schema.types.history_member import HistoryMember
from schema.types.member import Member
from schema.types.node import Node
from schema.types.organization import Organization

BUSINESS = FieldClass.BUSINESS
CODE, KEY, MOMENT, TEXT = FieldKind.CODE, FieldKind.KEY, FieldKind.MOMENT, FieldKind.TEXT

ValueT = TypeVar("ValueT")


def _id(root: RequestRecord) -> strawberry.ID:
    return encoded("ApprovalRequest", root.id)


def _member_ids(requests: Sequence[RequestRecord]) -> list[int]:
    """Of those who are, or were, in the register."""
    return [request.member_id for request in requests if request.member_id is not None]


def _of_each(requests: Sequence[RequestRecord], found: Mapping[int, ValueT | None]) -> list[ValueT | None]:
    return [None if request.member_id is None else found[request.member_id] for request in requests]


@for_all
async def _member(root: Sequence[RequestRecord], info: Info) -> list[MemberRecord | None]:
    ids = _member_ids(root)
    found = await members.members_as_changed(info.context, ids, selection_of(info, "Member"))
    return _of_each(root, dict(zip(ids, found, strict=True)))


@for_all
async def _history_member(root: Sequence[RequestRecord], info: Info) -> list[HistoryMemberRecord | None]:
    ids = _member_ids(root)
    return _of_each(root, dict(zip(ids, await history_members.find_history_members(info.context, ids), strict=True)))


@for_all
async def _attachments(root: Sequence[RequestRecord], info: Info) -> list[Sequence[FileRecord]]:
    return await requests.attachments_of(info.context, [request.id for request in root])


@for_all
async def _changes(root: Sequence[RequestRecord], info: Info) -> list[list[request_changes.FieldChange]]:
    found = await request_changes.changes_of(info.context, root)
    return [[_with_global_ids(change) for change in changes] for changes in found]


def _with_global_ids(change: request_changes.FieldChange) -> request_changes.FieldChange:
    """Where what stands there is a record of its own: the branch, and where the photo is downloaded."""
    if change.field not in _REFERRING:
        return change
    refer = _REFERRING[change.field]
    before, after = (value and refer(int(value)) for value in (change.before, change.after))
    return replace(change, before=before, after=after)


_REFERRING: Mapping[str, Callable[[int], str]] = {
    "branch": lambda number: encoded("Organization", number),
    "photo": lambda number: f"{FILES}/{encoded('File', number)}",
}


def _filing_status(root: RequestRecord) -> FilingStatus | None:
    is_filing = root.kind == RequestKind.REAL_NAME_FILING.value
    return FILING_STATUS[RequestState[root.state]] if is_filing else None


@for_all
async def _branch(root: Sequence[RequestRecord], info: Info) -> list[OrganizationRecord | None]:
    return await organizations_with_ids(info, [request.branch_id for request in root])


@for_all
async def _requester(root: Sequence[RequestRecord], info: Info) -> list[OrganizationRecord | None]:
    return await organizations_with_ids(info, [request.requester_organization_id for request in root])


@for_all
async def _decider(root: Sequence[RequestRecord], info: Info) -> list[OrganizationRecord | None]:
    return await organizations_with_ids(info, [request.decider_organization_id for request in root])


@for_all
async def _requester_name(root: Sequence[RequestRecord], info: Info) -> list[str | None]:
    return await requests.names_of(info.context, [request.requested_by for request in root])


@for_all
async def _decider_name(root: Sequence[RequestRecord], info: Info) -> list[str | None]:
    return await requests.names_of(info.context, [request.decided_by for request in root])


@strawberry.type(description="审批申请。What an organisation has asked for, and what became of it.")
class ApprovalRequest(Node):
    # fmt: off
    global_id: strawberry.ID = record_field("全局标识", "Opaque global id.", read=BUSINESS, resolver=_id, name="id")
    kind: RequestKind = record_field("审批事项", "What is asked for.", read=BUSINESS, kind=CODE, default_condition=True)
    state: RequestState = record_field("审批状态", "How far it has come.", read=BUSINESS, kind=CODE, default_condition=True)
    member_name: str = record_field("党员姓名", "Name of the person whom it is about, as it was when it was asked for; empty once the record is erased.", kind=TEXT)
    member: Member | None = record_field("党员", "Whom it is about; null before the person has entered and once the member has left, or outside the caller's scope.", read=BUSINESS, resolver=_member)
    history_member: HistoryMember | None = record_field("历史党员", "Whom it was about, once the member has left.", read=BUSINESS, resolver=_history_member)
    changes: list[FieldChange] = record_field("变更对比", "What it changes in the record, before and after, as far as the caller may see the fields.", read=BUSINESS, resolver=_changes, costs=Costs(size=5))
    filing_status: FilingStatus | None = record_field("实名认证列表状态", "What a request for real-name filing has come to; null for other kinds.", read=BUSINESS, resolver=_filing_status)
    attachments: list[Attachment] = record_field("证明材料", "The files that prove it, oldest first.", read=BUSINESS, resolver=_attachments, costs=Costs(size=5))
    branch: Organization | None = record_field("所在党支部", "Where the member hung when it was asked for, or is to hang; null outside the caller's scope.", read=BUSINESS, resolver=_branch)
    reason: str = record_field("申请理由", "Reason.", read=BUSINESS)
    requested_by: str = record_field("申请人", "Subject of the account that asked.", read=BUSINESS, kind=KEY)
    requester_name: str | None = record_field("申请人姓名", "Name of whoever asked; null for accounts outside the caller's scope.", read=BUSINESS, resolver=_requester_name)
    requested_at: datetime = record_field("申请时间", "When it was asked for.", read=BUSINESS, kind=MOMENT, default_condition=True)
    requester: Organization | None = record_field("申请组织", "The organisation that asked; null outside the caller's scope.", read=BUSINESS, resolver=_requester)
    decided_by: str | None = record_field("审批人", "Subject of the account that decided or withdrew it.", read=BUSINESS)
    decider_name: str | None = record_field("审批人姓名", "Name of whoever decided or withdrew it; null for accounts outside the caller's scope.", read=BUSINESS, resolver=_decider_name)
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
