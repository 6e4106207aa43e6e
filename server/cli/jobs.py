"""`dengta jobs`: what stands in the queue of the workers, and what the operator may do about it."""

from typing import Annotated

import typer

from domain.jobs import JobState
from server.cli.telling import AsJson, examples, tell

JOBS_EXAMPLES = examples("dengta jobs", "dengta jobs --state RETRYING --kind deliver_message", "dengta jobs --json")

jobs = typer.Typer(invoke_without_command=True, epilog=JOBS_EXAMPLES)

JobId = Annotated[int, typer.Argument(help="The job's number, as `dengta jobs` shows it.")]
_REFUSED = "1 when there is no such job, or a worker has it."


@jobs.callback()
def list_jobs(
    context: typer.Context,
    kind: Annotated[str | None, typer.Option(help="Only jobs of this kind, such as deliver_message.")] = None,
    state: Annotated[JobState | None, typer.Option(help="Only jobs in this state.", case_sensitive=False)] = None,
    limit: Annotated[
        int, typer.Option(min=0, help="How many jobs are listed, the oldest first; all are counted.")
    ] = 50,
    as_json: AsJson = False,
) -> None:
    """Show what is waiting, running or being retried in the queue (任务队列), by kind with ages.

    Jobs that are done are not kept. What fails is tried again, after longer and longer waits.
    """
    if context.invoked_subcommand is None:
        from server.commands.jobs import document, sentence, standing_jobs

        found = standing_jobs(kind, state)
        tell(document(found, limit), sentence(found, limit), as_json=as_json)


@jobs.command(epilog=examples("dengta jobs retry 41", exits=_REFUSED))
def retry(job_id: JobId, as_json: AsJson = False) -> None:
    """Have a job run again at once (重试), instead of when its wait is over."""
    from server.commands.jobs import retried

    job = retried(job_id)
    tell({"id": job.id, "kind": job.kind, "outcome": "RETRIED"}, f"Job {job.id} runs at once.", as_json=as_json)


@jobs.command(epilog=examples("dengta jobs cancel 41", exits=_REFUSED))
def cancel(job_id: JobId, as_json: AsJson = False) -> None:
    """Take a job that waits from the queue (取消): what it was to do is not done.

    With the job of a check the check is cancelled.
    """
    from server.commands.jobs import cancelled

    job = cancelled(job_id)
    sentence = f"Job {job.id} ({job.kind}) is cancelled."
    tell({"id": job.id, "kind": job.kind, "outcome": "CANCELLED"}, sentence, as_json=as_json)
