from collections.abc import Sequence
from datetime import date, datetime

import strawberry

from auth.default_matrix import FieldClass
from domain.approvals import HistoryMemberRecord
from domain.codes import Education, Ethnicity, Gender, HistoryKind, MemberCategory, MembershipStatus, WorkPosition
from domain.filtering import FieldKind
from domain.records import AttachmentRecord, MemberAccountRecord, OrganizationRecord
from resolvers import history_members, member_accounts
from schema.costs import Costs
from schema.file_urls import url_of_photo
from schema.form_urls import ABOUT_FORM_URLS, url_of_form
from schema.identifiers import encoded
from schema.info import Info
from schema.organizations_of import organizations_with_ids
from schema.resolving import for_all
from schema.traits import record_field
from schema.types.attachment import Attachment
from schema.types.member_account import MemberAccount
from schema.types.node import Node
from schema.types.organization import Organization

TEXT, CODE, DATE, MOMENT = FieldKind.TEXT, FieldKind.CODE, FieldKind.DATE, FieldKind.MOMENT
PERSONAL = FieldClass.PERSONAL


def _id(root: HistoryMemberRecord) -> strawberry.ID:
    return encoded("HistoryMember", root.id)


@for_all
async def _branch(root: Sequence[HistoryMemberRecord], info: Info) -> list[OrganizationRecord | None]:
    return await organizations_with_ids(info, [member.branch_id for member in root])


@for_all
async def _account(root: Sequence[HistoryMemberRecord], info: Info) -> list[MemberAccountRecord | None]:
    return await member_accounts.history_member_accounts(info.context, [member.id for member in root])


def _photo(root: HistoryMemberRecord) -> str | None:
    return None if root.photo is None else url_of_photo("HistoryMember", root.id)


def _form_url(root: HistoryMemberRecord, info: Info) -> str:
    return url_of_form(info, "HistoryMember", root.id)


@for_all
async def _attachments(root: Sequence[HistoryMemberRecord], info: Info) -> Sequence[Sequence[AttachmentRecord]]:
    return await history_members.attachments_of(info.context, [member.id for member in root])


@strawberry.type(description="历史党员。Someone who has left, with the record as it stood then.")
class HistoryMember(Node):
    # fmt: off
    global_id: strawberry.ID = record_field("全局标识", "Opaque global id.", resolver=_id, name="id")
    kind: HistoryKind = record_field("历史党员类别", "Why the member left.", kind=CODE, default_condition=True)
    archived_at: datetime = record_field("离开时间", "When the member left.", kind=MOMENT, default_condition=True)
    reason: str = record_field("离开原因", "The reason, as the request gave it.")
    name: str = record_field("姓名", "Name.", kind=TEXT, default_condition=True)
    identity_number: str = record_field("公民身份证号", "Identity number.", read=PERSONAL, kind=TEXT)
    gender: Gender = record_field("性别", "Gender.", kind=CODE)
    ethnicity: Ethnicity | None = record_field("民族", "Ethnicity.", kind=CODE)
    birth_date: date | None = record_field("出生日期", "Date of birth.", kind=DATE)
    education: Education | None = record_field("学历", "Education.", kind=CODE)
    category: MemberCategory = record_field("人员类别", "Category: formal or probationary.", kind=CODE)
    branch: Organization = record_field("所在党支部", "The organisation that the member hung on.", resolver=_branch)
    joined_on: date | None = record_field("加入党组织日期", "Joined on.", kind=DATE)
    formal_on: date | None = record_field("转正日期", "Formal on: when probation ended.", kind=DATE)
    work_position: WorkPosition = record_field("工作岗位", "Work position.", kind=CODE)
    phone: str | None = record_field("联系电话", "Phone.", read=PERSONAL, kind=TEXT)
    home_address: str | None = record_field("家庭住址", "Home address.", read=PERSONAL, kind=TEXT)
    status: MembershipStatus = record_field("党籍状态", "Membership status before the member left.", kind=CODE)
    account: MemberAccount | None = record_field("个人专区账号", "The own account, as it is now; null for whoever has not registered.", resolver=_account)
    photo: str | None = record_field("照片", "Photo: where on this server it is downloaded; 120×168.", resolver=_photo)
    attachments: list[Attachment] = record_field("相关资料", "Attachments, oldest first.", resolver=_attachments, costs=Costs(size=5))
    collection_form_url: str = record_field("打印采集表地址", f"The record on paper: one page with what of it the reader may see. {ABOUT_FORM_URLS}", read=FieldClass.BUSINESS, resolver=_form_url)
    version: int = record_field("版本", "Version of the record.")
    # fmt: on
