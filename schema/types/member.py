from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.clock import age_on
from domain.codes import (
    Education,
    Ethnicity,
    FloatingDirection,
    Gender,
    MemberCategory,
    MembershipStatus,
    RealNameStatus,
    WorkPosition,
)
from domain.filtering import FieldKind
from domain.members import MemberDraft
from domain.records import AttachmentRecord, MemberAccountRecord, MemberRecord
from domain.validation import ResultRecord
from resolvers import member_accounts, members, validation
from resolvers.context import RequestContext
from schema.costs import Costs
from schema.file_urls import url_of_photo
from schema.form_urls import ABOUT_FORM_URLS, url_of_form
from schema.identifiers import encoded
from schema.info import Info
from schema.resolving import for_all, of_record
from schema.traits import record_field
from schema.types.attachment import Attachment
from schema.types.member_account import MemberAccount
from schema.types.node import Node
from schema.types.validation import ValidationResult

if TYPE_CHECKING:
    from schema.types.organization import Organization

TEXT, NAME, CODE, DATE = FieldKind.TEXT, FieldKind.NAME, FieldKind.CODE, FieldKind.DATE
FLAG, NUMBER, MOMENT, FILE = FieldKind.FLAG, FieldKind.NUMBER, FieldKind.MOMENT, FieldKind.FILE
PERSONAL = FieldClass.PERSONAL


def _id(root: MemberRecord) -> strawberry.ID:
    return encoded("Member", root.id)


def age_of(member: MemberRecord | MemberDraft, context: RequestContext) -> int | None:
    return None if member.birth_date is None else age_on(member.birth_date, context.today)


def _photo(root: MemberRecord) -> str | None:
    return None if root.photo is None else url_of_photo("Member", root.id)


def _form_url(root: MemberRecord, info: Info) -> str:
    return url_of_form(info, "Member", root.id)


@for_all
async def _attachments(root: Sequence[MemberRecord], info: Info) -> Sequence[Sequence[AttachmentRecord]]:
    return await members.attachments_of(info.context, [member.id for member in root])


@for_all
async def _account(root: Sequence[MemberRecord], info: Info) -> list[MemberAccountRecord | None]:
    return await member_accounts.member_accounts(info.context, [member.id for member in root])


@for_all
async def _results(root: Sequence[MemberRecord], info: Info) -> Sequence[Sequence[ResultRecord]]:
    return await validation.results_of(info.context, [member.id for member in root])


@strawberry.type(description="党员。A current member; hangs on one organisation, nearly always a branch.")
class Member(Node):
    # fmt: off
    global_id: strawberry.ID = record_field("全局标识", "Opaque global id.", resolver=_id, reads=("id",), name="id")
    name: str = record_field("姓名", "Name.", kind=NAME, sortable=True, default_condition=True, writable=True)
    identity_number: str = record_field("公民身份证号", "Identity number: GB 11643, 18 characters.", read=PERSONAL, kind=TEXT, sortable=True, default_condition=True)
    gender: Gender = record_field("性别", "Gender.", kind=CODE, sortable=True, groupable=True, default_condition=True, writable=True)
    ethnicity: Ethnicity | None = record_field("民族", "Ethnicity.", kind=CODE, sortable=True, groupable=True, default_condition=True, writable=True)
    birth_date: date | None = record_field("出生日期", "Date of birth.", kind=DATE, sortable=True, writable=True)
    age: int | None = record_field("年龄", "Age: completed years today, in Asia/Shanghai.", kind=NUMBER, sortable=True, groupable=True, resolver=of_record(age_of), reads=("birth_date",))
    education: Education | None = record_field("学历", "Education.", kind=CODE, sortable=True, groupable=True, writable=True)
    category: MemberCategory = record_field("人员类别", "Category: formal or probationary.", kind=CODE, sortable=True, groupable=True, writable=True)
    branch: Annotated["Organization", strawberry.lazy("schema.types.organization")] = record_field("所在党支部", "Branch: the organisation that the member hangs on.", sortable=True, is_above=True, writable=True)
    joined_on: date | None = record_field("加入党组织日期", "Joined on.", kind=DATE, sortable=True, groupable=True, writable=True)
    formal_on: date | None = record_field("转正日期", "Formal on: when probation ended.", kind=DATE, sortable=True, writable=True)
    work_position: WorkPosition = record_field("工作岗位", "Work position.", kind=CODE, sortable=True, groupable=True, writable=True)
    phone: str | None = record_field("联系电话", "Phone: mobile, or landline with area code.", read=PERSONAL, kind=TEXT, sortable=True, writable=True)
    home_address: str | None = record_field("家庭住址", "Home address.", read=PERSONAL, kind=TEXT, sortable=True, writable=True)
    status: MembershipStatus = record_field("党籍状态", "Membership status.", kind=CODE, sortable=True, groupable=True, default_condition=True, writable=True)
    lost_contact: bool = record_field("是否为失联党员", "Lost contact.", kind=FLAG, sortable=True, groupable=True, writable=True)
    lost_contact_since: date | None = record_field("失联日期", "Lost contact since.", kind=DATE, sortable=True, writable=True)
    floating: bool = record_field("是否流动党员", "Floating member.", kind=FLAG, sortable=True, groupable=True, writable=True)
    floating_direction: FloatingDirection | None = record_field("流动方向", "Floating direction.", kind=CODE, sortable=True, groupable=True, writable=True)
    real_name_status: RealNameStatus = record_field("认证状态", "Real-name status.", kind=CODE, sortable=True, groupable=True)
    transfer_in_progress: bool = record_field("正在转接", "Transfer in progress.", kind=FLAG, sortable=True)
    photo: str | None = record_field("照片", "Photo: where on this server it is downloaded; 120×168.", kind=FILE, resolver=_photo, reads=("id", "photo"), writable=True)
    attachments: list[Attachment] = record_field("相关资料", "Attachments, oldest first.", resolver=_attachments, reads=("id",), writable=True, costs=Costs(size=5))
    account: MemberAccount | None = record_field("个人专区账号", "The member's own account; null for whoever has not registered.", resolver=_account, reads=("id",))
    validation_results: list[ValidationResult] = record_field("校验结果", "What is wrong with the record by the rules of data quality, as the last check or save found it.", read=FieldClass.BUSINESS, resolver=_results, reads=("id",), costs=Costs(size=5))
    collection_form_url: str = record_field("打印采集表地址", f"The collection form: one page with what of the record the reader may see. {ABOUT_FORM_URLS}", read=FieldClass.BUSINESS, resolver=_form_url, reads=("id",))
    version: int = record_field("版本", "Version: grows with every change; give it back when you save.")
    created_at: datetime = record_field("登记时间", "Created at.", kind=MOMENT, sortable=True)
    updated_at: datetime = record_field("更新时间", "Updated at.", kind=MOMENT, sortable=True)
    # fmt: on
