"""`dengta jobs`, as an operator runs it: on a real queue, without a worker."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from typer.testing import CliRunner, Result

from server.cli import app

Run = Callable[..., Result]


@pytest.fixture
def run(own_province_url: str, tmp_path: Path) -> Run:
    environment = {"DATABASE_URL": own_province_url, "DENGTA_DATA_DIRECTORY": str(tmp_path), "LC_ALL": "en_US.UTF-8"}
    runner = CliRunner(env=environment)
    return lambda *arguments: runner.invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.fixture
def engine(own_province_url: str) -> Iterator[Engine]:
    engine = create_engine(own_province_url)
    yield engine
    engine.dispose()


def execute(engine: Engine, statement: str, **values: object) -> list[tuple[Any, ...]]:
    with engine.begin() as connection:
        done = connection.execute(text(statement), values)
        return [tuple(row) for row in done] if done.returns_rows else []


@pytest.fixture
def job(run: Run, engine: Engine) -> int:
    """Of a check that waits for a worker, the only one in the queue."""
    assert run("check", "--in-background").exit_code == 0
    [(number,)] = execute(engine, "SELECT id FROM procrastinate_jobs")
    return int(number)


def listed(run: Run, *arguments: str) -> dict[str, Any]:
    done = run("jobs", "--json", *arguments)
    assert (done.exit_code, done.stderr) == (0, "")
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def retrying(engine: Engine) -> None:
    execute(engine, "UPDATE procrastinate_jobs SET attempts = 2, scheduled_at = now() + interval '1 hour'")


def audited(engine: Engine) -> list[tuple[Any, ...]]:
    return execute(engine, "SELECT operation, actor, target FROM audit_entries ORDER BY id")[1:]


def test_an_empty_queue_is_said_to_be_one(run: Run) -> None:
    assert run("jobs").stdout == "No jobs stand in the queue.\n"
    assert listed(run) == {"kinds": [], "jobs": []}


def test_jobs_are_listed_and_counted_by_kind(run: Run, engine: Engine, job: int) -> None:
    document = listed(run)
    [kind], [found] = document["kinds"], document["jobs"]
    assert kind.pop("oldest") == found["queuedAt"] is not None
    assert kind == {"kind": "run_check", "queue": "checks", "waiting": 1, "running": 0, "retrying": 0, "failed": 0}
    assert (found["id"], found["state"], found["attempts"], found["begunAt"]) == (job, "WAITING", 0, None)
    retrying(engine)
    assert listed(run, "--state", "waiting")["jobs"] == []
    assert listed(run, "--kind", "deliver_message")["jobs"] == []
    assert listed(run, "--limit", "0")["kinds"] != []
    said = run("jobs", "--state", "RETRYING").stdout
    assert f"{job}  run_check  RETRYING  queued 0:00:" in said
    assert "attempts: 2, runs in 0:59:" in said


def test_a_job_is_retried_at_once(run: Run, engine: Engine, job: int) -> None:
    retrying(engine)
    done = run("jobs", "retry", job, "--json")
    assert json.loads(done.stdout) == {"id": job, "kind": "run_check", "outcome": "RETRIED"}
    assert execute(engine, "SELECT status, scheduled_at <= now() FROM procrastinate_jobs") == [("todo", True)]
    assert audited(engine) == [("retryJob", "operator", f"Job:{job}")]


def test_what_was_given_up_is_retried_too(run: Run, engine: Engine, job: int) -> None:
    execute(engine, "UPDATE procrastinate_jobs SET status = 'doing'")
    execute(engine, "UPDATE procrastinate_jobs SET status = 'failed'")
    assert listed(run)["jobs"][0]["state"] == "FAILED"
    assert run("jobs", "retry", job).exit_code == 0
    assert execute(engine, "SELECT status FROM procrastinate_jobs") == [("todo",)]


def test_a_cancelled_job_is_gone_and_its_check_is_cancelled(run: Run, engine: Engine, job: int) -> None:
    done = run("jobs", "cancel", job)
    assert (done.exit_code, done.stdout) == (0, f"Job {job} (run_check) is cancelled.\n")
    assert execute(engine, "SELECT count(*) FROM procrastinate_jobs") == [(0,)]
    assert execute(engine, "SELECT state::text FROM checks") == [("CANCELLED",)]
    assert audited(engine) == [("cancelJob", "operator", f"Job:{job}")]


@pytest.mark.parametrize("change", ["retry", "cancel"])
def test_what_a_worker_has_or_nobody_knows_is_left_alone(run: Run, engine: Engine, job: int, change: str) -> None:
    execute(engine, "UPDATE procrastinate_jobs SET status = 'doing'")
    for number, said in ((job, "is being run"), (job + 1, "There is no job")):
        refused = run("jobs", change, number)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert said in refused.stderr
        assert refused.stderr.count("\n") == 1
    assert execute(engine, "SELECT status FROM procrastinate_jobs") == [("doing",)]
    assert audited(engine) == []
