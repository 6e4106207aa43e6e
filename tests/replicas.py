"""只读副本: a second PostgreSQL that follows a first one by streaming replication, as in a fail-over pair."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from storage import embedded
from storage.embedded import EmbeddedServer
from storage.embedded.home import Home, opened_home
from storage.embedded.postmaster import socket_folder
from storage.engine import libpq_url
from tests.commands import wait_until

_STATE = "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'"


@dataclass(frozen=True)
class Replica:
    """It answers reads until it is promoted, and then writes too."""

    server: EmbeddedServer
    home: Home

    def url(self, database: str) -> str:
        """Of a database by its name, as SQLAlchemy takes it."""
        return self.server.database_url(database)

    def promote(self) -> None:
        """Comes back when it takes writes."""
        done = self.home.run("pg_ctl", "promote", "-w", "-D", ".", within=self.home.cluster)
        assert done.returncode == 0, done.stdout


@contextmanager
def streaming_replica(primary: EmbeddedServer, folder: Path, settings: Mapping[str, str] = {}) -> Iterator[Replica]:
    """A copy of the primary in a folder of its own, which has caught up; it is stopped when the block ends.

    `settings` of its PostgreSQL. The primary must have been started with the same `max_connections` or fewer.
    """
    home = opened_home(folder.resolve())
    place = f"host={socket_folder(opened_home(primary.data_dir))} port=5432 user=postgres"
    copied = home.run("pg_basebackup", "-D", "cluster", "-R", "-c", "fast", "-d", place, within=home.folder)
    assert copied.returncode == 0, copied.stdout
    server = embedded.start(home.folder, settings=settings)
    try:
        with psycopg.connect(libpq_url(primary.url), autocommit=True) as connection:
            wait_until(lambda: connection.execute(_STATE).fetchone())
        yield Replica(server, home)
    finally:
        server.stop()


def url_of_both(first: str, second: str) -> str:
    """One URL that finds whichever of the two takes writes, as libpq does with several hosts."""
    places = [make_url(url).query for url in (first, second)]
    joined = {name: ",".join(str(place[name]) for place in places) for name in ("host", "port")}
    url = make_url(first).set(query=joined | {"target_session_attrs": "read-write"})
    return url.render_as_string(hide_password=False)


def caught_up(primary: str, replica: str) -> None:
    """Waits until the replica has replayed all that the primary has written so far."""
    with (
        psycopg.connect(libpq_url(primary), autocommit=True) as first,
        psycopg.connect(libpq_url(replica), autocommit=True) as second,
    ):
        found = first.execute("SELECT pg_current_wal_lsn()").fetchone()
        wait_until(lambda: second.execute("SELECT pg_last_wal_replay_lsn() >= %s", found).fetchone() == (True,))
