"""下载地址: where files are downloaded (`server/routes/downloads.py`)."""

from typing import Protocol

from schema.identifiers import encoded

FILES = "/files"


class _Numbered(Protocol):
    @property
    def id(self) -> int: ...


def url_of_file(root: _Numbered) -> str:
    return f"{FILES}/{encoded('File', root.id)}"


def url_of_photo(type_name: str, number: int) -> str:
    """Of the member with that number, current or not."""
    return f"{FILES}/{encoded(type_name, number)}"
