"""录入字段: what people enter into a member's record, the same of one who is to enter and of one who is corrected."""

from datetime import date
from typing import Any

import strawberry

from auth.visibility import FieldUse, Purpose
from domain.codes import (
    Education,
    Ethnicity,
    FloatingDirection,
    Gender,
    MemberCategory,
    MembershipStatus,
    WorkPosition,
)
from schema.filters import condition_part


def entered(description: str, field: str, purpose: Purpose = Purpose.WRITE) -> Any:
    """A part of the input that may be left out, and the use that it makes of the member's field."""
    return condition_part(description, FieldUse(f"Member.{field}", purpose))


@strawberry.input
class EnteredFields:
    # fmt: off
    gender: Gender | None = entered("性别。Gender.", "gender")
    ethnicity: Ethnicity | None = entered("民族。Ethnicity.", "ethnicity")
    birth_date: date | None = entered("出生日期。Date of birth.", "birth_date")
    education: Education | None = entered("学历。Education.", "education")
    category: MemberCategory | None = entered("人员类别。Category: formal or probationary.", "category")
    branch_id: strawberry.ID | None = entered(
        "所在党支部。Global id of the branch, of the caller's own subtree.", "branch"
    )
    joined_on: date | None = entered("加入党组织日期。Joined on.", "joined_on")
    formal_on: date | None = entered("转正日期。Formal on.", "formal_on")
    work_position: WorkPosition | None = entered("工作岗位。Work position.", "work_position")
    phone: str | None = entered("联系电话。Phone: mobile, or landline with area code.", "phone")
    home_address: str | None = entered("家庭住址。Home address.", "home_address")
    status: MembershipStatus | None = entered("党籍状态。Membership status.", "status")
    lost_contact: bool | None = entered("是否为失联党员。Lost contact.", "lost_contact")
    lost_contact_since: date | None = entered("失联日期。Lost contact since.", "lost_contact_since")
    floating: bool | None = entered("是否流动党员。Floating member.", "floating")
    floating_direction: FloatingDirection | None = entered("流动方向。Floating direction.", "floating_direction")
    photo_id: strawberry.ID | None = entered("照片。Global id of a photo that the caller has uploaded.", "photo")
    # fmt: on
