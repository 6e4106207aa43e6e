"""A database is upgraded while others are at work on it."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from domain.codes import OrganizationKind
from storage import migration
from storage.migration import Patience, Shape, TablesBusyError, migrate, shape_of
from storage.partitioning import partition_members
from tests.commands import wait_until
from tests.oracle import Register

NEXT = """from alembic import op
from storage.migration_steps import make_index

revision = "{revision}"
down_revision = "{after}"


def upgrade() -> None:
    {upgrade}
"""
ADDS_COLUMN = 'op.execute("ALTER TABLE members ADD COLUMN note text")'
MAKES_INDEX = 'make_index("ix_note", "members", ["note"])'
WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
HAS_COLUMN = "SELECT count(*) FROM information_schema.columns WHERE table_name = 'members' AND column_name = 'note'"
INDEXED_PARTS = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'ix_note'::regclass"
VALID_INDEX = "SELECT count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_note') AND indisvalid"


@pytest.fixture(autouse=True)
def a_newer_dengta(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which has two migrations more."""
    scripts = tmp_path / "migrations"
    shutil.copytree(migration._SCRIPTS, scripts)
    newest = max((scripts / "versions").glob("*.py")).name[:4]
    for revision, after, upgrade in (("9001", newest, ADDS_COLUMN), ("9002", "9001", MAKES_INDEX)):
        (scripts / "versions" / f"{revision}.py").write_text(
            NEXT.format(revision=revision, after=after, upgrade=upgrade)
        )
    monkeypatch.setattr(migration, "_SCRIPTS", scripts)


def execute(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def number(url: str, query: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.execute(text("SET statement_timeout = '60s'"))
        found = connection.execute(text(query)).scalar_one()
    engine.dispose()
    return int(found)


def test_who_reads_is_not_held_up_by_a_migration_that_waits(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url)
    with ThreadPoolExecutor(1) as beside, engine.connect() as long_reader:
        long_reader.execute(text("SELECT count(*) FROM members"))
        upgrade = beside.submit(migrate, empty_database_url, patience=Patience(lock=0.5, tries=500, pause=0.1))
        wait_until(lambda: number(empty_database_url, WAITS))
        assert number(empty_database_url, "SELECT count(*) FROM members") == 0
        assert not upgrade.done()
        long_reader.commit()
        upgrade.result(timeout=60)
    engine.dispose()
    assert number(empty_database_url, HAS_COLUMN) == 1


def test_it_gives_up_and_leaves_the_database_as_it_was(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url)
    with engine.connect() as long_reader:
        long_reader.execute(text("SELECT count(*) FROM members"))
        with pytest.raises(TablesBusyError, match="start again"):
            migrate(empty_database_url, patience=Patience(lock=0.05, tries=2, pause=0))
        long_reader.rollback()
        assert number(empty_database_url, HAS_COLUMN) == 0
        assert shape_of(long_reader) is Shape.OLDER
    migrate(empty_database_url)
    with engine.connect() as connection:
        assert shape_of(connection) is Shape.OURS
    engine.dispose()


def test_an_index_is_built_beside_those_who_work_even_after_an_attempt_that_failed(empty_database_url: str) -> None:
    migrate(empty_database_url, "9001")
    execute(empty_database_url, "CREATE INDEX ix_note ON members (note)")
    execute(empty_database_url, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_note'::regclass")
    migrate(empty_database_url)
    assert number(empty_database_url, VALID_INDEX) == 1


def test_several_processes_may_upgrade_at_once(empty_database_url: str) -> None:
    with ThreadPoolExecutor(4) as beside:
        for upgrade in [beside.submit(migrate, empty_database_url) for _ in range(4)]:
            upgrade.result(timeout=120)
    assert number(empty_database_url, VALID_INDEX) == 1


def test_a_register_in_parts_is_upgraded_too(
    own_province_url: str, empty_database_url: str, register: Register
) -> None:
    """Those that lie elsewhere were upgraded before."""
    cities = {city.path for city in register.of_kind(OrganizationKind.CITY)}
    partition_members(own_province_url, OrganizationKind.CITY, {max(cities): empty_database_url})
    assert number(own_province_url, HAS_COLUMN) == 0

    migrate(own_province_url)

    assert number(own_province_url, HAS_COLUMN) == 1
    assert number(own_province_url, VALID_INDEX) == 1
    assert number(own_province_url, INDEXED_PARTS) == len(cities) + 1  # one less, and what stands before and after all
    assert number(own_province_url, "SELECT count(*) FROM members WHERE note IS NULL") == len(register.members)


def test_an_index_of_parts_is_taken_up_where_an_attempt_was_interrupted(own_province_url: str) -> None:
    partition_members(own_province_url, OrganizationKind.CITY, {})
    migrate(own_province_url, "9001")
    execute(own_province_url, "CREATE INDEX members_part_1_ix_note ON members_part_1 (note)")
    execute(own_province_url, "CREATE INDEX members_part_2_ix_note ON members_part_2 (note)")
    half = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'members_part_2_ix_note'::regclass"
    execute(own_province_url, half)
    migrate(own_province_url)
    assert number(own_province_url, VALID_INDEX) == 1
    assert number(own_province_url, "SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
