from collections.abc import Sequence
from typing import Annotated

import strawberry

from auth.visibility import FieldUse, Purpose
from domain.approvals import HistoryMemberRecord
from domain.records import MemberRecord, PhoneHolderRecord
from resolvers import phone_holders
from schema.costs import Costs
from schema.filters import USE, USED_TOO
from schema.info import Info
from schema.lookahead import selection_of
from schema.resolving import for_all
from schema.traits import record_field
from schema.types.history_member import HistoryMember
from schema.types.member import Member


@strawberry.input(description="注册手机号检索条件。The phone number that is looked up.")
class PhoneHolderFilter:
    phone: str = strawberry.field(
        description="手机号。Exactly this number, as a registered phone or in a record: mobile, or landline with area code.",
        metadata={
            USE: FieldUse("Member.phone", Purpose.MATCH),
            USED_TOO: (FieldUse("MemberAccount.phone", Purpose.MATCH),),
        },
    )


@for_all
async def _member(root: Sequence[PhoneHolderRecord], info: Info) -> list[MemberRecord | None]:
    return await phone_holders.current_holders(info.context, root, selection_of(info, "Member"))


@for_all
async def _history_member(root: Sequence[PhoneHolderRecord], info: Info) -> list[HistoryMemberRecord | None]:
    return await phone_holders.former_holders(info.context, root)


@strawberry.type(description="手机号持有人。Someone who holds a phone number, and how.")
class PhoneHolder:
    # fmt: off
    is_registered: bool = record_field("是否注册手机号", "Whether it is the phone of the own account, which one person has at most.")
    is_contact: bool = record_field("是否联系电话", "Whether it stands in the record of a current member.")
    member: Member | None = record_field("党员", "The member; null for whoever has left.", resolver=_member)
    history_member: HistoryMember | None = record_field("历史党员", "The one who has left and whose account has the phone still; null for a current member.", resolver=_history_member)
    # fmt: on


Where = Annotated[PhoneHolderFilter, strawberry.argument(description="检索条件。What is looked up.")]


async def _phone_holders(info: Info, where: Where) -> list[PhoneHolderRecord]:
    return await phone_holders.phone_holders(info.context, where.phone)


@strawberry.type
class PhoneHolderQueries:
    # fmt: off
    phone_holders: list[PhoneHolder] = record_field("注册手机号检索", "Who holds a phone number, by the own account or by the record; at most 20 look-ups a minute, each recorded.", resolver=_phone_holders, costs=Costs(own=10, size=5))
    # fmt: on
