"""审批生效: what becomes of the register when a request is approved; members leave, enter, or are amended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.approvals import RequestRecord
from domain.approvals.changes import after, draft_in
from domain.approvals.guards import ALREADY_REGISTERED, STAFF_ROLE_HELD, TRANSFER_IN_PROGRESS
from domain.approvals.kinds import APPROVAL_KINDS, Leaving
from domain.codes import AuditKind, RealNameStatus, RequestKind
from domain.errors import Problem, RefusedError
from domain.masking import told_values
from domain.members import problems_of
from domain.records import MemberRecord
from resolvers.context import RequestContext
from resolvers.held_members import KnownMember, held_member, problems_of_place
from storage.approvals import branch_entered_by, holds_account
from storage.files import key_of_file, move_request_files
from storage.history_members import Departure, archive_member, is_member
from storage.member_adding import Entered, add_member, spelled
from storage.member_changing import Place, change_member, place_to_join
from storage.writing import WriteSession


@dataclass(frozen=True, slots=True)
class Effect:
    """What the request is to say of it, and what the audit log is to."""

    values: Mapping[str, object] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


async def place_of_entry(session: WriteSession, context: RequestContext, number: int) -> Place | None:
    """The branch that somebody enters by the request, if any, held until the transaction ends."""
    branch_id = await branch_entered_by(session, context.scope, number)
    return None if branch_id is None else await place_to_join(session, context.scope, branch_id)


async def take_effect(
    session: WriteSession, context: RequestContext, request: RequestRecord, place: Place | None
) -> Effect:
    """RefusedError when something has come in the way since it was asked for."""
    if request.member_id is None:
        return await _enter(session, context, request, place)
    member = await held_member(session, context, KnownMember(request.member_id))
    match APPROVAL_KINDS[RequestKind[request.kind]]:
        case Leaving(archived_as=archived_as):
            departure = Departure(archived_as, context.clock(), request.reason, request.id)
            return await _leave(session, departure, member)
        case _:
            return await _amend(session, context, request, member)


async def obstacles_to_leaving(session: WriteSession, member: MemberRecord) -> list[Problem]:
    """What keeps a member from leaving, whenever one looks."""
    found = [TRANSFER_IN_PROGRESS] if member.transfer_in_progress else []
    return [*found, STAFF_ROLE_HELD] if await holds_account(session, member.identity_number) else found


async def audit_request(
    session: WriteSession,
    context: RequestContext,
    operation: str,
    request: RequestRecord,
    details: Mapping[str, Any] | None = None,
) -> None:
    session.outcome = {"id": request.id}
    told = {"kind": request.kind, "state": request.state, "member": request.member_id, **(details or {})}
    target = f"ApprovalRequest:{request.id}"
    await session.audit(context.audited(AuditKind.DECISION, operation, target=target, details=told))


async def _leave(session: WriteSession, departure: Departure, member: MemberRecord) -> Effect:
    obstacles = await obstacles_to_leaving(session, member)
    if obstacles:
        raise RefusedError(*obstacles)
    await archive_member(session, member.id, departure)
    return Effect()


async def _amend(
    session: WriteSession, context: RequestContext, request: RequestRecord, member: MemberRecord
) -> Effect:
    """The record is from now on as the request has it."""
    values = after(request.changes or {})
    derived = spelled(values["name"]) if "name" in values else {}
    await change_member(session, member.id, {**values, **derived}, context.clock())
    await move_request_files(session, request.id, member.id)
    before = {name: getattr(member, name) for name in values}
    return Effect(details={"before": told_values(before), "after": told_values(values)})


async def _enter(session: WriteSession, context: RequestContext, request: RequestRecord, place: Place | None) -> Effect:
    """A person is a member from now on, unless the saving rules, the branch or the number stand against it by now."""
    changes = request.changes or {}
    draft = draft_in(changes)
    problems = [*problems_of(draft, context.today), *problems_of_place(place)]
    if await is_member(session, draft.identity_number or ""):
        problems.append(ALREADY_REGISTERED)
    if place is None or problems:
        raise RefusedError(*problems)
    status = RealNameStatus[changes["real_name_status"][1]]
    photo = await key_of_file(session, changes["photo"][1]) if "photo" in changes else None
    member_id = await add_member(session, draft, Entered(place.path, status, photo, context.clock()))
    await move_request_files(session, request.id, member_id)
    return Effect({"member_id": member_id}, {"after": told_values(after(changes))})
