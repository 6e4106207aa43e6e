"""记录: what storage reads and every room above passes on. The field names are those of the columns."""

from datetime import date, datetime
from typing import NamedTuple


class OrganizationRecord(NamedTuple):
    """党组织."""

    id: int
    parent_id: int | None
    path: str
    name: str
    kind: str
    division_code: str | None
    can_approve_membership: bool


class MemberRecord(NamedTuple):
    """党员. A field that the caller may see only masked holds its mask."""

    id: int
    branch_id: int
    org_path: str
    name: str
    name_pinyin: str
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
    lost_contact: bool
    lost_contact_since: date | None
    floating: bool
    floating_direction: str | None
    real_name_status: str
    transfer_in_progress: bool
    photo: str | None
    version: int
    created_at: datetime
    updated_at: datetime


class AttachmentRecord(NamedTuple):
    """相关资料 of a member."""

    id: int
    member_id: int
    name: str
    content_type: str
    size: int
    uploaded_at: datetime
