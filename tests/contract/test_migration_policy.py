"""Migrations after the first release leave the release before them at work: docs/decisions/0040."""

import importlib.util
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from alembic import op
from alembic.migration import MigrationContext
from alembic.operations import Operations

import storage
from storage.migration_steps import make_index

ROOT = Path(storage.__file__).parents[1]
VERSIONS = ROOT / "storage" / "migrations" / "versions"
SQUAWK = Path(sys.executable).with_name("squawk")
BASELINE = 22
"""The last one before the first release: nobody was at work on what it and those before it changed."""

AFTER_IT = [file for file in sorted(VERSIONS.glob("*.py")) if int(file.name[:4]) > BASELINE]


def sql_of(upgrade: Callable[[], None]) -> str:
    """As it would be run; what is in an autocommit block stands between COMMIT and BEGIN."""
    written = io.StringIO()
    options = {"as_sql": True, "output_buffer": written, "transactional_ddl": True}
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    with Operations.context(context), context.begin_transaction():
        upgrade()
    return written.getvalue()


def breaches(sql: str, folder: Path) -> list[str]:
    file = folder / "migration.sql"
    file.write_text(sql)
    done = subprocess.run(
        [SQUAWK, "--config", ROOT / ".squawk.toml", "--reporter", "json", file],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return [breach["rule_name"] for breach in json.loads(done.stdout)]


def migration(file: Path) -> ModuleType:
    specification = importlib.util.spec_from_file_location(file.stem, file)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_each_migration_keeps_the_policy(tmp_path: Path) -> None:
    found = {file.name: breaches(sql_of(migration(file).upgrade), tmp_path) for file in AFTER_IT}
    assert {name: rules for name, rules in found.items() if rules} == {}


def test_each_exception_names_the_release_that_allows_it() -> None:
    """On the line before: `-- unused since 1.2`."""
    ignored = [found for file in AFTER_IT for found in re.findall(r"(.*)\n.*squawk-ignore", file.read_text())]
    assert [line for line in ignored if not re.search(r"-- unused since \d+\.\d+", line)] == []


@pytest.mark.parametrize(
    ("rules", "statement"),
    [
        (["require-concurrent-index-creation"], "CREATE INDEX ix_a ON members (phone)"),
        (["require-concurrent-index-deletion"], "DROP INDEX ix_a"),
        (["adding-required-field"], "ALTER TABLE members ADD COLUMN a text NOT NULL"),
        (["adding-not-nullable-field"], "ALTER TABLE members ALTER COLUMN phone SET NOT NULL"),
        (["constraint-missing-not-valid"], "ALTER TABLE members ADD CONSTRAINT ck CHECK (length(name) < 99)"),
        (["changing-column-type"], "ALTER TABLE members ALTER COLUMN version TYPE bigint"),
        (["renaming-column"], "ALTER TABLE members RENAME COLUMN phone TO telephone"),
        (["ban-drop-column"], "ALTER TABLE members DROP COLUMN phone"),
        (["ban-drop-table"], "DROP TABLE loads"),
        ([], "ALTER TABLE members ADD COLUMN a text"),
        ([], "ALTER TABLE members ADD COLUMN a text DEFAULT '' NOT NULL"),
        ([], "ALTER TABLE members ADD CONSTRAINT ck CHECK (length(name) < 99) NOT VALID"),
        ([], "-- unused since 1.2\n-- squawk-ignore ban-drop-column\nALTER TABLE members DROP COLUMN phone"),
    ],
)
def test_what_the_policy_says_of(tmp_path: Path, rules: list[str], statement: str) -> None:
    assert breaches(sql_of(lambda: op.execute(statement)), tmp_path) == rules


def test_an_index_is_made_beside_those_who_work(tmp_path: Path) -> None:
    sql = sql_of(lambda: make_index("ix_a", "members", ["phone"]))
    assert breaches(sql, tmp_path) == []
    assert "CONCURRENTLY" in sql


def test_a_new_table_may_have_what_it_likes(tmp_path: Path) -> None:
    table = "CREATE TABLE notes (id bigint PRIMARY KEY, text text NOT NULL CHECK (length(text) < 99))"
    assert breaches(sql_of(lambda: op.execute(f"{table}; CREATE INDEX ix_notes ON notes (text)")), tmp_path) == []
