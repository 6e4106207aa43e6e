"""Where a picture ends in its file, by the structure of its format: what stands behind it is no part of it."""

from domain.files.kinds import BMP, GIF, JPEG, PNG, FileKind

_PNG_HEAD, _PNG_AROUND = 8, 12
"""The signature; length, name and checksum around the data of each chunk."""

_GIF_HEAD = 13
_GIF_TRAILER, _GIF_EXTENSION, _GIF_IMAGE = 0x3B, 0x21, 0x2C
_PADDING = 4


def end_of(content: bytes, kind: FileKind) -> int | None:
    """The place behind its last byte; None when it ends too early.

    Cameras put further pictures behind that of a JPEG, whose end is therefore that of the file.
    """
    try:
        return _ENDS[kind](content)
    except IndexError:
        return None


def _jpeg_end(content: bytes) -> int:
    return len(content)


def _png_end(content: bytes) -> int | None:
    place = _PNG_HEAD
    while place + _PNG_AROUND <= len(content):
        name = content[place + 4 : place + 8]
        place += int.from_bytes(content[place : place + 4]) + _PNG_AROUND
        if name == b"IEND":
            return place if place <= len(content) else None
    return None


def _bmp_end(content: bytes) -> int | None:
    """As its header says; some programs write none, and some fill it up to a multiple of four bytes."""
    told = int.from_bytes(content[2:6], "little")
    if told == 0 or told <= len(content) <= told + _PADDING:
        return len(content)
    return told if told < len(content) else None


def _gif_end(content: bytes) -> int | None:
    place = _GIF_HEAD + _color_table(content[10])
    while content[place] != _GIF_TRAILER:
        if content[place] == _GIF_EXTENSION:
            place = _behind_blocks(content, place + 2)
        elif content[place] == _GIF_IMAGE:
            place = _behind_blocks(content, place + 11 + _color_table(content[place + 9]))
        else:
            return None
    return place + 1


def _color_table(flags: int) -> int:
    """Bytes of the table of colours that the flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _behind_blocks(content: bytes, place: int) -> int:
    while content[place]:
        place += content[place] + 1
    return place + 1


_ENDS = {JPEG: _jpeg_end, PNG: _png_end, BMP: _bmp_end, GIF: _gif_end}
