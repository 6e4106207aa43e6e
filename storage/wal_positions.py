"""日志位置: places in PostgreSQL's write-ahead log, by which one tells what a replica has already replayed."""

import re

Position = int
"""Bytes from the beginning of the log. It only grows."""

BEYOND_ALL: Position = 2**64 - 1
"""That no replica ever reaches."""

_WRITTEN = re.compile("[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}")


def position_of(written: str) -> Position:
    """Of `16/B374D848`, as PostgreSQL writes it; ValueError for anything else."""
    if not _WRITTEN.fullmatch(written):
        raise ValueError("not a position in the write-ahead log")
    high, _, low = written.partition("/")
    return int(high, 16) << 32 | int(low, 16)


def written_position(position: Position) -> str:
    return f"{position >> 32:X}/{position & 0xFFFFFFFF:X}"
