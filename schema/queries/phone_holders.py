from collections.abc import Sequence
from typing import Annotated

import strawberry

from auth.visibility import FieldUse, Purpose
from domain.records import MemberRecord
from resolvers import phone_holders
from schema.filters import USE
from schema.info import Info
from schema.lookahead import selection_of
from schema.traits import record_field
from schema.types.member import Member


@strawberry.input(description="注册手机号检索条件。The phone number that is looked up.")
class PhoneHolderFilter:
    phone: str = strawberry.field(
        description="联系电话。Exactly this number: mobile, or landline with area code.",
        metadata={USE: FieldUse("Member.phone", Purpose.MATCH)},
    )


Where = Annotated[PhoneHolderFilter, strawberry.argument(description="检索条件。What is looked up.")]


async def _phone_holders(info: Info, where: Where) -> Sequence[MemberRecord]:
    return await phone_holders.phone_holders(info.context, where.phone, selection_of(info, "Member"))


@strawberry.type
class PhoneHolderQueries:
    # fmt: off
    phone_holders: list[Member] = record_field("注册手机号检索", "Who holds a phone number; at most 20 look-ups a minute, each recorded.", resolver=_phone_holders)
    # fmt: on
