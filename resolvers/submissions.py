"""提出申请: asking that members leave or enter, and that real names are filed."""

from dataclasses import dataclass

from domain.approvals import RequestRecord
from domain.approvals.changes import changes_of_entry
from domain.approvals.guards import ALREADY_REGISTERED, ALREADY_VERIFIED, ENTRY_PENDING, REAL_NAME_MISMATCH, below
from domain.approvals.kinds import ADMISSION, LEAVINGS, REAL_NAME_FILING
from domain.codes import LeavingKind, RealNameStatus
from domain.errors import Problem, RefusedError
from domain.members import MemberDraft, prefilled, problems_of, tidied
from resolvers.context import RequestContext
from resolvers.held_members import KnownMember, held_member, problems_of_place
from resolvers.real_names import REFUTED, status_after, verdict_on
from resolvers.repeating import repeatable, saving
from resolvers.request_effects import obstacles_to_leaving
from resolvers.request_files import RequestFiles
from resolvers.requests import as_it_stands
from resolvers.submitting import About, Asked, about, problems_of_asking, refuse_if, submit
from storage.approvals import is_entering
from storage.history_members import is_member
from storage.member_changing import Place, place_to_join
from storage.writing import WriteSession

_FILED = RealNameStatus.FILED.value
_UNVERIFIED = RealNameStatus.UNVERIFIED.value


@dataclass(frozen=True, slots=True)
class Entry:
    """A person who is to enter, and what is known of the name."""

    draft: MemberDraft
    status: RealNameStatus
    problems: tuple[Problem, ...] = ()


@repeatable(as_it_stands)
async def submit_leaving(context: RequestContext, kind: LeavingKind, known: KnownMember, reason: str) -> RequestRecord:
    """RefusedError with all that stands in its way; NOT_FOUND for a member outside the scope."""
    asked = Asked("submitLeaving", LEAVINGS[kind], reason)
    async with saving(context) as session:
        member = await held_member(session, context, known)
        problems = [*await problems_of_asking(session, context, asked), *await obstacles_to_leaving(session, member)]
        await refuse_if(session, member, problems)
        return await submit(session, context, asked, about(member))


@repeatable(as_it_stands)
async def submit_admission(
    context: RequestContext, draft: MemberDraft, reason: str, files: RequestFiles
) -> RequestRecord:
    """That a person enters the register, whom the real-name check does not refute. RefusedError as above."""
    entered = prefilled(tidied(draft))
    verdict = await verdict_on(context, entered.name, entered.identity_number)
    refuted = (REAL_NAME_MISMATCH,) if verdict in REFUTED else ()
    asked = Asked("submitAdmission", ADMISSION, reason, files)
    return await _submit_entry(context, asked, Entry(entered, status_after(verdict), refuted))


@repeatable(as_it_stands)
async def submit_filing_of_entry(
    context: RequestContext, draft: MemberDraft, reason: str, files: RequestFiles
) -> RequestRecord:
    """That a person enters the register as FILED, whatever the real-name check says. RefusedError as above."""
    asked = Asked("submitRealNameFiling", REAL_NAME_FILING, reason, files)
    return await _submit_entry(context, asked, Entry(prefilled(tidied(draft)), RealNameStatus.FILED))


@repeatable(as_it_stands)
async def submit_filing(context: RequestContext, known: KnownMember, reason: str, files: RequestFiles) -> RequestRecord:
    """That a member who is not verified counts as FILED. RefusedError as above."""
    asked = Asked("submitRealNameFiling", REAL_NAME_FILING, reason, files)
    async with saving(context) as session:
        member = await held_member(session, context, known)
        problems = await problems_of_asking(session, context, asked)
        if member.real_name_status != _UNVERIFIED:
            problems.append(ALREADY_VERIFIED)
        await refuse_if(session, member, problems)
        changes = {"real_name_status": (member.real_name_status, _FILED)}
        return await submit(session, context, asked, about(member), changes)


async def _submit_entry(context: RequestContext, asked: Asked, entry: Entry) -> RequestRecord:
    draft = entry.draft
    async with saving(context) as session:
        place = None if draft.branch_id is None else await place_to_join(session, context.scope, draft.branch_id)
        problems = await problems_of_asking(session, context, asked)
        problems.extend(below("member", await _problems_of_entry(session, context, entry, place)))
        if place is None or problems:
            raise RefusedError(*problems)
        whom = About(None, draft.name or "", draft.branch_id or 0, place.path)
        changes = {**changes_of_entry(draft), "real_name_status": (None, entry.status.value)}
        if asked.files.photo is not None:
            changes["photo"] = (None, asked.files.photo)
        return await submit(session, context, asked, whom, changes)


async def _problems_of_entry(
    session: WriteSession, context: RequestContext, entry: Entry, place: Place | None
) -> list[Problem]:
    draft = entry.draft
    problems = [*problems_of(draft, context.today), *entry.problems]
    if draft.branch_id is not None:
        problems.extend(problems_of_place(place))
    if draft.identity_number:
        if await is_member(session, draft.identity_number):
            problems.append(ALREADY_REGISTERED)
        elif await is_entering(session, draft.identity_number):
            problems.append(ENTRY_PENDING)
    return problems
