from dataclasses import dataclass, replace
from datetime import date

from domain.codes import (
    Education,
    Ethnicity,
    FloatingDirection,
    Gender,
    MemberCategory,
    MembershipStatus,
    WorkPosition,
)
from domain.identity_numbers import birth_date_in, gender_in


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDraft:
    """A member's record as it was entered, complete or not; the field names are those of the columns.

    What nobody enters is not here: 认证状态 comes from verification, 正在转接 from a transfer, 年龄 from 出生日期.
    """

    name: str | None = None
    identity_number: str | None = None
    gender: Gender | None = None
    ethnicity: Ethnicity | None = None
    birth_date: date | None = None
    education: Education | None = None
    category: MemberCategory | None = None
    branch_id: int | None = None
    joined_on: date | None = None
    formal_on: date | None = None
    work_position: WorkPosition | None = None
    phone: str | None = None
    home_address: str | None = None
    status: MembershipStatus | None = None
    lost_contact: bool | None = None
    lost_contact_since: date | None = None
    floating: bool | None = None
    floating_direction: FloatingDirection | None = None


def prefilled(draft: MemberDraft) -> MemberDraft:
    """The draft with gender and birth date from the identity number where they are empty; nothing is overruled."""
    number = draft.identity_number or ""
    return replace(
        draft,
        gender=draft.gender or gender_in(number),
        birth_date=draft.birth_date or birth_date_in(number),
    )
