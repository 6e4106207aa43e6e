"""图片: what pictures are, whether they are whole, and photos as the register keeps them.

Whoever decodes a picture obeys the file: how many pixels it claims is looked at before any is decoded.
"""

import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import Image, ImageOps

from domain.errors import RefusedError
from domain.files.kinds import BMP, GIF, JPEG, PNG, FileKind
from domain.files.problems import DAMAGED, DISGUISED, IMAGE_TOO_LARGE, MOST_PIXELS
from files.picture_ends import end_of

PHOTO_SIZE = (120, 168)
_ENOUGH_FOR_A_PHOTO = (1_008, 1_008)

_SIGNATURES = ((b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"GIF87a", GIF), (b"GIF89a", GIF), (b"BM", BMP))
_FORMATS = {JPEG: "JPEG", PNG: "PNG", GIF: "GIF", BMP: "BMP"}
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, LookupError, struct.error, OverflowError, TypeError)
"""What Pillow raises for what it cannot decode."""

# Written in a picture, they make browsers or other programs take it for something else. None of them occurs by chance,
# nor in the metadata that cameras and image programs write.
_FOREIGN = (b"<script", b"<html", b"<!doctype", b"<svg", b"<iframe", b"<body", b"<?php", b"javascript:", b"%pdf-")
_LONGEST_SIDE = 10_000
"""Widths from 10,799 on spell the beginning of a comment where JavaScript would look for it (`GIF89a/*`)."""


def picture_kind(content: bytes) -> FileKind | None:
    """By how it begins."""
    return next((kind for signature, kind in _SIGNATURES if content.startswith(signature)), None)


def require_picture(content: bytes, kind: FileKind) -> None:
    """RefusedError unless it is one picture of that kind, whole, and nothing else besides."""
    with _opened(content, kind) as image:
        image.load()
    end = end_of(content, kind)
    if end is None:
        raise RefusedError(DAMAGED)
    if end < len(content) or _is_something_else_too(content):
        raise RefusedError(DISGUISED)


def photo_of(content: bytes) -> bytes:
    """JPEG of 120×168: upright, its middle cut out, without anything else that the file held."""
    kind = picture_kind(content)
    if kind is None:
        raise RefusedError(DAMAGED)
    with _opened(content, kind) as image:
        image.thumbnail(_ENOUGH_FOR_A_PHOTO)  # before anything else, so that no other copy is as large
        upright = _on_white(ImageOps.exif_transpose(image))
        return _as_jpeg(ImageOps.fit(upright, PHOTO_SIZE, Image.Resampling.LANCZOS))


@contextmanager
def _opened(content: bytes, kind: FileKind) -> Iterator[Image.Image]:
    """Not decoded yet. RefusedError for more pixels than there may be, and for what cannot be decoded in the block."""
    try:
        with Image.open(BytesIO(content), formats=[_FORMATS[kind]]) as image:
            if image.width * image.height > MOST_PIXELS or max(image.size) > _LONGEST_SIDE:
                raise RefusedError(IMAGE_TOO_LARGE)
            yield image
    except Image.DecompressionBombError as error:
        raise RefusedError(IMAGE_TOO_LARGE) from error
    except _BROKEN as error:
        raise RefusedError(DAMAGED) from error


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")


def _as_jpeg(image: Image.Image) -> bytes:
    """Of a copy that has nothing of what the file said beside the pixels."""
    plain = Image.new("RGB", image.size)
    plain.paste(image)
    written = BytesIO()
    plain.save(written, "JPEG", quality=90, optimize=True)
    return written.getvalue()


def _is_something_else_too(content: bytes) -> bool:
    lower = content.lower()
    return any(mark in lower for mark in _FOREIGN) or zipfile.is_zipfile(BytesIO(content))
