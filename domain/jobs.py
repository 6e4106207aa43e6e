"""任务: work of the queue, as the operator sees it."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class JobState(StrEnum):
    """任务状态."""

    WAITING = "WAITING"
    """For a worker, or for its time."""

    RUNNING = "RUNNING"
    """A worker has it."""

    RETRYING = "RETRYING"
    """It was begun before, came to no end, and waits to be run again."""

    FAILED = "FAILED"
    """Given up by a worker."""


class JobRecord(NamedTuple):
    """`attempts`: how often it was begun in vain. `runs_at`: not before then; None: as soon as a worker is free."""

    id: int
    kind: str
    queue: str
    state: JobState
    attempts: int
    queued_at: datetime | None
    begun_at: datetime | None
    runs_at: datetime | None
