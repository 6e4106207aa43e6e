"""PgBouncer in transaction mode, before a database, for tests."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from storage.embedded.home import opened_home
from storage.engine import libpq_url
from storage.pooling import connect_query
from storage.privileges import SERVER_ROLE
from tests.commands import wait_until

PROGRAM = shutil.which("pgbouncer")
LOGIN = "pooled"
"""The PostgreSQL user as which it connects, so that its connections can be told from others."""

_PORT = 6432
_SETTINGS = """
[databases]
{database} = host={host} port={port} dbname={database} user={login}{setup}

[pgbouncer]
pool_mode = transaction
auth_type = any
listen_addr =
listen_port = {own_port}
unix_socket_dir = {folder}
pidfile = {folder}/pid
logfile = {folder}/log
default_pool_size = {connections}
max_client_conn = 200
"""


@contextmanager
def pooled(url: str, folder: Path, connections: int, setup: str | None = None) -> Iterator[str]:
    """The database's URL by way of it. `setup`: its connect_query, the one that the server asks for when None."""
    home = opened_home(folder)
    _ensure_login(url)
    place = make_url(url)
    said = connect_query(10.0) if setup is None else setup
    file = folder / "pgbouncer.ini"
    file.write_text(
        _SETTINGS.format(
            database=place.database,
            host=place.query["host"],
            port=place.query["port"],
            login=LOGIN,
            setup=f" connect_query='{said}'" if said else "",
            own_port=_PORT,
            folder=folder,
            connections=connections,
        )
    )
    user, group = home.account or (None, None)
    with subprocess.Popen(  # as installed
        [str(PROGRAM), "-q", str(file)], user=user, group=group, extra_groups=[] if home.account else None
    ) as process:
        try:
            wait_until((folder / f".s.PGSQL.{_PORT}").exists)
            yield place.set(query={"host": str(folder), "port": str(_PORT)}).render_as_string(hide_password=False)
        finally:
            process.terminate()


def connections_of(url: str) -> int:
    """How many it holds to the database now."""
    with psycopg.connect(libpq_url(url)) as connection:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND datname = current_database()"
        found = connection.execute(asked, [LOGIN]).fetchone()
    return int(found[0]) if found else 0


def _ensure_login(url: str) -> None:
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [LOGIN]).fetchone() is None:
            connection.execute(f"CREATE ROLE {LOGIN} LOGIN IN ROLE {SERVER_ROLE}".encode())
