"""党员更名: a member's name changes at once when the real-name check passes, else by a request with proof attached."""

from collections.abc import Sequence

from domain.approvals import RequestRecord
from domain.approvals.guards import NAME_UNCHANGED, REAL_NAME_UNCONFIRMED, problems_of_asker
from domain.approvals.kinds import RENAME
from domain.codes import RealNameStatus, RealNameVerdict
from domain.errors import Problem, RefusedError
from domain.idempotency import Outcome
from domain.members import draft_of, edited, problems_of
from domain.records import MemberRecord, everything_of
from resolvers.context import RequestContext
from resolvers.held_members import KnownMember, change_held, held_member, no_such_member
from resolvers.real_names import verdict_on
from resolvers.repeating import repeatable, saving
from resolvers.request_files import RequestFiles
from resolvers.requests import as_it_stands
from resolvers.submitting import Asked, about, problems_of_asking, refuse_if, submit
from storage.member_adding import spelled
from storage.members import members_by_id
from storage.writing import WriteSession

_VERIFIED, _UNVERIFIED = RealNameStatus.VERIFIED.value, RealNameStatus.UNVERIFIED.value


async def _again(context: RequestContext, outcome: Outcome) -> RequestRecord | None:
    return await as_it_stands(context, outcome) if outcome else None


@repeatable(_again)
async def rename_member(
    context: RequestContext, known: KnownMember, name: str, reason: str, attachment_ids: Sequence[int]
) -> RequestRecord | None:
    """None when the name has changed; else the request that it does, which the county decides.

    RefusedError with all that stands in its way; NOT_FOUND for a member outside the scope.
    """
    new = name.strip()
    asked = Asked("renameMember", RENAME, reason, RequestFiles(attachment_ids))
    verdict = await verdict_on(context, new, await _number_of(context, known, new))
    async with saving(context) as session:
        member = await _to_rename(session, context, known, new)
        if verdict is not RealNameVerdict.MATCH:
            return await _ask(session, context, asked, member, new)
        changes = _changes(member, new, _VERIFIED)
        await change_held(session, context, "renameMember", member.id, changes, derived=spelled(new))
    return None


async def _number_of(context: RequestContext, known: KnownMember, name: str) -> str:
    """The identity number, to ask the registry with; only for whom it may be asked."""
    found = await members_by_id(context.database, context.scope, [known.member_id], everything_of(MemberRecord))
    member = found.get(known.member_id)
    if member is None:
        raise no_such_member()
    problems = _problems(context, member, name)
    if problems:
        raise RefusedError(*problems)
    return member.identity_number


def _problems(context: RequestContext, member: MemberRecord, name: str) -> list[Problem]:
    renamed = edited(draft_of(member), {"name": name})
    problems = problems_of_asker(RENAME, context.actor.tier, context.actor.organization)
    problems.extend(problem for problem in problems_of(renamed, context.today) if problem.path == ("name",))
    return [*problems, NAME_UNCHANGED] if renamed.name == member.name else problems


async def _to_rename(session: WriteSession, context: RequestContext, known: KnownMember, name: str) -> MemberRecord:
    """The member, held until the transaction ends."""
    member = await held_member(session, context, known)
    await refuse_if(session, member, _problems(context, member, name))
    return member


async def _ask(
    session: WriteSession, context: RequestContext, asked: Asked, member: MemberRecord, name: str
) -> RequestRecord:
    problems = await problems_of_asking(session, context, asked)
    if problems:
        raise RefusedError(REAL_NAME_UNCONFIRMED, *problems)
    return await submit(session, context, asked, about(member), _changes(member, name, _UNVERIFIED))


def _changes(member: MemberRecord, name: str, status: str) -> dict[str, tuple[str, str]]:
    """Of the name, and of what is known of it: a verification was of the name before."""
    changes = {"name": (member.name, name)}
    is_known = _VERIFIED in (status, member.real_name_status)
    if is_known and member.real_name_status != status:
        changes["real_name_status"] = (member.real_name_status, status)
    return changes
