"""Contents of files for tests: honest ones, and ones that are not what they say."""

import struct
import zipfile
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

MEBIBYTE = 1_048_576


def picture(format_: str, size: tuple[int, int] = (300, 200), color: Any = (200, 30, 30), **options: Any) -> bytes:
    written = BytesIO()
    Image.new("RGB", size, color).save(written, format_, **options)
    return written.getvalue()


def pdf(size: int = 0) -> bytes:
    """Filled up to that size by a comment."""
    begin, end = b"%PDF-1.7\n", b"\n%%EOF\n"
    return begin + b"%" + b"x" * max(0, size - len(begin) - len(end) - 1) + end


def archive(*names: str, content: bytes = b"<x/>", comment: bytes = b"") -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in names:
            packed.writestr(name, content)
        packed.comment = comment
    return written.getvalue()


def docx() -> bytes:
    return archive("[Content_Types].xml", "word/document.xml")


def zip_bomb(unpacked: int = 200 * MEBIBYTE) -> bytes:
    """A document of a hundred and some kilobytes that unpacks to as much."""
    return archive("[Content_Types].xml", "word/document.xml", content=b"\0" * unpacked)


def compound(stream: str, size: int = 8_192) -> bytes:
    """An OLE file with one stream: header, one sector of the allocation table, one of the directory, the stream."""
    sectors = size // 512
    header = bytearray(512)
    header[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIII", header, 40, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    chain = [*range(3, 2 + sectors), 0xFFFFFFFE]
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *chain, *[0xFFFFFFFF] * (126 - sectors))
    root = _entry("Root Entry", kind=5, child=1, start=0xFFFFFFFE, size=0)
    return (
        bytes(header)
        + table
        + root
        + _entry(stream, kind=2, child=0xFFFFFFFF, start=2, size=size)
        + bytes(256)
        + b"x" * size
    )


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    nobody = 0xFFFFFFFF
    return struct.pack(
        "<64sHBBIII16sIQQIQ", encoded, len(encoded), kind, 1, nobody, nobody, child, b"", 0, 0, 0, start, size
    )


def huge_png(side: int = 30_000) -> bytes:
    """A picture of so many pixels a side, in a few hundred kilobytes."""
    rows = zlib.compressobj(9)
    packed = b"".join(rows.compress(b"\0" * (side // 8 + 1)) for _ in range(side)) + rows.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = b"".join(_chunk(*each) for each in ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b"")))
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def turned(format_: str) -> bytes:
    """As a camera writes it that was held upright: lying, its upper half red, with a note that it is to be turned."""
    lying = Image.new("RGB", (400, 300), "blue")
    lying.paste("red", (0, 0, 200, 300))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise
    exif[0x010E] = "taken at home"
    written = BytesIO()
    lying.save(written, format_, exif=exif)
    return written.getvalue()
