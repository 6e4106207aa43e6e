"""What may be told of, and that nothing is told unless somebody has asked for it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # settings are read where nothing is served
    from starlette.types import ASGIApp

    from server.operations.documents import Operation


FailedBy = Callable[[str], None]
"""Tells that the span has failed though nothing was raised, by an error of the server's own with that code."""


class Spans(Protocol):
    """Each block is one span; what it calls is told of below it."""

    def application(self, app: "ASGIApp") -> "ASGIApp":
        """One that tells of each request."""

    def operation(self, operation: "Operation") -> AbstractContextManager[FailedBy]: ...

    def job(self, kind: str) -> AbstractContextManager[object]: ...

    def webhook(self, host: str) -> AbstractContextManager[object]: ...


class NoSpans:
    """Nothing is told."""

    def application(self, app: "ASGIApp") -> "ASGIApp":
        return app

    def operation(self, operation: "Operation") -> AbstractContextManager[FailedBy]:  # noqa: ARG002 # see Spans
        return _UNTOLD

    def job(self, kind: str) -> AbstractContextManager[object]:  # noqa: ARG002 # see Spans
        return _NOTHING

    def webhook(self, host: str) -> AbstractContextManager[object]:  # noqa: ARG002 # see Spans
        return _NOTHING


_NOTHING = nullcontext()
_UNTOLD: AbstractContextManager[FailedBy] = nullcontext(lambda _code: None)
_current: list[Spans] = [NoSpans()]


def current_spans() -> Spans:
    """Of this process."""
    return _current[-1]


@contextmanager
def telling(spans: Spans) -> Iterator[None]:
    """By these, while the block runs."""
    _current.append(spans)
    try:
        yield
    finally:
        _current.remove(spans)
