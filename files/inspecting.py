"""检查: whether a file is what it may be. The content decides, whatever its name says.

To decode a picture is work for a processor and holds memory: two at a time, beside the event loop.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from domain.codes import FilePurpose
from domain.errors import RefusedError
from domain.files import LIMITS, CheckedFile, ReceivedFile
from domain.files.kinds import JPEG, PHOTOS, PICTURES, FileKind, fitting_name
from domain.files.problems import EMPTY, too_large, type_not_allowed
from files.documents import document_kind
from files.pictures import photo_of, picture_kind, require_picture

_threads = ThreadPoolExecutor(2, thread_name_prefix="files")


async def checked(received: ReceivedFile, purpose: FilePurpose) -> CheckedFile:
    """RefusedError for what is wrong with it."""
    if received.too_large or len(received.content) > LIMITS[purpose]:
        raise RefusedError(too_large(purpose))
    if not received.content:
        raise RefusedError(EMPTY)
    check = _photo if purpose is FilePurpose.PHOTO else _attachment
    return await asyncio.get_running_loop().run_in_executor(_threads, check, received)


def _photo(received: ReceivedFile) -> CheckedFile:
    """As the register keeps photos, whatever it was."""
    if picture_kind(received.content) not in PHOTOS:
        raise RefusedError(type_not_allowed(FilePurpose.PHOTO))
    return CheckedFile(fitting_name(received.name, JPEG), JPEG.content_type, photo_of(received.content))


def _attachment(received: ReceivedFile) -> CheckedFile:
    """As it came."""
    kind = _kind_of(received)
    if kind is None:
        raise RefusedError(type_not_allowed(FilePurpose.ATTACHMENT))
    if kind in PICTURES:
        require_picture(received.content, kind)
    return CheckedFile(fitting_name(received.name, kind), kind.content_type, received.content)


def _kind_of(received: ReceivedFile) -> FileKind | None:
    return picture_kind(received.content) or document_kind(received.content, received.name)
