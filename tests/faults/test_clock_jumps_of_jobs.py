"""The clock by which jobs come is set by hours: each comes once for what was missed, and waits as long as it asked to."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from procrastinate import App, PsycopgConnector, periodic, utils
from procrastinate.periodic import PeriodicRegistry

from storage.engine import Database
from storage.jobs import JobKind, Queue, TryAgainError, defer_jobs
from storage.periodic_jobs import ComingByThemselves
from storage.statements import Statement
from tests.gateway import eventually
from tests.job_workers import working

HOURS = 3.0
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
PATIENCE = 120.0
PUT_OFF = Statement(
    "SELECT 1 FROM procrastinate_jobs WHERE status = 'todo'"
    " AND scheduled_at - now() BETWEEN interval '50 minutes' AND interval '1 hour'",
    {},
)
GONE = Statement("SELECT 1 WHERE NOT EXISTS (SELECT FROM procrastinate_jobs)", {})

MANY = {
    "every_second": "* * * * * *",
    "every_minute": "* * * * *",
    "every_hour": "17 * * * *",
    "nightly": "30 18 * * *",
}


@pytest.fixture
def deferrer() -> ComingByThemselves:
    """Of jobs that have come for the last time before `NOON`."""
    app = App(connector=PsycopgConnector())
    registry = PeriodicRegistry()  # type: ignore[no-untyped-call]  # of the library
    for name, cron in MANY.items():
        task = app.task(name=name)(lambda _: None)
        registry.register_task(task, cron=cron, periodic_id="", configure_kwargs={})
    deferrer = ComingByThemselves(registry)
    deferrer.last_defers = {
        ("every_second", ""): int(NOON),
        ("every_minute", ""): int(NOON),
        ("every_hour", ""): int(NOON - 43 * 60),
        ("nightly", ""): int(NOON - 17.5 * 3600),
    }
    return deferrer


def come_at(deferrer: ComingByThemselves, at: float) -> dict[str, list[float]]:
    """Job → for how long before that moment."""
    found: dict[str, list[float]] = {}
    for job, moment in deferrer.get_previous_tasks(at):
        found.setdefault(job.task.name, []).append(at - moment)
    return found


def test_a_job_that_was_missed_by_a_jump_forward_comes_once(deferrer: ComingByThemselves) -> None:
    assert come_at(deferrer, NOON + HOURS * 3600 + 0.5) == {
        "every_second": [0.5],
        "every_minute": [0.5],
        "every_hour": [43 * 60 + 0.5],
    }
    assert come_at(deferrer, NOON + HOURS * 3600 + 0.6) == {}
    assert list(come_at(deferrer, NOON + 10 * 365 * 86_400 + 0.5)) == list(MANY)


def test_a_job_comes_with_the_next_turn_after_a_jump_back(deferrer: ComingByThemselves) -> None:
    back = NOON - HOURS * 3600 + 0.5
    assert come_at(deferrer, back) == {"every_second": [0.5], "every_minute": [0.5]}
    assert come_at(deferrer, back + 1) == {"every_second": [0.5]}
    assert come_at(deferrer, back + 17 * 60)["every_hour"] == [0.5]


def test_a_job_does_not_come_twice_for_a_clock_that_is_corrected_by_little(deferrer: ComingByThemselves) -> None:
    assert come_at(deferrer, NOON - 0.5) == {}
    assert come_at(deferrer, NOON - 59.5) == {}


async def test_jobs_come_by_themselves_whichever_way_the_clock_is_set(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead, came = [0.0], asyncio.Event()
    monkeypatch.setattr(periodic, "time", SimpleNamespace(time=lambda: time.time() + ahead[0]))

    async def come() -> None:
        came.set()

    kind = JobKind("comes", Queue.HOUSEKEEPING, come, every="* * * * * *")
    async with asyncio.timeout(PATIENCE), working(empty_database_url, kind):
        for hours in (0.0, -HOURS, 0.0, HOURS):
            ahead[0] = hours * 3600
            for _ in range(2):
                came.clear()
                await came.wait()


@pytest.mark.parametrize("hours", [HOURS, -HOURS])
async def test_a_job_waits_by_the_clock_of_the_database(
    empty_database_url: str, database: Database, monkeypatch: pytest.MonkeyPatch, hours: float
) -> None:
    """For as long as it asked for, however wrong the clock of its worker is."""
    asked = asyncio.Event()
    utcnow = utils.utcnow
    monkeypatch.setattr(utils, "utcnow", lambda: utcnow() + timedelta(hours=hours))

    async def ask_for_an_hour() -> None:
        asked.set()
        raise TryAgainError(timedelta(hours=1))

    async with database.writing() as session:
        await defer_jobs(session, "asks", Queue.HOUSEKEEPING, [{}])
    async with working(empty_database_url, JobKind("asks", Queue.HOUSEKEEPING, ask_for_an_hour)):
        await asked.wait()
        await eventually(lambda: has_rows(database, PUT_OFF), PATIENCE)


async def test_a_job_comes_early_when_the_clock_of_the_database_is_set_forward(
    empty_database_url: str, database: Database
) -> None:
    """And late when it is set back, by as much: its time stands in the database."""
    times = asyncio.Queue[None]()

    async def ask_for_an_hour() -> None:
        times.put_nowait(None)
        if times.qsize() == 1:
            raise TryAgainError(timedelta(hours=1))

    async with database.writing() as session:
        await defer_jobs(session, "asks", Queue.HOUSEKEEPING, [{}])
    async with working(empty_database_url, JobKind("asks", Queue.HOUSEKEEPING, ask_for_an_hour)):
        await eventually(lambda: has_rows(database, PUT_OFF), PATIENCE)
        async with database.writing() as session:  # as if it were that much later
            await session.execute(
                Statement("UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - '3 h'::interval", {})
            )
        await eventually(lambda: has_rows(database, GONE), PATIENCE)
    assert times.qsize() == 2


async def has_rows(database: Database, statement: Statement) -> bool:
    return await database.rows(statement) == [(1,)]
