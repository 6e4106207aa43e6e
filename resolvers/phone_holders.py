"""注册手机号检索: who holds a phone number. Each look-up is counted, and recorded as one of its own kind."""

import unicodedata
from collections.abc import Sequence

from auth.rate_limits import PHONE_LOOKUP_PER_ACCOUNT, PHONE_LOOKUP_PER_ADDRESS, network_of
from auth.visibility import FieldUse, Purpose
from domain.approvals import HistoryMemberRecord
from domain.errors import bad_input
from domain.lookups import PhoneQuestion
from domain.phones import is_phone
from domain.records import MemberRecord, PhoneHolderRecord, Selection
from resolvers.context import RequestContext
from resolvers.masking import as_shown
from storage.history_members import history_members_by_id
from storage.members import members_by_id
from storage.phone_holders import holders_of_phone

MOST_HOLDERS = 100
_MATCHED = [FieldUse(field, Purpose.MATCH) for field in ("Member.phone", "MemberAccount.phone")]


async def phone_holders(context: RequestContext, phone: str) -> list[PhoneHolderRecord]:
    """Who of the scope holds exactly this phone: one, unless records are wrong. TooManyAttemptsError."""
    context.permissions.require(_MATCHED)
    tidy = unicodedata.normalize("NFKC", phone).strip()
    if not is_phone(tidy):
        raise bad_input(
            "phone 既不是手机号码，也不是带区号的固定电话，请核对。",
            "phone is neither a mobile number nor a landline with its area code: check it.",
            ("where", "phone"),
        )
    await context.limits.require(PHONE_LOOKUP_PER_ACCOUNT, context.actor.subject)
    await context.limits.require(PHONE_LOOKUP_PER_ADDRESS, network_of(context.address))
    holders = await holders_of_phone(context.database, context.scope, tidy, MOST_HOLDERS)
    context.journal.returned(PhoneQuestion(tidy), len(holders))
    return holders


async def current_holders(
    context: RequestContext, holders: Sequence[PhoneHolderRecord], selection: Selection
) -> list[MemberRecord | None]:
    """For each the member, or None for whoever has left. The look-up is recorded already."""
    ids = [holder.member_id for holder in holders if not holder.has_left]
    found = await members_by_id(context.database, context.scope, ids, selection)
    shown = dict(zip(found, as_shown(context, "Member", list(found.values())), strict=True))
    return [shown.get(holder.member_id) for holder in holders]


async def former_holders(
    context: RequestContext, holders: Sequence[PhoneHolderRecord]
) -> list[HistoryMemberRecord | None]:
    """For each the one who has left, or None for a current member."""
    ids = [holder.member_id for holder in holders if holder.has_left]
    found = await history_members_by_id(context.database, context.scope, ids)
    shown = dict(zip(found, as_shown(context, "HistoryMember", list(found.values())), strict=True))
    return [shown.get(holder.member_id) for holder in holders]
