from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.members import MemberDraft, prefilled
from schema.traits import record_field
from schema.types.member_prefill import MemberPrefill

IdentityNumber = Annotated[
    str, strawberry.argument(description="公民身份证号。The number as it was typed; nothing is looked up or recorded.")
]


def _member_prefill(identity_number: IdentityNumber) -> MemberDraft:
    return prefilled(MemberDraft(identity_number=identity_number.strip().upper()))


@strawberry.type
class MemberPrefillQueries:
    # fmt: off
    member_prefill: MemberPrefill = record_field("按身份证号预填", "What an identity number fills into a form.", read=FieldClass.BUSINESS, resolver=_member_prefill)
    # fmt: on
