"""The scripts of docs/backup.md, run as they stand: a register is restored to a moment between two changes."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text, update

from auth.secret_files import audit_key, secret_at
from domain.audit import AuditRecord
from domain.audit_verifying import VerifiedLog
from domain.codes import AuditKind
from domain.synthetic.province import Province
from storage import embedded
from storage.audit_verifying import verified_log
from storage.changes import feed_state
from storage.embedded.home import Home, opened_home
from storage.embedded.postmaster import PORT, socket_folder
from storage.engine import connect
from storage.loading import load_province
from storage.migration import migrate
from storage.models import Member
from tests.commands import wait_until
from tests.conftest import DAY
from tests.samples import sample

PAGE = "docs/backup.md"
EARLIER, LATER = "张早", "张晚"


@pytest.fixture
def places(tmp_path: Path) -> dict[str, str]:
    """What the scripts are told, and PostgreSQL's folders, which its account owns."""
    lives, restored = tmp_path / "lives", tmp_path / "restored"
    home = opened_home(lives)
    for folder in ("archive", "backups", "keys", "files", "copies", "restored"):
        (tmp_path / folder).mkdir()
        home.own(tmp_path / folder)
    (restored / "start.lock").touch()
    keys = tmp_path / "keys"
    for name in ("secret", "signing-key.json"):
        secret_at(keys / name, "-")
        if home.account:
            os.chown(keys / name, *home.account)
    (tmp_path / "copies" / "keys").mkdir()
    (tmp_path / "copies" / "files").mkdir()
    for folder in ("keys", "files"):
        home.own(tmp_path / "copies" / folder)
    (tmp_path / "files" / "photo").write_bytes(b"a photo")
    return {
        "ARCHIVE": str(tmp_path / "archive"),
        "BACKUP": str(tmp_path / "backups" / "first"),
        "KEYS": str(tmp_path / "copies" / "keys"),
        "FILES": str(tmp_path / "copies" / "files"),
        "DENGTA_SECRET_FILE": str(keys / "secret"),
        "DENGTA_SIGNING_KEY_FILE": str(keys / "signing-key.json"),
        "DENGTA_FILE_STORE": str(tmp_path / "files"),
        "PGDATA": str(restored / "cluster"),
    }


def run_sample(name: str, home: Home, places: dict[str, str]) -> None:
    """As PostgreSQL's account, with its programs."""
    user, group = home.account or (None, None)
    connection = {"PGHOST": str(socket_folder(home)), "PGPORT": PORT, "PGUSER": "postgres", "PGDATABASE": "dengta"}
    path = {"PATH": f"{home.programs}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", "-eu", "-c", sample(PAGE, name)],
        env={**os.environ, **connection, **path, **places},
        cwd=home.folder,
        user=user,
        group=group,
        extra_groups=[] if home.account else None,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def running(folder: Path) -> Iterator[str]:
    server = embedded.start(folder)
    try:
        yield server.url
    finally:
        server.stop()


def value(url: str, query: str) -> Any:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        found = connection.execute(text(query)).scalar()
    engine.dispose()
    return found


async def rename(url: str, key: bytes, name: str) -> None:
    """The first member, with an entry of the audit log, as an edit does."""
    async with connect(url, connections=2, audit_key=key) as database, database.writing() as session:
        await session.execute(update(Member).where(Member.id == 1).values(name=name))
        await session.audit(AuditRecord(AuditKind.CHANGE, datetime.now(UTC), "-", operation=name))


async def verified(url: str, key: bytes) -> VerifiedLog:
    async with connect(url, connections=1) as database:
        return await verified_log(database, key)


async def test_a_register_is_restored_to_a_moment_between_two_changes(tmp_path: Path, places: dict[str, str]) -> None:
    lives, restored = tmp_path / "lives", tmp_path / "restored"
    key = audit_key(secret_at(Path(places["DENGTA_SECRET_FILE"]), "-"))
    with running(lives) as url:
        migrate(url)
        load_province(url, Province(50, seed=1, day=DAY))
        run_sample("archive.sh", opened_home(lives), places)
    with running(lives) as url:
        run_sample("back-up.sh", opened_home(lives), places)
        await rename(url, key, EARLIER)
        moment = value(url, "SELECT clock_timestamp()::text")
        await rename(url, key, LATER)
        async with connect(url, connections=1) as database:
            state = await feed_state(database)
        written = value(url, "SELECT pg_walfile_name(pg_switch_wal())")
        wait_until(lambda: (value(url, "SELECT last_archived_wal FROM pg_stat_archiver") or "") >= written)
    shutil.rmtree(lives / "cluster")

    run_sample("restore.sh", opened_home(restored), {**places, "UNTIL": moment})
    with running(restored) as url:
        run_sample("after.sh", opened_home(restored), places)
        assert value(url, "SELECT name FROM members WHERE id = 1") == EARLIER
        copied = audit_key(secret_at(Path(places["KEYS"]) / "secret", "-"))
        log = await verified(url, copied)
        assert (log.is_intact, log.entries) == (True, 1)
        assert not (await verified(url, b"another key")).is_intact
        async with connect(url, connections=1) as database:
            assert (await feed_state(database)).series == state.series + 1
    with running(restored) as url:  # and once more, from its own log
        await rename(url, key, LATER)
        assert value(url, "SELECT name FROM members WHERE id = 1") == LATER
    assert (Path(places["FILES"]) / "photo").read_bytes() == b"a photo"
