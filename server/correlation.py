"""关联编号: the id under which everything that belongs to one request is logged."""

import re
from contextvars import ContextVar
from uuid import uuid4

_ACCEPTED = re.compile(r"[A-Za-z0-9_-]{8,64}")
_current: ContextVar[str] = ContextVar("correlation_id", default="-")


def correlation_id() -> str:
    return _current.get()


def begin_correlation(offered: str | None) -> str:
    """The caller's own id when it is one, otherwise a new one; it holds for the task from here on."""
    chosen = offered if offered and _ACCEPTED.fullmatch(offered) else uuid4().hex
    _current.set(chosen)
    return chosen
