"""党员的文件: the photo and the attachments that a change gives a member, and those that it takes away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from domain.codes import FilePurpose
from domain.errors import Problem
from domain.files import FileRecord, of_purpose
from domain.files.problems import file_not_found, not_found_among
from domain.records import MemberRecord
from resolvers.context import RequestContext
from resolvers.held_members import Changed
from storage.files import (
    attachments_to_change,
    give_to_member,
    remove_photos,
    staged_files,
    take_from_member,
)
from storage.writing import WriteSession


class Photo(Enum):
    """What becomes of the photo where it is not another file."""

    KEEP = auto()
    REMOVE = auto()


@dataclass(frozen=True, slots=True)
class FileChanges:
    """By the ids of files. What is added must be staged by the caller, what is removed an attachment of the member."""

    photo: int | Photo = Photo.KEEP
    added: Sequence[int] = ()
    removed: Sequence[int] = ()


NO_FILES = FileChanges()


@dataclass(frozen=True, slots=True)
class HeldFiles:
    """The files that a change names, held until the transaction ends; `problems` are those of ids that name none."""

    photo: FileRecord | Photo = Photo.KEEP
    added: Sequence[FileRecord] = ()
    removed: Sequence[FileRecord] = ()
    problems: Sequence[Problem] = field(default_factory=list)

    @property
    def told(self) -> Mapping[str, object]:
        """As the audit log tells what it has no columns for."""
        parts = {"added": [file.id for file in self.added], "removed": [file.id for file in self.removed]}
        return {"attachments": parts} if self.added or self.removed else {}


async def held_files(
    session: WriteSession, context: RequestContext, member: MemberRecord, changes: FileChanges
) -> HeldFiles:
    """Of a member who is held already: files are held after members, by everybody."""
    if changes == NO_FILES:
        return HeldFiles()
    photo_ids = [changes.photo] if isinstance(changes.photo, int) else []
    staged = await staged_files(session, context.actor.subject, [*photo_ids, *changes.added])
    attached = await attachments_to_change(session, member.id, changes.removed)
    photos = of_purpose(FilePurpose.PHOTO, staged)
    attachments, own = of_purpose(FilePurpose.ATTACHMENT, staged), {file.id: file for file in attached}
    return HeldFiles(
        photo=changes.photo if isinstance(changes.photo, Photo) else photos.get(changes.photo, Photo.KEEP),
        added=[attachments[each] for each in dict.fromkeys(changes.added) if each in attachments],
        removed=attached,
        problems=[
            *(file_not_found("photoId") for each in photo_ids if each not in photos),
            *not_found_among(changes.added, attachments, "addAttachmentIds"),
            *not_found_among(changes.removed, own, "removeAttachmentIds"),
        ],
    )


def change_of_photo(member: MemberRecord, held: HeldFiles) -> Changed:
    """Of the column that names the photo."""
    if held.photo is Photo.KEEP:
        return {}
    key = held.photo.object_key if isinstance(held.photo, FileRecord) else None
    return {} if key == member.photo else {"photo": (member.photo, key)}


async def change_files(session: WriteSession, context: RequestContext, member_id: int, held: HeldFiles) -> None:
    """What is taken away is removed for good, with its content."""
    now = context.clock()
    if held.photo is not Photo.KEEP:
        await remove_photos(session, member_id, now)
    photos = [held.photo] if isinstance(held.photo, FileRecord) else []
    await give_to_member(session, [file.id for file in (*photos, *held.added)], member_id)
    await take_from_member(session, held.removed, now)
