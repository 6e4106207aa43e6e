"""Shows the queue of the workers, and changes jobs of it on behalf of the operator."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from domain.audit import AuditRecord
from domain.clock import system_clock
from domain.codes import AuditKind
from domain.jobs import JobRecord, JobState
from resolvers.officers import OPERATOR
from server.cli.failing import fail
from server.commands.operating import on_the_database
from storage.checks import cancel_check, check_to_change
from storage.engine import Database
from storage.job_listing import check_of_job, delete_job, job_to_change, jobs_of_the_queue, run_now
from storage.writing import WriteSession


class Standing(NamedTuple):
    """The jobs of one kind."""

    kind: str
    queue: str
    numbers: dict[JobState, int]
    oldest: datetime | None


def standing_jobs(kind: str | None, state: JobState | None) -> list[JobRecord]:
    """The oldest first."""
    found = on_the_database(jobs_of_the_queue)
    return [job for job in found if kind in {None, job.kind} and state in {None, job.state}]


def by_kind(jobs: Sequence[JobRecord]) -> list[Standing]:
    kinds = groupby(sorted(jobs, key=attrgetter("kind", "id")), key=attrgetter("kind"))
    return [_standing(kind, list(of_it)) for kind, of_it in kinds]


def _standing(kind: str, jobs: Sequence[JobRecord]) -> Standing:
    numbers = {state: sum(job.state is state for job in jobs) for state in JobState}
    oldest = min((job.queued_at for job in jobs if job.queued_at is not None), default=None)
    return Standing(kind, jobs[0].queue, numbers, oldest)


def document(jobs: Sequence[JobRecord], limit: int) -> dict[str, object]:
    kinds = [
        {
            "kind": of.kind,
            "queue": of.queue,
            **{state.lower(): n for state, n in of.numbers.items()},
            "oldest": of.oldest,
        }
        for of in by_kind(jobs)
    ]
    listed = [
        {
            "id": job.id,
            "kind": job.kind,
            "queue": job.queue,
            "state": job.state.value,
            "attempts": job.attempts,
            "queuedAt": job.queued_at,
            "begunAt": job.begun_at,
            "runsAt": job.runs_at,
        }
        for job in jobs[:limit]
    ]
    return {"kinds": kinds, "jobs": listed}


def sentence(jobs: Sequence[JobRecord], limit: int) -> str:
    if not jobs:
        return "No jobs stand in the queue."
    now = system_clock()
    lines = [f"{'kind':24}{'waiting':>9}{'running':>9}{'retrying':>9}{'failed':>9}  oldest"]
    for kind in by_kind(jobs):
        numbers = "".join(f"{number:>9,}" for number in kind.numbers.values())
        lines.append(f"{kind.kind:24}{numbers}  {_age(kind.oldest, now)}")
    shown = [_line(job, now) for job in jobs[:limit]]
    return "\n".join([*lines, *([""] if shown else []), *shown])


def _line(job: JobRecord, now: datetime) -> str:
    waits = f", runs in {_age(now, job.runs_at)}" if job.runs_at is not None and job.runs_at > now else ""
    tried = f", attempts: {job.attempts}" if job.attempts else ""
    return f"{job.id:>9}  {job.kind}  {job.state.value}  queued {_age(job.queued_at, now)} ago{tried}{waits}"


def _age(since: datetime | None, now: datetime) -> str:
    return "-" if since is None else str(timedelta(seconds=max(0, int((now - since).total_seconds()))))


def retried(job_id: int) -> JobRecord:
    return _changed(job_id, "retryJob", run_now)


def cancelled(job_id: int) -> JobRecord:
    return _changed(job_id, "cancelJob", _cancel)


async def _cancel(session: WriteSession, job: JobRecord) -> None:
    check_id = await check_of_job(session, job)
    check = None if check_id is None else await check_to_change(session, None, check_id)
    if check is not None and check.is_under_way:
        await cancel_check(session, check.id, system_clock())
    await delete_job(session, job)


def _changed(job_id: int, operation: str, change: Callable[[WriteSession, JobRecord], Awaitable[None]]) -> JobRecord:
    async def work(database: Database) -> JobRecord:
        async with database.writing() as session:
            job = await job_to_change(session, job_id)
            if job is None:
                raise fail(
                    f"There is no job {job_id}: it may be done by now. `dengta jobs` shows those that are there."
                )
            if job.state is JobState.RUNNING:
                raise fail(f"Job {job_id} is being run: wait for its end. If its worker was lost, another takes it up.")
            await change(session, job)
            await session.audit(_entry(operation, job))
            return job

    return on_the_database(work)


def _entry(operation: str, job: JobRecord) -> AuditRecord:
    details = {"kind": job.kind}
    return AuditRecord(
        AuditKind.CHANGE, system_clock(), OPERATOR, operation=operation, target=f"Job:{job.id}", details=details
    )
