"""任务队列: what stands in it, and what the operator may do about a job. Jobs that are done are deleted.

procrastinate's tables are read as its own shell reads them; what changes a job is its own function, where it has one.
"""

from domain.jobs import JobRecord, JobState
from storage.checks import RUN_CHECK
from storage.engine import Database
from storage.statements import Statement
from storage.writing import WriteSession

_SHOWN = """
SELECT id, task_name, queue_name,
       CASE WHEN status = 'doing' THEN 'RUNNING'
            WHEN status <> 'todo' THEN 'FAILED'
            WHEN attempts > 0 THEN 'RETRYING'
            ELSE 'WAITING' END,
       attempts,
       (SELECT min(at) FROM procrastinate_events WHERE job_id = job.id AND type = 'deferred'),
       (SELECT max(at) FROM procrastinate_events WHERE job_id = job.id AND type = 'started'),
       CASE WHEN status = 'todo' THEN scheduled_at END
FROM procrastinate_jobs AS job
WHERE status IN ('todo', 'doing', 'failed', 'aborted')
"""
_LISTED = Statement(f"{_SHOWN} ORDER BY id", {})
_ONE = Statement(f"{_SHOWN} AND id = %(id)s FOR UPDATE", {})

# A job that waits is left in its place, and only no longer waits.
_RUN_NOW = {
    JobState.RETRYING: Statement("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE id = %(id)s", {}),
    JobState.WAITING: Statement("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE id = %(id)s", {}),
    JobState.FAILED: Statement("SELECT procrastinate_retry_job_v2(%(id)s, now(), NULL, NULL, NULL)", {}),
}
_DELETE_WAITING = Statement("SELECT procrastinate_cancel_job_v1(%(id)s, false, true)", {})
_DELETE_FAILED = Statement("DELETE FROM procrastinate_jobs WHERE id = %(id)s", {})
_DELETE_OF_CHECK = Statement(
    "DELETE FROM procrastinate_jobs"
    " WHERE task_name = %(kind)s AND status = 'todo' AND (args ->> 'check_id')::bigint = %(check_id)s",
    {"kind": RUN_CHECK},
)
_CHECK_OF = Statement(
    "SELECT (args ->> 'check_id')::bigint FROM procrastinate_jobs WHERE id = %(id)s AND task_name = %(kind)s",
    {"kind": RUN_CHECK},
)


async def jobs_of_the_queue(database: Database) -> list[JobRecord]:
    """The oldest first."""
    return [_record(row) for row in await database.rows(_LISTED)]


async def job_to_change(session: WriteSession, job_id: int) -> JobRecord | None:
    """As it stands, held until the transaction ends: no worker takes it meanwhile."""
    row = await session.row(_ONE.with_values({"id": job_id}))
    return None if row is None else _record(row)


async def run_now(session: WriteSession, job: JobRecord) -> None:
    """One that is held, and is not running."""
    await session.execute(_RUN_NOW[job.state].with_values({"id": job.id}))


async def delete_job(session: WriteSession, job: JobRecord) -> None:
    """One that is held, and is not running."""
    statement = _DELETE_FAILED if job.state is JobState.FAILED else _DELETE_WAITING
    await session.execute(statement.with_values({"id": job.id}))


async def check_of_job(session: WriteSession, job: JobRecord) -> int | None:
    """The id of the check that it is there to run."""
    row = await session.row(_CHECK_OF.with_values({"id": job.id}))
    return None if row is None else int(row[0])


async def delete_job_of_check(session: WriteSession, check_id: int) -> None:
    """Of one that has ended, when no worker has taken it up."""
    await session.execute(_DELETE_OF_CHECK.with_values({"check_id": check_id}))


def _record(row: tuple[object, ...]) -> JobRecord:
    id_, kind, queue, state, *rest = row
    return JobRecord._make((id_, kind, queue, JobState(str(state)), *rest))
