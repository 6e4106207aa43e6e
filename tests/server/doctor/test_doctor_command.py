"""`dengta doctor` on a real database, as an operator calls it, with things broken for real."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError
from typer.testing import CliRunner, Result

from server.cli import app
from tests.commands import free_port, run

ALWAYS = {"FSYNC_OFF", "FULL_PAGE_WRITES_OFF", "SYNCHRONOUS_COMMIT_OFF", "NO_ARCHIVE", "SECRET_IN_DATA_DIRECTORY"}
"""Found on the PostgreSQL of the tests, which gives safety up for speed."""

SPOILT = (
    "ALTER TABLE members ADD CONSTRAINT ck_new CHECK (length(name) < 100) NOT VALID",
    "GRANT UPDATE ON audit_entries TO dengta_server",
    "REVOKE SELECT ON member_deltas FROM dengta_server",
    "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('checks', 'run_check', 'doing')",
    "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('checks', 'run_check', 'failed')",
    "INSERT INTO change_outbox (type, object_id, org_path, columns, changed_at)"
    " VALUES ('MEMBER_CHANGED', 1, '1/', '{}', now() - interval '2 minutes')",
    "INSERT INTO loads (members, seed, day) VALUES (1, 1, '2026-11-23')",
)


def doctor(url: str, folder: Path, *options: str, **environment: str) -> Result:
    runner = CliRunner(env={"DATABASE_URL": url, "DENGTA_DATA_DIRECTORY": str(folder), **environment})
    return runner.invoke(app, ["doctor", *options], catch_exceptions=False)


def found(done: Result) -> dict[str, dict[str, Any]]:
    return {finding["code"]: finding for finding in json.loads(done.stdout)["findings"]}


def execute(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_what_is_broken_is_found(own_province_url: str, tmp_path: Path) -> None:
    execute(own_province_url, *SPOILT)
    with pytest.raises(IntegrityError):  # which leaves an index behind that is not valid
        execute(own_province_url, "CREATE UNIQUE INDEX CONCURRENTLY ix_gender ON members (gender)")
    done = doctor(own_province_url, tmp_path, "--json")
    assert done.exit_code == 1
    codes = found(done)
    spoilt = {
        "CONSTRAINT_NOT_VALID": "members.ck_new",
        "LOG_ALTERABLE": "audit_entries",
        "TABLES_UNREADABLE": "member_deltas",
        "INDEX_INVALID": "ix_gender",
        "JOBS_LOST": "dengta jobs",
        "JOBS_FAILED": "dengta jobs --state FAILED",
        "CHANGES_WAIT": "change_outbox",
        "LOAD_UNFINISHED": "loads",
    }
    assert {code: codes[code]["where"] for code in spoilt} == spoilt


def test_people_are_told_the_same(own_province_url: str, tmp_path: Path) -> None:
    execute(own_province_url, SPOILT[1])
    said = doctor(own_province_url, tmp_path).stdout
    assert "PROBLEM  LOG_ALTERABLE  audit_entries\n" in said
    assert said.splitlines()[-1].endswith("warnings.")
    assert said.index("PROBLEM") < said.index("WARNING")


def test_migrations_that_wait_are_found_and_left_waiting(own_province_url: str, tmp_path: Path) -> None:
    execute(own_province_url, "UPDATE alembic_version SET version_num = '0021'")
    for _ in range(2):
        codes = found(doctor(own_province_url, tmp_path, "--json"))
        assert "MIGRATIONS_WAIT" in codes
        assert "LOAD_UNFINISHED" not in codes
    execute(own_province_url, "UPDATE alembic_version SET version_num = '9999'")
    assert "DATABASE_NEWER" in found(doctor(own_province_url, tmp_path, "--json"))


def test_what_is_not_reached_is_named(own_province_url: str, tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    done = doctor(
        own_province_url,
        tmp_path,
        "--json",
        DENGTA_MESSAGES="gateway",
        DENGTA_MESSAGE_GATEWAY_URL=f"{nowhere}/messages",
        DENGTA_FILE_STORE="s3://bucket",
        DENGTA_FILE_STORE_ENDPOINT=nowhere,
        DENGTA_FILE_STORE_ACCESS_KEY="key",
        DENGTA_FILE_STORE_SECRET="secret",  # noqa: S106 # of a test
    )
    codes = found(done)
    assert codes["NOT_REACHED"]["where"] == "DENGTA_MESSAGE_GATEWAY_URL"
    assert codes["FILE_STORE_UNAVAILABLE"]["gravity"] == "PROBLEM"


def test_a_setting_that_keeps_the_server_from_starting_is_told(own_province_url: str, tmp_path: Path) -> None:
    codes = found(doctor(own_province_url, tmp_path, "--json", DENGTA_MESSAGES="gateway"))
    assert "DENGTA_MESSAGE_GATEWAY_URL is not set" in codes["SETTING_UNUSABLE"]["what"]


def test_a_secret_that_others_may_read_is_found_and_nothing_is_made(own_province_url: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("ab" * 32)
    secret.chmod(0o644)
    codes = found(doctor(own_province_url, tmp_path, "--json"))
    assert codes["SECRET_READABLE"]["where"] == str(secret)
    assert codes.keys() - ALWAYS == {"SECRET_READABLE", "NO_MESSAGES"}
    assert {path.name for path in tmp_path.iterdir()} == {"secret", "files"}
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


def test_a_database_that_is_not_there_is_told_without_its_password(tmp_path: Path) -> None:
    done = doctor(f"postgresql://me:hush@127.0.0.1:{free_port()}/register", tmp_path, "--json")
    assert done.exit_code == 1
    assert found(done)["DATABASE_UNREACHABLE"]["where"].startswith("postgresql+psycopg://me:***@127.0.0.1")
    assert "hush" not in done.output


def test_where_nothing_is_wrong_it_exits_with_0(data_directory: Path) -> None:
    environment = {"DENGTA_DATA_DIRECTORY": str(data_directory)}
    assert run("doctor", **environment).returncode == 1
    assert not (data_directory / "postgres" / "cluster").exists()
    assert run("jobs", **environment).returncode == 0
    fine = run("doctor", "--json", **environment)
    assert fine.returncode == 0, fine.stdout
    assert json.loads(fine.stdout)["isFine"] is True
    assert run("doctor", "--strict", **environment).returncode == 1
