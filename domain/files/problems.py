"""What can be wrong with a file, each with how to mend it."""

from collections.abc import Collection, Iterator, Sequence

from domain.codes import FilePurpose
from domain.errors import Message, Problem
from domain.files import LIMITS, MEBIBYTE
from domain.files.kinds import DOCUMENTS, PHOTOS, PICTURES, endings

_PATH = ("file",)
_TAKEN = {FilePurpose.PHOTO: PHOTOS, FilePurpose.ATTACHMENT: (*DOCUMENTS, *PICTURES)}
MOST_PIXELS = 40_000_000
"""Of a picture: as many as a page at 600 dots an inch has."""

MOST_STAGED = 100


def too_large(purpose: FilePurpose) -> Problem:
    most = LIMITS[purpose] // MEBIBYTE
    return _problem(
        "FILE_TOO_LARGE",
        f"文件超过 {most} MB，请压缩或拆分后重新上传。",
        f"The file is larger than {most} MB: make it smaller, or split it, and upload it again.",
    )


def type_not_allowed(purpose: FilePurpose) -> Problem:
    taken = ", ".join(endings(_TAKEN[purpose]))
    return _problem(
        "FILE_TYPE_NOT_ALLOWED",
        f"不支持的文件类型（按内容判断，与扩展名无关）。请上传：{taken}。",
        f"A file of this type is not taken; the content decides, whatever the name. Upload one of these: {taken}.",
    )


def _problem(code: str, chinese: str, english: str) -> Problem:
    return Problem(code, Message(chinese, english), _PATH)


EMPTY = _problem(
    "FILE_EMPTY", "文件是空的，请重新选择文件。", "The file is empty: choose it again, or choose another one."
)
DAMAGED = _problem(
    "FILE_DAMAGED",
    "文件不完整或已损坏：请打开确认后重新保存、重新上传。",
    "The file is incomplete or damaged: open it to see, save it anew, and upload it again.",
)
DISGUISED = _problem(
    "FILE_DISGUISED",
    "图片文件中混有其他内容：请用图片软件另存为新图片后重新上传。",
    "The picture holds something else beside the picture: save it as a new picture, and upload that.",
)
UNPACKS_TOO_LARGE = _problem(
    "FILE_UNPACKS_TOO_LARGE",
    "文档解压后过大：请减少其中的内容后重新上传。",
    "The document is far too large once it is unpacked: take something out of it, and upload it again.",
)
IMAGE_TOO_LARGE = _problem(
    "IMAGE_TOO_LARGE",
    f"图片超过 {MOST_PIXELS:,} 像素：请缩小尺寸后重新上传。",
    f"The picture has more than {MOST_PIXELS:,} pixels: scale it down, and upload it again.",
)
TOO_MANY_STAGED = _problem(
    "TOO_MANY_FILES",
    f"您有 {MOST_STAGED} 个已上传但尚未使用的文件：请先使用，或在 24 小时后重试。",
    f"You have {MOST_STAGED} uploaded files that are not used yet: use them first, or try again a day later.",
)


def file_not_found(*path: str | int) -> Problem:
    """For what another has uploaded, too."""
    message = Message(
        "没有这个可用的文件：它不存在、用途不符、已被使用，或上传后超过 24 小时已清除。请重新上传或重新选择。",
        "There is no such file to be used here: it does not exist, is for another purpose, is used already, or has "
        "gone 24 hours after it was uploaded. Upload it again, or choose another.",
    )
    return Problem("FILE_NOT_FOUND", message, path)


def not_found_among(ids: Sequence[int], found: Collection[int], *path: str) -> Iterator[Problem]:
    """One for each of the ids that is not among those found, at its place in the list."""
    return (file_not_found(*path, place) for place, each in enumerate(ids) if each not in found)
