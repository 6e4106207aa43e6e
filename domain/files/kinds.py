"""文件类型: the types of files that are taken, and the endings of their names."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from domain.texts import without_unprintable_characters

LONGEST_NAME = 200


class FileKind(NamedTuple):
    """The first of the endings is the usual one."""

    content_type: str
    endings: tuple[str, ...]


_OPEN_XML = "application/vnd.openxmlformats-officedocument"

JPEG = FileKind("image/jpeg", (".jpg", ".jpeg"))
PNG = FileKind("image/png", (".png",))
GIF = FileKind("image/gif", (".gif",))
BMP = FileKind("image/bmp", (".bmp",))
PDF = FileKind("application/pdf", (".pdf",))
DOCX = FileKind(f"{_OPEN_XML}.wordprocessingml.document", (".docx",))
XLSX = FileKind(f"{_OPEN_XML}.spreadsheetml.sheet", (".xlsx",))
PPTX = FileKind(f"{_OPEN_XML}.presentationml.presentation", (".pptx",))
DOC = FileKind("application/msword", (".doc",))
XLS = FileKind("application/vnd.ms-excel", (".xls",))
PPT = FileKind("application/vnd.ms-powerpoint", (".ppt",))
WPS = FileKind("application/wps-office.wps", (".wps",))

PICTURES = (JPEG, PNG, GIF, BMP)
PHOTOS = (JPEG, PNG, GIF)
DOCUMENTS = (PDF, DOC, DOCX, XLS, XLSX, PPT, PPTX, WPS)


def endings(kinds: tuple[FileKind, ...]) -> Iterator[str]:
    return (ending[1:] for kind in kinds for ending in kind.endings)


_KNOWN_ENDINGS = frozenset(f".{ending}" for ending in endings(PICTURES + DOCUMENTS))


def ending_of(name: str) -> str:
    """In lower case, with its dot."""
    return PurePosixPath(name).suffix.lower()


def fitting_name(name: str, kind: FileKind) -> str:
    """The last part of the name that was given, with an ending of its kind: another known one is exchanged."""
    last = without_unprintable_characters(name.replace("\\", "/").rpartition("/")[2]).strip()
    ending = ending_of(last)
    if ending in kind.endings:
        stem, ending = last[: -len(ending)], last[-len(ending) :]
    else:
        stem, ending = last.removesuffix(last[-len(ending) :]) if ending in _KNOWN_ENDINGS else last, kind.endings[0]
    return (stem[: LONGEST_NAME - len(ending)].strip(" .") or "file") + ending
