"""文档: what documents are, found in their structure. Nothing is unpacked."""

import zipfile
from collections.abc import Collection
from io import BytesIO

import olefile

from domain.errors import RefusedError
from domain.files import MEBIBYTE
from domain.files.kinds import DOC, DOCX, PDF, PPT, PPTX, WPS, XLS, XLSX, FileKind, ending_of
from domain.files.problems import DAMAGED, UNPACKS_TOO_LARGE

_PDF_BEGINS, _PDF_ENDS, _PDF_TAIL = b"%PDF-", b"%%EOF", 2_048
_ZIP_BEGINS = b"PK\x03\x04"
_MOST_UNPACKED, _ALWAYS_UNPACKED, _MOST_TIMES = 256 * MEBIBYTE, 16 * MEBIBYTE, 100
"""An honest document is seldom more than ten times as large unpacked as it is packed."""

_MOST_PARTS = 10_000
_OPEN_XML = "[Content_Types].xml"
_ZIPPED = (("word/document.xml", DOCX), ("xl/workbook.xml", XLSX), ("ppt/presentation.xml", PPTX))
_WITH_MACROS = "vbaProject.bin"
_COMPOUND = (("WordDocument", DOC), ("Workbook", XLS), ("Book", XLS), ("PowerPoint Document", PPT))


def document_kind(content: bytes, name: str) -> FileKind | None:
    """None for what is no document that is taken; RefusedError for one that is damaged.

    A WPS document is one of Word by its content: there, and there alone, the name decides.
    """
    if content.startswith(_PDF_BEGINS):
        return _pdf(content)
    if content.startswith(_ZIP_BEGINS):
        return _zipped(content)
    if content.startswith(olefile.MAGIC):
        kind = _compound(content)
        return WPS if kind is DOC and ending_of(name) in WPS.endings else kind
    return None


def _pdf(content: bytes) -> FileKind:
    if _PDF_ENDS not in content[-_PDF_TAIL:]:
        raise RefusedError(DAMAGED)
    return PDF


def _zipped(content: bytes) -> FileKind | None:
    """By the names in the archive's table of contents."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts, comment = archive.infolist(), archive.comment
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise RefusedError(DAMAGED) from error
    _require_modest(parts, len(content))
    begins = min((part.header_offset for part in parts), default=0)
    names = {part.filename for part in parts}
    if begins > 0 or comment or _OPEN_XML not in names or _has_macros(names):
        return None
    return next((kind for name, kind in _ZIPPED if name in names), None)


def _require_modest(parts: Collection[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    allowed = min(_MOST_UNPACKED, max(_ALWAYS_UNPACKED, _MOST_TIMES * packed))
    if len(parts) > _MOST_PARTS or unpacked > allowed:
        raise RefusedError(UNPACKS_TOO_LARGE)


def _has_macros(names: Collection[str]) -> bool:
    return any(name.endswith(_WITH_MACROS) for name in names)


def _compound(content: bytes) -> FileKind | None:
    """By the stream that holds the document, which must be there whole."""
    try:
        with olefile.OleFileIO(BytesIO(content)) as compound:
            for stream, kind in _COMPOUND:
                if compound.exists(stream):
                    if len(compound.openstream(stream).read()) < compound.get_size(stream):
                        raise RefusedError(DAMAGED)
                    return kind
    except (OSError, ValueError, IndexError) as error:
        raise RefusedError(DAMAGED) from error
    return None
