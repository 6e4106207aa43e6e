"""Each rule of `dengta doctor`, over facts that are fine but for one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from server.doctor import database_settings, database_state, register_state, surroundings
from server.doctor.findings import Gravity, checked
from server.doctor.surroundings import Disk, SecretFile, Surroundings, connections_needed
from server.settings import Settings
from storage.diagnosing import DatabaseFacts, RegisterFacts, database_facts, register_facts

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
GIGABYTE = 1024**3
FINE = {
    "archive_mode": "on",
    "data_checksums": "on",
    "fsync": "on",
    "full_page_writes": "on",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "synchronous_commit": "on",
}


@pytest.fixture(scope="module")
def database(province_url: str) -> DatabaseFacts:
    """As found in a real one, with what the tests' PostgreSQL gives up for speed put right."""
    with create_engine(province_url).connect() as connection:
        found = database_facts(connection)
    return with_settings(replace(found, clock=NOW, oldest_transaction=0.0, archiving_failed_at=None), FINE)


@pytest.fixture(scope="module")
def register(clone: Callable[[str], str], province_template: str) -> RegisterFacts:
    """Of one that nobody has asked yet, of which its audit log would tell."""
    with create_engine(clone(province_template)).connect() as connection:
        return register_facts(connection)


@pytest.fixture
def around(database: DatabaseFacts, monkeypatch: pytest.MonkeyPatch) -> Surroundings:
    monkeypatch.setenv("DENGTA_MESSAGES", "gateway")
    return Surroundings(Settings(), NOW, [], [], None, database)


def with_settings(facts: DatabaseFacts, settings: Mapping[str, str]) -> DatabaseFacts:
    return replace(facts, settings={**facts.settings, **settings})


def told(facts: Any) -> list[str]:
    checks: Any = {
        DatabaseFacts: (*database_settings.CHECKS, *database_state.CHECKS),
        RegisterFacts: register_state.CHECKS,
        Surroundings: surroundings.CHECKS,
    }[type(facts)]
    found = checked(checks, facts)
    assert all(finding.where and finding.what and finding.mend for finding in found.findings)
    return [f"{finding.code} {finding.gravity}" for finding in found.findings]


def test_nothing_is_told_of_what_is_fine(
    database: DatabaseFacts, register: RegisterFacts, around: Surroundings
) -> None:
    assert told(database) + told(register) + told(around) == []


@pytest.mark.parametrize(
    ("code", "settings"),
    [
        ("DATABASE_TOO_OLD PROBLEM", {"server_version_num": "140012"}),
        ("FSYNC_OFF PROBLEM", {"fsync": "off"}),
        ("FULL_PAGE_WRITES_OFF PROBLEM", {"full_page_writes": "off"}),
        ("SYNCHRONOUS_COMMIT_OFF PROBLEM", {"synchronous_commit": "off"}),
        ("WAL_LEVEL_MINIMAL WARNING", {"wal_level": "minimal"}),
        ("NO_ARCHIVE WARNING", {"archive_mode": "off"}),
        ("NO_CHECKSUMS WARNING", {"data_checksums": "off"}),
        ("VALUES_IN_LOG PROBLEM", {"log_statement": "mod", "log_parameter_max_length": "-1"}),
        ("VALUES_IN_LOG PROBLEM", {"log_min_duration_statement": "500", "log_parameter_max_length": "-1"}),
        ("VALUES_IN_ERROR_LOG WARNING", {"log_error_verbosity": "default"}),
        ("VALUES_IN_ERROR_LOG WARNING", {"log_parameter_max_length_on_error": "-1"}),
        ("AUTOVACUUM_OFF PROBLEM", {"autovacuum": "off"}),
    ],
)
def test_settings_of_postgresql(database: DatabaseFacts, code: str, settings: Mapping[str, str]) -> None:
    assert told(with_settings(database, settings)) == [code]


def test_statements_may_be_logged_without_their_values(database: DatabaseFacts) -> None:
    assert told(with_settings(database, {"log_statement": "all", "log_parameter_max_length": "0"})) == []


def test_small_buffers_are_told_of_a_large_database_alone(database: DatabaseFacts) -> None:
    default = with_settings(database, {"shared_buffers": "16384"})
    assert told(default) == []
    assert told(replace(default, size=2 * GIGABYTE)) == ["SHARED_BUFFERS WARNING"]


