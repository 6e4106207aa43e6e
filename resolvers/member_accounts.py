"""个人专区账号: reading members' own accounts."""

from collections.abc import Mapping, Sequence

from domain.lookups import ArchiveQuestion, Sought
from domain.records import MemberAccountRecord
from resolvers.context import RequestContext
from resolvers.masking import as_shown
from storage.member_accounts import accounts_of_history_members, accounts_of_members


async def member_accounts(context: RequestContext, member_ids: Sequence[int]) -> list[MemberAccountRecord | None]:
    """For each current member the own account, if there is one."""
    ids = tuple(dict.fromkeys(member_ids))
    found = await accounts_of_members(context.database, context.scope, ids)
    context.journal.returned(ArchiveQuestion(Sought.MEMBER_ACCOUNT), len(found), ids)
    return _shown(context, member_ids, found)


async def history_member_accounts(
    context: RequestContext, member_ids: Sequence[int]
) -> list[MemberAccountRecord | None]:
    """For each of those who have left."""
    ids = tuple(dict.fromkeys(member_ids))
    found = await accounts_of_history_members(context.database, context.scope, ids)
    context.journal.returned(ArchiveQuestion(Sought.HISTORY_MEMBER_ACCOUNT), len(found), ids)
    return _shown(context, member_ids, found)


def _shown(
    context: RequestContext, member_ids: Sequence[int], found: Mapping[int, MemberAccountRecord]
) -> list[MemberAccountRecord | None]:
    shown = dict(zip(found, as_shown(context, "MemberAccount", list(found.values())), strict=True))
    return [shown.get(member_id) for member_id in member_ids]
