"""注册手机号检索: who holds a phone number. Each look-up is counted, and recorded as one of its own kind."""

import unicodedata
from collections.abc import Sequence

from auth.rate_limits import PHONE_LOOKUP_PER_ACCOUNT, PHONE_LOOKUP_PER_ADDRESS, RateLimits, network_of
from auth.visibility import FieldUse, Purpose
from domain.errors import bad_input
from domain.filtering import Condition, Operator
from domain.lookups import PhoneQuestion
from domain.pages import PageRequest, Search
from domain.phones import is_phone
from domain.records import MemberRecord, Selection
from resolvers.context import RequestContext
from resolvers.masking import as_shown
from storage.members import page_of_members

MOST_HOLDERS = 100


async def phone_holders(context: RequestContext, phone: str, selection: Selection) -> Sequence[MemberRecord]:
    """The members of the scope with exactly this phone: one, unless records are wrong. TooManyAttemptsError."""
    context.permissions.require([FieldUse("Member.phone", Purpose.MATCH)])
    tidy = unicodedata.normalize("NFKC", phone).strip()
    if not is_phone(tidy):
        raise bad_input(
            "phone 既不是手机号码，也不是带区号的固定电话，请核对。",
            "phone is neither a mobile number nor a landline with its area code: check it.",
            ("where", "phone"),
        )
    limits = RateLimits(context.database, context.code_key, context.clock)
    await limits.require(PHONE_LOOKUP_PER_ACCOUNT, context.actor.subject)
    await limits.require(PHONE_LOOKUP_PER_ADDRESS, network_of(context.address))
    search = Search(Condition("phone", Operator.EXACT, tidy), (), PageRequest(MOST_HOLDERS))
    page = await page_of_members(context.database, context.scope, search, selection)
    context.journal.returned(PhoneQuestion(tidy), len(page.records))
    return as_shown(context, "Member", page.records)