@pytest.mark.parametrize(
    ("codes", "facts"),
    [
        (["ENCODING PROBLEM"], {"encoding": "SQL_ASCII"}),
        (["COLLATION_CHANGED PROBLEM"], {"collation_changed": True}),
        (["CONNECTION_NOT_ENCRYPTED WARNING", "SUPERUSER WARNING"], {"is_remote": True, "is_superuser": True}),
        ([], {"is_remote": True, "is_superuser": False, "encrypted": True}),
        (["ROLE_MISSING PROBLEM"], {"may_be_server": False}),
        (["LOG_ALTERABLE PROBLEM"], {"alterable": ("audit_entries",)}),
        (["TABLES_UNREADABLE PROBLEM"], {"unreadable": ("members",)}),
        (["ARCHIVING_FAILS PROBLEM"], {"archiving_failed_at": NOW, "archived_at": NOW - timedelta(minutes=1)}),
        (["ARCHIVING_FAILS PROBLEM"], {"archiving_failed_at": NOW, "archived_at": None}),
        ([], {"archiving_failed_at": NOW, "archived_at": NOW + timedelta(minutes=1)}),
        (["SLOT_UNREAD WARNING"], {"lagging_slots": ("standby",)}),
        (["INDEX_INVALID PROBLEM"] * 2, {"invalid_indexes": ("ix_a", "ix_b")}),
        (["CONSTRAINT_NOT_VALID WARNING"], {"unvalidated": ("members.ck_a",)}),
        (["DEAD_ROWS WARNING"], {"bloated": ("members",)}),
        (["NOT_ANALYSED WARNING"], {"unanalysed": ("members",)}),
        (["TRANSACTION_IDS WARNING"], {"transaction_ids": 600_000_000}),
        (["TRANSACTION_IDS PROBLEM"], {"transaction_ids": 1_600_000_000}),
        (["OLD_TRANSACTION WARNING"], {"oldest_transaction": 3_601.0}),
        (["PREPARED_TRANSACTIONS WARNING"], {"prepared": 1}),
    ],
)
def test_states_of_the_database(database: DatabaseFacts, codes: list[str], facts: Mapping[str, Any]) -> None:
    assert told(replace(database, **facts)) == codes


@pytest.mark.parametrize(
    ("codes", "facts"),
    [
        (["JOBS_LOST PROBLEM"], {"lost_jobs": 1}),
        (["JOBS_WAIT PROBLEM"], {"oldest_due_job": 601.0}),
        (["JOBS_FAILED WARNING"], {"failed_jobs": 2}),
        (["CHANGES_WAIT PROBLEM"], {"oldest_unnumbered_change": 61.0}),
        (["ROLLUPS_WAIT WARNING"], {"uncounted_members": 100_001}),
        (["AUDIT_UNCHECKED WARNING"], {"unchecked_audit": 301.0}),
        (["LOAD_UNFINISHED PROBLEM"], {"unfinished_loads": 1}),
    ],
)
def test_states_of_the_register(register: RegisterFacts, codes: list[str], facts: Mapping[str, Any]) -> None:
    assert told(replace(register, **facts)) == codes


@pytest.mark.parametrize(
    ("codes", "facts"),
    [
        (["CLOCKS_APART PROBLEM"], {"now": NOW + timedelta(seconds=3)}),
        (["CLOCKS_APART PROBLEM"], {"now": NOW - timedelta(seconds=3)}),
        (["DISK_FULL PROBLEM"], {"disks": [Disk(Path("/a"), 100 * GIGABYTE, GIGABYTE - 1)]}),
        (["DISK_FILLS WARNING"], {"disks": [Disk(Path("/a"), 100 * GIGABYTE, 9 * GIGABYTE)]}),
        ([], {"disks": [Disk(Path("/a"), 100 * GIGABYTE, 11 * GIGABYTE)]}),
        (["SECRET_READABLE PROBLEM"], {"secret_files": [SecretFile(Path("/a"), "DENGTA_SECRET_FILE", 0o640)]}),
        ([], {"secret_files": [SecretFile(Path("/a"), "DENGTA_SECRET_FILE", None)]}),
        (
            ["SECRET_MISSING PROBLEM"],
            {"secret_files": [SecretFile(Path("/a"), "DENGTA_SECRET_FILE", None)], "has_audit_entries": True},
        ),
        (["SIGNING_KEY_OLD WARNING"], {"signing_key_made_at": NOW - timedelta(days=401)}),
    ],
)
def test_what_lies_around(around: Surroundings, codes: list[str], facts: Mapping[str, Any]) -> None:
    assert told(replace(around, **facts)) == codes


@pytest.mark.parametrize(
    ("codes", "environment"),
    [
        (["TOO_FEW_CONNECTIONS PROBLEM"], {"DENGTA_WORKERS": "100"}),
        (["SECRET_IN_DATA_DIRECTORY WARNING"] * 2, {"DATABASE_URL": "postgresql://somewhere/register"}),
        (["ISSUER_NOT_SET WARNING"], {"DENGTA_HOST": "192.0.2.1"}),
        (["ISSUER_NOT_ENCRYPTED WARNING"], {"DENGTA_ISSUER": "http://register.example"}),
        (["NO_MESSAGES WARNING"], {"DENGTA_MESSAGES": "inbox"}),
        (["REGISTRY_SIMULATED WARNING"], {"DENGTA_POPULATION_REGISTRY": "simulator"}),
    ],
)
def test_our_own_settings(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch, codes: list[str], environment: Mapping[str, str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert told(replace(around, settings=Settings())) == codes


def test_connections_are_counted_for_each_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGTA_WORKERS", "4")
    monkeypatch.setenv("DENGTA_DATABASE_CONNECTIONS", "20")
    assert connections_needed(Settings()) == 4 * (20 + 5 + 6 + 5)


def test_a_problem_is_worse_than_a_warning() -> None:
    assert list(Gravity) == [Gravity.PROBLEM, Gravity.WARNING]
