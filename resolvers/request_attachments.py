"""申请材料: the uploaded files that are attached to a request."""

from collections.abc import Sequence

from domain.approvals.guards import ATTACHMENTS_REQUIRED, MOST_ATTACHMENTS, TOO_MANY_ATTACHMENTS
from domain.approvals.kinds import ApprovalKind
from domain.codes import FilePurpose
from domain.errors import Problem
from domain.files.problems import file_not_found
from resolvers.context import RequestContext
from storage.files import give_to_request, staged_files
from storage.writing import WriteSession


async def problems_of_attachments(
    session: WriteSession, context: RequestContext, kind: ApprovalKind, ids: Sequence[int]
) -> list[Problem]:
    """The files are held until the transaction ends."""
    if not ids:
        return [ATTACHMENTS_REQUIRED] if kind.needs_attachments else []
    if len(ids) > MOST_ATTACHMENTS:
        return [TOO_MANY_ATTACHMENTS]
    staged = await staged_files(session, context.actor.subject, ids)
    known = {file.id for file in staged if file.purpose == FilePurpose.ATTACHMENT.value}
    return [file_not_found("attachmentIds", place) for place, each in enumerate(ids) if each not in known]


async def attach(session: WriteSession, request_id: int, ids: Sequence[int]) -> None:
    """Files that are held."""
    if ids:
        await give_to_request(session, ids, request_id)
