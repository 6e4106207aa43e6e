"""上传文件: a file is checked, put into the store, and staged for its uploader."""

from datetime import timedelta

from domain.codes import AuditKind, FilePurpose
from domain.errors import RefusedError
from domain.files import CheckedFile, FileRecord, ReceivedFile
from domain.files.problems import MOST_STAGED, TOO_MANY_STAGED
from domain.idempotency import Outcome
from files.inspecting import checked
from resolvers.context import RequestContext
from resolvers.repeating import repeatable, saving
from storage.files import add_file, count_staged, staged_file

STAGED_FOR = timedelta(hours=24)
"""What nobody has claimed by then is removed."""


async def _staged(context: RequestContext, outcome: Outcome) -> FileRecord | None:
    """None once it belongs to somebody."""
    return await staged_file(context.database, context.actor.subject, int(outcome["id"]))


@repeatable(_staged)
async def upload_file(context: RequestContext, received: ReceivedFile, purpose: FilePurpose) -> FileRecord | None:
    """RefusedError for a file that is not taken.

    The content is in the store before anything names it: where the transaction fails, an object is left that nothing
    names, which is cleared away after a day.
    """
    if await count_staged(context.database, context.actor.subject) >= MOST_STAGED:
        raise RefusedError(TOO_MANY_STAGED)
    file = await checked(received, purpose)
    object_key = await context.files.put(file.content)
    async with saving(context) as session:
        staged = await add_file(session, _row(context, file, purpose, object_key))
        details = {"purpose": purpose.value, "contentType": staged.content_type, "size": staged.size}
        target = f"File:{staged.id}"
        session.outcome = {"id": staged.id}
        await session.audit(context.audited(AuditKind.CHANGE, "uploadFile", target=target, details=details))
    return staged


def _row(context: RequestContext, file: CheckedFile, purpose: FilePurpose, object_key: str) -> dict[str, object]:
    return {
        "purpose": purpose.value,
        "name": file.name,
        "content_type": file.content_type,
        "size": len(file.content),
        "object_key": object_key,
        "uploaded_by": context.actor.subject,
        "uploaded_at": context.clock(),
    }
