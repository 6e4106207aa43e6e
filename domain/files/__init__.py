"""文件: photos and documents, from their arrival on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from domain.codes import FilePurpose

MEBIBYTE = 1_048_576
PHOTO_LIMIT = 2 * MEBIBYTE
ATTACHMENT_LIMIT = 5 * MEBIBYTE
LIMITS = {FilePurpose.PHOTO: PHOTO_LIMIT, FilePurpose.ATTACHMENT: ATTACHMENT_LIMIT}
"""Bytes."""

LARGEST_FILE = max(LIMITS.values())


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file as it came, of which nothing is known yet. `too_large`: it went on past `LARGEST_FILE`, and the content
    has been dropped."""

    name: str
    content: bytes
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that is what it says, under a name that fits what it is."""

    name: str
    content_type: str
    content: bytes


class FileRecord(NamedTuple):
    """What is kept of a file. `object_key` names its content in the file store.

    It is staged as long as it belongs to neither a member nor a request: nobody but its uploader knows of it.
    """

    id: int
    purpose: str
    name: str
    content_type: str
    size: int
    object_key: str
    uploaded_by: str | None
    uploaded_at: datetime
    member_id: int | None
    request_id: int | None


def of_purpose(purpose: FilePurpose, files: Iterable[FileRecord]) -> dict[int, FileRecord]:
    """By their ids."""
    return {file.id: file for file in files if file.purpose == purpose.value}
