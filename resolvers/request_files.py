"""申请材料: the uploaded files that go with a request: what proves it, and the photo of whoever enters."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.approvals.guards import ATTACHMENTS_REQUIRED, MOST_ATTACHMENTS, TOO_MANY_ATTACHMENTS
from domain.approvals.kinds import ApprovalKind
from domain.codes import FilePurpose
from domain.errors import Problem
from domain.files import of_purpose
from domain.files.problems import file_not_found, not_found_among
from resolvers.context import RequestContext
from storage.files import give_to_request, staged_files
from storage.writing import WriteSession


@dataclass(frozen=True, slots=True)
class RequestFiles:
    """By the ids of files that the caller has staged."""

    attachments: Sequence[int] = ()
    photo: int | None = None

    @property
    def all(self) -> list[int]:
        return [*self.attachments, *([] if self.photo is None else [self.photo])]


NO_FILES = RequestFiles()


async def problems_of_files(
    session: WriteSession, context: RequestContext, kind: ApprovalKind, files: RequestFiles
) -> list[Problem]:
    """The files are held until the transaction ends."""
    if len(files.attachments) > MOST_ATTACHMENTS:
        return [TOO_MANY_ATTACHMENTS]
    problems = [ATTACHMENTS_REQUIRED] if kind.needs_attachments and not files.attachments else []
    staged = await staged_files(session, context.actor.subject, files.all) if files.all else []
    problems.extend(not_found_among(files.attachments, of_purpose(FilePurpose.ATTACHMENT, staged), "attachmentIds"))
    photos = of_purpose(FilePurpose.PHOTO, staged)
    return problems if files.photo in {None, *photos} else [*problems, file_not_found("member", "photoId")]


async def attach(session: WriteSession, request_id: int, files: RequestFiles) -> None:
    """Files that are held."""
    if files.all:
        await give_to_request(session, files.all, request_id)
