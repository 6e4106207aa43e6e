"""启停: starts, awaits and stops the PostgreSQL of a folder."""

import shlex
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from storage.embedded.errors import (
    EmbeddedServerError,
    OtherVersionError,
    ServerFailedError,
    StillRecoveringError,
    disk_full,
)
from storage.embedded.home import Home, library
from storage.embedded.options import server_options
from storage.embedded.postmaster import PORT, answers, mark, own_socket_folder, postmaster, serves, socket_folder

_MEGABYTE = 1024 * 1024
_ROOM_FOR_A_CLUSTER = 200 * _MEGABYTE
_PATIENCE = 300.0  # seconds: recovering a large database takes minutes
_PATIENCE_WITH_ORPHANS = 30.0


def ensure_running(home: Home, settings: Mapping[str, str]) -> None:
    """Waits for a server that is starting, recovering or stopping; starts one if there is none."""
    build = home.run("pg_config", within=home.folder).stdout
    _refuse_other_version(home.cluster, build.split("VERSION = PostgreSQL ")[1].split(".")[0])
    give_up_at = time.monotonic() + _PATIENCE
    while not answers(home):
        if postmaster(home.cluster) is None:
            _launch(home, {**server_options(build), **settings})
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


def _launch(home: Home, options: Mapping[str, str]) -> None:
    if home.cluster.exists():
        _clear_after_a_crash(home.cluster)
    else:
        _create_cluster(home)
    log = home.folder / "server.log"
    already_logged = log.stat().st_size if log.exists() else 0
    ours = {
        "listen_addresses": "",
        "port": PORT,
        "unix_socket_directories": str(own_socket_folder(home)),
        "unix_socket_permissions": "0700",
        "cluster_name": mark(home.cluster),
    }
    given = shlex.join(f"--{name}={value}" for name, value in {**options, **ours}.items())
    wait = ("-w", "-t", str(int(_PATIENCE)))
    done = home.run("pg_ctl", "start", "-D", ".", *wait, "-l", "../server.log", "-o", given, within=home.cluster)
    if done.returncode != 0:
        logged = log.read_bytes()[already_logged:].decode(errors="replace") if log.exists() else ""
        raise _still_recovering(home) if postmaster(home.cluster) else _failure(home, "start", logged or done.stdout)


def _clear_after_a_crash(cluster: Path) -> None:
    """Waits for what a killed postmaster left at work, and removes its file: to PostgreSQL, any living process of the
    same account that has got its number since would be a server."""
    if not (cluster / "postmaster.pid").exists():
        return
    give_up_at = time.monotonic() + _PATIENCE_WITH_ORPHANS
    while at_work := [str(number) for number in library("psutil").pids() if serves(number, cluster)]:
        if time.monotonic() > give_up_at:
            raise ServerFailedError(
                f"PostgreSQL crashed in {cluster.parent}, and these processes of it are still at work: "
                f"{', '.join(at_work)}. Wait for them or end them, then start again."
            )
        time.sleep(0.05)
    (cluster / "postmaster.pid").unlink()


def _create_cluster(home: Home) -> None:
    """Made beside its place and then moved there, so that one half made is never taken for a cluster."""
    free = shutil.disk_usage(home.folder).free
    if free < _ROOM_FOR_A_CLUSTER:
        raise disk_full(home.folder, f"{free // _MEGABYTE} MB are free, {_ROOM_FOR_A_CLUSTER // _MEGABYTE} are needed")
    half_made = home.folder / "cluster.new"
    shutil.rmtree(half_made, ignore_errors=True)
    access = ("--username=postgres", "--auth-local=trust", "--auth-host=reject")
    done = home.run("initdb", "-D", half_made.name, "--encoding=UTF8", "--locale=C", *access, within=home.folder)
    if done.returncode != 0:
        raise _failure(home, "make a database", done.stdout)
    half_made.rename(home.cluster)


def stop(home: Home) -> None:
    if postmaster(home.cluster) is None:
        return
    sockets = socket_folder(home)
    done = home.run("pg_ctl", "stop", "-D", ".", "-m", "fast", "-t", str(int(_PATIENCE)), within=home.cluster)
    if done.returncode != 0 and postmaster(home.cluster) is not None:
        raise _failure(home, "stop", done.stdout)
    if sockets.parent != home.folder:
        shutil.rmtree(sockets, ignore_errors=True)


def _failure(home: Home, what: str, output: str) -> EmbeddedServerError:
    full = [line for line in output.splitlines() if "No space left on device" in line]
    free = shutil.disk_usage(home.folder).free
    if full or free < _MEGABYTE:  # a full disk takes no log either
        return disk_full(home.folder, full[0] if full else f"{free} bytes are free")
    last = "\n".join(output.splitlines()[-20:])
    return ServerFailedError(f"PostgreSQL could not {what} in {home.folder}. The end of its log (server.log):\n{last}")


def _still_recovering(home: Home) -> StillRecoveringError:
    return StillRecoveringError(
        f"PostgreSQL did not answer within {_PATIENCE:.0f} seconds in {home.folder}; it is probably recovering a large "
        "database, and goes on doing so. Start again in some minutes; server.log in that folder tells how far it is."
    )
