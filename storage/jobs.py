"""任务队列: work for after a transaction, done by whichever worker is free first (`storage/job_worker.py`).

procrastinate keeps the jobs in the same PostgreSQL, so that a job is there if and only if the transaction is.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task
from procrastinate.types import JSONValue

from storage.writing import WriteSession


class Queue(StrEnum):
    """A worker takes jobs from those queues alone for whose jobs it has what they need."""

    MESSAGES = "messages"
    HOUSEKEEPING = "housekeeping"
    CHECKS = "checks"
    EXPORTS = "exports"
    ROLLUPS = "rollups"


@dataclass(frozen=True, slots=True)
class JobKind:
    """Jobs of one name, and what is done for each.

    `run` is given what its job was deferred with. It is run at least once, and again when the worker was lost in the
    middle: what it does must bear that. With `every` (a cron expression) there is a job by itself at those times.
    """

    name: str
    queue: Queue
    run: Callable[..., Awaitable[None]]
    every: str | None = None


class TryAgainError(Exception):
    """Raised by a job that is to be run once more, after some time."""

    def __init__(self, after: timedelta) -> None:
        super().__init__(f"in {after}")
        self.after = after


# Never opened: each job is deferred on the connection of a transaction.
_deferring = JobManager(PsycopgConnector())


async def defer_jobs(session: WriteSession, name: str, queue: Queue, arguments: Sequence[Mapping[str, int]]) -> None:
    """A job for each of the arguments, in one statement; to be run once the transaction is committed.

    The arguments are ids: nothing personal stands in a job.
    """
    job = configure_task(name=name, job_manager=_deferring, queue=queue, connection=session.connection)
    try:
        await job.batch_defer_async(*(dict[str, JSONValue](each) for each in arguments))
    except ConnectorException as error:
        raise error.__cause__ or error from None
