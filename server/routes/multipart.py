"""multipart/form-data, read as it comes: texts whole, files no further than a file may be large."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from domain.files import LARGEST_FILE, ReceivedFile

MOST_PARTS = 12


class MalformedError(Exception):
    """It is no multipart body, or not one that is taken."""


class TextTooLargeError(Exception):
    """A part that is no file is larger than it may be."""


def boundary_of(content_type: str) -> bytes:
    """MalformedError when there is none."""
    _, options = parse_options_header(content_type)
    if not options.get(b"boundary"):
        raise MalformedError
    return options[b"boundary"]


@dataclass(slots=True)
class Part:
    """`file_name` None: a text."""

    name: str
    file_name: str | None
    content: bytearray = field(default_factory=bytearray)
    too_large: bool = False

    def add(self, content: bytes, most_text: int) -> None:
        if self.too_large:
            return
        self.content += content
        if self.file_name is None and len(self.content) > most_text:
            raise TextTooLargeError
        if len(self.content) > LARGEST_FILE:
            self.too_large = True
            self.content.clear()

    @property
    def as_file(self) -> ReceivedFile:
        return ReceivedFile(self.file_name or "", bytes(self.content), self.too_large)


class MultipartReader:
    """Is fed with a body, part by part. Each operation raises MalformedError and TextTooLargeError."""

    def __init__(self, boundary: bytes, most_text: int) -> None:
        self.parts: list[Part] = []
        self._most_text = most_text
        self._header, self._value, self._disposition = bytearray(), bytearray(), b""
        self._ended = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin_part,
                    "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
                    "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._begin_content,
                    "on_part_data": lambda data, start, end: self.parts[-1].add(data[start:end], self._most_text),
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise MalformedError from error

    def feed(self, data: bytes) -> None:
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise MalformedError from error

    def require_end(self) -> None:
        """The last boundary must have come."""
        if not self._ended:
            raise MalformedError

    def texts(self) -> dict[str, bytes]:
        return {part.name: bytes(part.content) for part in self.parts if part.file_name is None}

    def files(self) -> Iterator[Part]:
        return (part for part in self.parts if part.file_name is not None)

    def _begin_part(self) -> None:
        if len(self.parts) == MOST_PARTS:
            raise MalformedError
        self._disposition = b""

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header.clear()
        self._value.clear()

    def _begin_content(self) -> None:
        _, options = parse_options_header(self._disposition)
        if b"name" not in options:
            raise MalformedError
        file_name = options.get(b"filename")
        self.parts.append(Part(_text(options[b"name"]), None if file_name is None else _file_name(file_name)))

    def _end(self) -> None:
        self._ended = True


def _file_name(value: bytes) -> str:
    """Browsers write a quotation mark so, and nothing else that could not stand there."""
    return _text(value).replace("%22", '"')


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
