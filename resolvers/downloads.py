"""下载: a file for whoever may see the field of the schema through which it is seen."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from domain.codes import FilePurpose
from domain.files import FileRecord
from domain.files.kinds import JPEG
from domain.lookups import ArchiveQuestion, Sought
from resolvers.context import RequestContext
from storage.file_sight import Sight, file_in_sight, photo_of_history, photo_of_member

# Which field of a member shows the files of which purpose. Whoever may not know of the records, sees none of their
# fields either; and a download tells all that there is to know of an attachment.
_SHOWN_BY = {FilePurpose.PHOTO: "photo", FilePurpose.ATTACHMENT: "attachments"}
_TOLD = {
    FilePurpose.PHOTO: (),
    FilePurpose.ATTACHMENT: tuple(f"Attachment.{name}" for name in ("id", "url", "name", "content_type", "size")),
}


_OF_REQUESTS = ("ApprovalRequest.id", "ApprovalRequest.attachments", *_TOLD[FilePurpose.ATTACHMENT])


@dataclass(frozen=True, slots=True)
class Download:
    """A file that the caller may have. Under one key there is ever the same content."""

    name: str
    content_type: str
    object_key: str


async def find_download(context: RequestContext, type_name: str, number: int) -> Download | None:
    """The file with that number, or the photo of the member, current or not. None for what does not exist or is out of
    sight. It stands in the audit log, either way, before this comes back."""
    find = _FINDERS.get(type_name)
    found = None if find is None else await find(context, number)
    if find is not None:
        await _record(context, type_name, number, found)
    return found


async def _file(context: RequestContext, number: int) -> Download | None:
    sight = Sight(
        subject=context.actor.subject,
        scope=context.scope,
        of_members=_purposes_shown(context, "Member"),
        of_history=_purposes_shown(context, "HistoryMember"),
        of_requests=not any(map(context.permissions.hides, _OF_REQUESTS)),
    )
    file = await file_in_sight(context.database, sight, number)
    return None if file is None else _download(file)


def _download(file: FileRecord) -> Download:
    return Download(file.name, file.content_type, file.object_key)


async def _photo_of_member(context: RequestContext, number: int) -> Download | None:
    if FilePurpose.PHOTO not in _purposes_shown(context, "Member"):
        return None
    return _photo(await photo_of_member(context.database, context.scope, number))


async def _photo_of_history(context: RequestContext, number: int) -> Download | None:
    if FilePurpose.PHOTO not in _purposes_shown(context, "HistoryMember"):
        return None
    return _photo(await photo_of_history(context.database, context.scope, number))


def _photo(object_key: str | None) -> Download | None:
    return None if object_key is None else Download(f"photo{JPEG.endings[0]}", JPEG.content_type, object_key)


def _purposes_shown(context: RequestContext, type_name: str) -> list[FilePurpose]:
    return [
        purpose
        for purpose, name in _SHOWN_BY.items()
        if not any(map(context.permissions.hides, (f"{type_name}.id", f"{type_name}.{name}", *_TOLD[purpose])))
    ]


async def _record(context: RequestContext, type_name: str, number: int, found: Download | None) -> None:
    context.journal.returned(ArchiveQuestion(_SOUGHT[type_name]), 0 if found is None else 1, of=(number,))
    for kind, lines in context.journal.told():
        await context.database.audit_log.record(context.audited(kind, _OPERATION, details={"lookups": lines}))


_OPERATION = "download"
_SOUGHT = {"File": Sought.FILE, "Member": Sought.PHOTO, "HistoryMember": Sought.HISTORY_PHOTO}
_FINDERS: Mapping[str, Callable[[RequestContext, int], Awaitable[Download | None]]] = {
    "File": _file,
    "Member": _photo_of_member,
    "HistoryMember": _photo_of_history,
}
