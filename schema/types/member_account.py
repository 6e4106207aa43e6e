from datetime import datetime

import strawberry

from auth.default_matrix import FieldClass
from domain.codes import MemberAccountState
from schema.traits import record_field


@strawberry.type(description="个人专区账号。A member's own account in the public personal zone.")
class MemberAccount:
    # fmt: off
    phone: str = record_field("注册手机号", "Registered phone: the mobile number by which the member signs in there.", read=FieldClass.PERSONAL, writable=True)
    registered_at: datetime = record_field("注册时间", "Registered at.")
    state: MemberAccountState = record_field("账号状态", "State: in use, disabled as its member has left, or cancelled for good.")
    cancelled_by: str | None = record_field("注销人", "Subject of the account that cancelled it; null when nobody did.")
    cancelled_at: datetime | None = record_field("注销时间", "When it was cancelled.")
    cancelled_because: str | None = record_field("注销原因", "Why it was cancelled.")
    # fmt: on
