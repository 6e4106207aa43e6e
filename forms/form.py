"""What a form says: each word of it already in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """`is_withheld`: there is a value, but not for the reader, and `value` says so. `is_tall`: with more room."""

    label: str
    value: str = ""
    is_withheld: bool = False
    is_tall: bool = False


Row = Sequence[Cell]
"""Of two cells, or of one that has all the width."""


@dataclass(frozen=True, slots=True)
class Photo:
    """`content` is a JPEG; without one `instead` stands in its place."""

    content: bytes | None
    instead: str


@dataclass(frozen=True, slots=True)
class Signature:
    """What is written by hand: `title` says by whom, `lines` what."""

    title: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Form:
    """One page. `left` and `right` stand above the table, `note` below it; rows beside the photo are of two cells."""

    language: str
    title: str
    left: str
    right: str
    photo: Photo
    beside_photo: Sequence[Row]
    below: Sequence[Row]
    signatures: Sequence[Signature]
    note: str
