"""关联编号: the id under which everything that belongs to one request is logged."""

import re
from contextvars import ContextVar
from itertools import count
from secrets import token_hex

_ACCEPTED = re.compile(r"[A-Za-z0-9_-]{8,64}")
_process = token_hex(10)
_numbers = count(1)
"""To ask the system for a random number for each request costs more than all the rest of this module."""

_current: ContextVar[str] = ContextVar("correlation_id", default="-")

_trace: ContextVar[str | None] = ContextVar("trace_id", default=None)


def correlation_id() -> str:
    return _current.get()


def trace_id() -> str | None:
    """Of the trace that tells of the request, in hexadecimal; None when none does."""
    return _trace.get()


def note_trace(id_: str) -> None:
    """It holds for the task from here on, as the correlation id does."""
    _trace.set(id_)


def begin_correlation(offered: str | None) -> str:
    """The caller's own id when it is one, otherwise a new one; it holds for the task from here on."""
    chosen = offered if offered and _ACCEPTED.fullmatch(offered) else f"{_process}{next(_numbers):012x}"
    _current.set(chosen)
    return chosen
