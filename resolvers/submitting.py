"""提出申请: what all that is asked for has in common: a reason, the proof that is attached, and the request itself."""

from dataclasses import dataclass

from domain.approvals import RequestRecord
from domain.approvals.changes import Changes, after, kept
from domain.approvals.guards import REQUEST_PENDING, problems_of_asker, problems_of_text
from domain.approvals.kinds import ApprovalKind
from domain.errors import Problem, RefusedError
from domain.masking import told_values
from domain.records import MemberRecord
from resolvers.context import RequestContext
from resolvers.request_effects import audit_request
from resolvers.request_files import NO_FILES, RequestFiles, attach, problems_of_files
from storage.approvals import add_request, has_pending_request
from storage.writing import WriteSession


@dataclass(frozen=True, slots=True)
class Asked:
    """Which kind of request, by which mutation, why, and with which files."""

    operation: str
    kind: ApprovalKind
    reason: str
    files: RequestFiles = NO_FILES


@dataclass(frozen=True, slots=True)
class About:
    """Whom a request is about, and where that person hangs, or is to hang."""

    member_id: int | None
    name: str
    branch_id: int
    path: str


def about(member: MemberRecord) -> About:
    return About(member.id, member.name, member.branch_id, member.org_path)


async def problems_of_asking(session: WriteSession, context: RequestContext, asked: Asked) -> list[Problem]:
    actor = context.actor
    return [
        *problems_of_asker(asked.kind, actor.tier, actor.organization),
        *problems_of_text(asked.reason.strip(), "reason", "申请理由"),
        *await problems_of_files(session, context, asked.kind, asked.files),
    ]


async def refuse_if(session: WriteSession, member: MemberRecord, problems: list[Problem]) -> None:
    """Of a member that is held there is one request at most."""
    pending = [REQUEST_PENDING] if await has_pending_request(session, member.id) else []
    if problems or pending:
        raise RefusedError(*problems, *pending)


async def submit(
    session: WriteSession, context: RequestContext, asked: Asked, whom: About, changes: Changes | None = None
) -> RequestRecord:
    """The request, with its attachments and its entry in the audit log."""
    values = {
        "kind": asked.kind.kind.value,
        "member_id": whom.member_id,
        "member_name": whom.name,
        "changes": None if changes is None else kept(changes),
        "branch_id": whom.branch_id,
        "org_path": whom.path,
        "reason": asked.reason.strip(),
        "requested_by": context.actor.subject,
        "requested_at": context.clock(),
        "requester_organization_id": context.actor.organization.id,
        "requester_path": context.scope,
    }
    request = await add_request(session, values)
    await attach(session, request.id, asked.files)
    details = {"after": told_values(after(changes))} if changes else None
    await audit_request(session, context, asked.operation, request, details)
    return request
