"""工作者: runs the jobs of the queue, several at a time, until it is stopped; a lost database is waited out."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision, utils
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from procrastinate.periodic import PeriodicRegistry
from procrastinate.types import JSONValue

from domain.waiting import growing_wait
from storage.beside import running_beside
from storage.engine import libpq_url, session_options
from storage.jobs import JobKind, TryAgainError
from storage.periodic_jobs import ComingByThemselves
from storage.pools import CONNECTS_AGAIN_AFTER, try_again

# Jobs that wait for their time, and those whose notification was lost, are found by looking.
_LOOKS_EVERY = 1.0
_STOPS_WITHIN = 5.0
_STATEMENT_TIMEOUT = 10.0
_WAITS_FOR_A_CONNECTION = 5.0
_CONNECTIONS = 4
"""Beside the one that listens; jobs use the connections of the Database that they were made with."""

_LONGEST_WAIT = 300.0
_LONGEST_WAIT_FOR_THE_DATABASE = 2.0

Report = Callable[[BaseException], None]
"""Told of what went wrong and was not expected."""

# Whoever was lost for good has been deleted by another worker, or is about to be. The ids are read once, in front, so
# that a job which has just been taken by somebody else is left to them.
_TAKE_FROM_THE_LOST = """
SELECT procrastinate_retry_job_v2(job.id, now(), NULL, NULL, NULL)
FROM (
    SELECT id FROM procrastinate_jobs
    WHERE status = 'doing' AND (
        worker_id IS NULL OR worker_id = ANY(ARRAY(
            SELECT id FROM procrastinate_workers
            WHERE last_heartbeat < now() - make_interval(secs => %(lost_after)s)
        ))
    )
    FOR UPDATE SKIP LOCKED
) AS job
"""


_TRY_AGAIN = "SELECT procrastinate_retry_job_v2(%(job_id)s, now() + %(wait)s, %(priority)s, %(queue)s, %(lock)s)"


class JobWorker:
    """Has connections of its own. Jobs of other queues than those of its `kinds` are left to others."""

    def __init__(
        self, url: str, kinds: Sequence[JobKind], report: Report, *, at_once: int = 10, lost_after: float = 15.0
    ) -> None:
        """`at_once`: how many jobs it runs at a time.

        `lost_after`: seconds without a sign of life after which another worker takes up the jobs that this one had
        begun.
        """
        connector = PsycopgConnector(
            conninfo=libpq_url(url),
            min_size=0,
            max_size=_CONNECTIONS,
            timeout=_WAITS_FOR_A_CONNECTION,
            reconnect_timeout=CONNECTS_AGAIN_AFTER,
            reconnect_failed=try_again,
            kwargs={"options": session_options(_STATEMENT_TIMEOUT)},
        )
        self._app = App(connector=connector)
        self._app.job_manager = _ByTheDatabasesClock(connector)
        self._periodic = PeriodicRegistry()  # type: ignore[no-untyped-call]  # of the library
        self._report = report
        self._at_once = at_once
        self._lost_after = lost_after
        self._queues = sorted({kind.queue.value for kind in kinds})
        for kind in kinds:
            self._add(kind)

    def _add(self, kind: JobKind) -> None:
        if kind.every is None:
            self._app.task(name=kind.name, queue=kind.queue, retry=_AsAsked(), pass_context=True)(self._run(kind))
        else:
            task = self._app.task(name=kind.name, queue=kind.queue, queueing_lock=kind.name)(self._run_by_itself(kind))
            self._periodic.register_task(task, cron=kind.every, periodic_id="", configure_kwargs={})

    def _run(self, kind: JobKind) -> Callable[..., object]:
        async def run(context: JobContext, **arguments: JSONValue) -> None:
            try:
                await kind.run(**arguments)
            except TryAgainError:
                raise
            except Exception as error:
                self._report(error)
                wait = growing_wait(context.job.attempts + 1, longest=_LONGEST_WAIT)
                raise TryAgainError(timedelta(seconds=wait)) from error

        return run

    def _run_by_itself(self, kind: JobKind) -> Callable[..., object]:
        """When it fails, there is another one the next time."""

        async def run(timestamp: int) -> None:  # noqa: ARG001 # every such job is given the time it was meant for
            try:
                await kind.run()
            except Exception as error:
                self._report(error)

        return run

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Beside whatever is done in the block. At its end, jobs under way have a few seconds to finish."""
        work = asyncio.create_task(self.run())
        try:
            yield
        finally:
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work

    async def run(self) -> None:
        """Until it is cancelled. Whatever ends the work before, a lost database above all, it is begun anew."""
        failures = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                async with self._app.open_async():
                    await self._work()
            except Exception as error:
                self._report(error)
            _end_if_cancelled()
            lasted = asyncio.get_running_loop().time() - began
            failures = 1 if lasted > _LONGEST_WAIT_FOR_THE_DATABASE else failures + 1
            await asyncio.sleep(growing_wait(failures, longest=_LONGEST_WAIT_FOR_THE_DATABASE))

    async def _work(self) -> None:
        _end_if_cancelled()
        working = self._app.run_worker_async(
            queues=self._queues,
            concurrency=self._at_once,
            fetch_job_polling_interval=_LOOKS_EVERY,
            shutdown_graceful_timeout=_STOPS_WITHIN,
            update_heartbeat_interval=self._lost_after / 3,
            stalled_worker_timeout=self._lost_after,
            delete_jobs="always",
            install_signal_handlers=False,
        )
        async with running_beside(self._take_from_the_lost()), running_beside(self._come_by_themselves()):
            await _until_it_stops(asyncio.create_task(working))

    async def _take_from_the_lost(self) -> None:
        while True:
            try:
                await self._app.connector.execute_query_async(_TAKE_FROM_THE_LOST, lost_after=self._lost_after)
            except Exception as error:
                self._report(error)
            await asyncio.sleep(self._lost_after / 3)

    async def _come_by_themselves(self) -> None:
        while self._periodic.periodic_tasks:
            try:
                await ComingByThemselves(self._periodic).worker()
            except Exception as error:
                self._report(error)
            await asyncio.sleep(_LONGEST_WAIT_FOR_THE_DATABASE)


async def _until_it_stops(work: asyncio.Task[None]) -> None:
    """Told to go while it is about to begin, the worker may not have heard it, and is told again until it has."""
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        while not work.done():
            work.cancel()
            await asyncio.wait({work}, timeout=_STOPS_WITHIN + 1)
        raise


def _end_if_cancelled() -> None:
    """An error on the way out hides that one was told to go, and so may the database's driver."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


class _ByTheDatabasesClock(JobManager):
    """Which says when a job's time has come, and so must say from when on it waits."""

    async def retry_job_by_id_async(
        self,
        job_id: int,
        retry_at: datetime,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        wait = max(retry_at - utils.utcnow(), timedelta(0))
        given = {"priority": priority, "queue": queue, "lock": lock}
        await self.connector.execute_query_async(_TRY_AGAIN, job_id=job_id, wait=wait, **given)


class _AsAsked(BaseRetryStrategy):
    """When the job asked for it; at once, by another worker, when it was cut off by the end of this one."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:  # noqa: ARG002 # by the library
        if isinstance(exception, TryAgainError):
            return RetryDecision(retry_in={"microseconds": int(exception.after / timedelta(microseconds=1))})
        return RetryDecision()
