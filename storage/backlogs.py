"""积压: how much work the database holds that somebody has yet to do, and for how long it has waited."""

from collections.abc import Sequence
from typing import NamedTuple

from storage.engine import Database
from storage.statements import Statement


class QueueBacklog(NamedTuple):
    """Of one queue. `oldest` in seconds: of the job that has been due for longest; 0 when none is."""

    queue: str
    waiting: int
    running: int
    failed: int
    oldest: float


class Backlogs(NamedTuple):
    """Ages are in seconds, 0 when nothing waits."""

    changes: int
    oldest_change: float
    uncounted_members: int
    oldest_unchecked_audit: float


_JOBS = """
    FROM procrastinate_jobs AS job
    LEFT JOIN procrastinate_events AS deferred ON deferred.job_id = job.id AND deferred.type = 'deferred'
"""
_DUE_FOR = """
    coalesce(extract(epoch FROM now() - min(greatest(scheduled_at, deferred.at)) FILTER (
        WHERE status = 'todo' AND coalesce(scheduled_at <= now(), true))), 0)::float
"""

# Each gives one value; examinations (`storage/diagnosing`) ask them too.
OLDEST_DUE_JOB = f"SELECT {_DUE_FOR} {_JOBS}"
OLDEST_CHANGE = "SELECT coalesce(extract(epoch FROM now() - min(changed_at)), 0)::float FROM change_outbox"
UNCOUNTED_MEMBERS = "SELECT count(*) FROM member_deltas"
OLDEST_UNCHECKED_AUDIT = """
    SELECT coalesce(extract(epoch FROM now() - min(at)), 0)::float FROM audit_entries
    WHERE kind <> 'CHECKPOINT' AND at > coalesce(
        (SELECT at FROM audit_entries WHERE kind = 'CHECKPOINT' ORDER BY at DESC LIMIT 1), '-infinity')
"""

_QUEUES = Statement(
    f"""
    SELECT queue_name,
           count(*) FILTER (WHERE status = 'todo'),
           count(*) FILTER (WHERE status = 'doing'),
           count(*) FILTER (WHERE status IN ('failed', 'aborted')),
           {_DUE_FOR}
    {_JOBS}
    GROUP BY queue_name ORDER BY queue_name
    """,
    {},
)
_BACKLOGS = Statement(
    "SELECT (SELECT count(*) FROM change_outbox), "  # noqa: S608 # nothing but the above
    f"({OLDEST_CHANGE}), ({UNCOUNTED_MEMBERS}), ({OLDEST_UNCHECKED_AUDIT})",
    {},
)


async def queue_backlogs(database: Database) -> Sequence[QueueBacklog]:
    """Of the queues that hold anything."""
    return [QueueBacklog._make(row) for row in await database.rows(_QUEUES)]


async def backlogs(database: Database) -> Backlogs:
    [row] = await database.rows(_BACKLOGS)
    return Backlogs._make(row)
