"""The embedded PostgreSQL outlives what happens to it and to those who started it."""

import os
import signal
import subprocess
from pathlib import Path

from sqlalchemy import make_url

from tests.storage.embedded.processes import (
    AS_ROOT,
    Start,
    child,
    connect,
    is_stopped,
    kill_all_of,
    line_from,
    postmaster,
    rows,
    socket_folder,
    write_a_row,
)


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
    tell("ready")
    while True:  # a signal that comes just before pause() would be slept through
        signal.sigtimedwait([], 0.1)
except KeyboardInterrupt:
    tell(connect().execute("SELECT 7").fetchone()[0])
"""
    with child(interrupted, tmp_path / "data") as process:
        assert line_from(process) == "ready"
        os.killpg(process.pid, signal.SIGINT)
        out, complaints = process.communicate(timeout=20)
    assert (out, process.returncode) == ("7\n", 0), complaints
    assert is_stopped(tmp_path / "data")
