"""`dengta check`, as an operator runs it."""

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner, Result

from server.checking import MEMBERS_AT_A_TIME
from server.cli import app
from storage.engine import libpq_url
from tests.commands import running
from tests.conftest import MEMBERS
from tests.gateway import eventually
from tests.server.test_checks_after_kill import HOLD, HOLD_BACK, is_held_back


@pytest.fixture
def environment(own_province_url: str, tmp_path: Path) -> dict[str, str]:
    return {"DATABASE_URL": own_province_url, "DENGTA_DATA_DIRECTORY": str(tmp_path), "LC_ALL": "en_US.UTF-8"}


def run(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner(env=environment).invoke(app, ["check", *arguments], catch_exceptions=False)


def rows(environment: dict[str, str], statement: str) -> list[tuple[Any, ...]]:
    engine = create_engine(environment["DATABASE_URL"])
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(statement))]
    engine.dispose()
    return found


def test_it_checks_the_register_and_counts_by_rule_and_severity(environment: dict[str, str], run_folder: Path) -> None:
    done = run(environment, "--json", "--fail-on", "ERROR")
    assert (done.exit_code, done.stderr) == (1, ""), "there are errors"
    document = json.loads(done.stdout)
    assert (document["state"], document["members"], document["organization"]["id"]) == ("DONE", MEMBERS, 1)
    injected = json.loads((run_folder / "manifest.json").read_text())["breaches"]
    counts = {rule["code"]: rule["breaches"] for rule in document["rules"]}
    assert counts["PHONE_INVALID"] == len(injected["PHONE_INVALID"])
    assert rows(environment, "SELECT count(*) FROM validation_results") == [(sum(counts.values()),)]
    for severity, number in document["severities"].items():
        assert number == sum(rule["breaches"] for rule in document["rules"] if rule["severity"] == severity)
    audited = rows(environment, "SELECT operation, actor, target FROM audit_entries")
    assert audited == [("startCheck", "operator", f"Check:{document['id']}")]
    assert rows(environment, "SELECT count(*) FROM procrastinate_jobs") == [(0,)], "nothing is left for workers"


def test_it_fails_only_on_what_is_as_severe_as_that(environment: dict[str, str]) -> None:
    done = run(environment, "--rule", "PHOTO_MISSING", "--fail-on", "ERROR")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "PHOTO_MISSING" in done.stdout
    assert "ERROR 错误 0" in done.stdout
    assert run(environment, "--rule", "PHOTO_MISSING", "--fail-on", "HINT").exit_code == 1


def test_one_organisation_is_checked_alone(environment: dict[str, str]) -> None:
    document = json.loads(run(environment, "--organization", "370102", "--json").stdout)
    [(path,)] = rows(environment, "SELECT path FROM organizations WHERE division_code = '370102'")
    assert rows(environment, f"SELECT count(*) FROM members WHERE org_path LIKE '{path}%'") == [(document["members"],)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--organization", "nowhere"], "There is no organisation 'nowhere'"),
        (["--rule", "NO_SUCH_RULE"], "NO_SUCH_RULE"),
    ],
)
def test_what_there_is_not_is_one_clear_line(environment: dict[str, str], arguments: list[str], said: str) -> None:
    refused = run(environment, *arguments)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert said in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert rows(environment, "SELECT count(*) FROM checks") == [(0,)]


def test_a_check_that_is_under_way_is_not_begun_again(environment: dict[str, str]) -> None:
    started = json.loads(run(environment, "--in-background", "--json").stdout)
    assert rows(environment, "SELECT id, state::text, started_by FROM checks") == [
        (started["id"], "QUEUED", "operator")
    ]
    refused = run(environment)
    assert refused.exit_code == 1
    assert "CHECK_RUNNING" in refused.stderr


async def test_ctrl_c_cancels_the_check_and_exits_with_130(environment: dict[str, str]) -> None:
    url = libpq_url(environment["DATABASE_URL"])
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as holding:
        await holding.execute(HOLD_BACK.encode())
        await holding.execute(b"SELECT pg_advisory_lock(%d)" % HOLD)
        with running("check", environment=environment) as interrupted:
            await eventually(lambda: is_held_back(holding), patience=60)
            interrupted.send_signal(signal.SIGINT)
            said, _ = await asyncio.to_thread(interrupted.communicate)
    assert (interrupted.returncode, said) == (130, "dengta: stopped.\n")
    state = await asyncio.to_thread(rows, environment, "SELECT state::text, members_done FROM checks")
    assert state == [("CANCELLED", MEMBERS_AT_A_TIME)]
    operations = await asyncio.to_thread(rows, environment, "SELECT operation FROM audit_entries ORDER BY at")
    assert operations == [("startCheck",), ("cancelCheck",)]
    assert await asyncio.to_thread(rows, environment, "SELECT count(*) FROM procrastinate_jobs") == [(0,)]
