"""变更流 after a crash of PostgreSQL: what was told is not given back."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from domain.changes import ChangeRecord
from storage.changes import changes_after, number_changes
from storage.engine import connect, libpq_url
from storage.migration import migrate
from tests.asking import AUDIT_KEY
from tests.chaos.servers import Postgres
from tests.storage.test_changes import beside

QUICK = {"synchronous_commit": "off", "wal_writer_delay": "10s", "fsync": "off", "full_page_writes": "off"}
"""Of what is committed the last ten seconds are lost in a crash."""

ADD = "INSERT INTO organizations (name, kind, path, can_approve_membership) VALUES (%s, 'COUNTY', %s, false)"


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """Not under pytest's own folder, which PostgreSQL's account may not enter when the tests are run as root."""
    with tempfile.TemporaryDirectory(prefix="dengta-", ignore_cleanup_errors=True) as folder:
        made = Postgres(Path(folder).resolve(), QUICK)
        migrate(made.server.url)
        with psycopg.connect(libpq_url(made.server.url), autocommit=True) as connection:
            connection.execute(b"CHECKPOINT")  # the tables are not to be lost
        yield made
        made.server.stop()


async def test_a_position_that_was_told_is_there_after_a_crash_and_keeps_its_change(postgres: Postgres) -> None:
    add(postgres, "1/")
    told = await numbered(postgres, 1)
    postgres.restart_at_once()
    add(postgres, "2/")
    assert (await numbered(postgres, 2))[:1] == told
    assert [change.org_path for change in await numbered(postgres, 2)] == ["1/", "2/"]


async def numbered(postgres: Postgres, number: int) -> list[ChangeRecord]:
    """All, as soon as there are so many."""
    async with (
        asyncio.timeout(20),
        connect(postgres.server.url, connections=2, audit_key=AUDIT_KEY) as database,
        beside(number_changes(database)),
    ):
        while len(found := await changes_after(database, 0, 10)) < number:
            pass
    return found


def add(postgres: Postgres, path: str) -> None:
    with psycopg.connect(libpq_url(postgres.server.url)) as connection:
        connection.execute(ADD.encode(), (path, path))
