"""A disk is full, the database's or that of the files: it is said, nothing is half saved, and all goes on afterwards."""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from domain.codes import OrganizationKind
from files.store import FileStoreUnavailableError
from server.file_store import file_store_of
from server.settings import Settings
from storage.engine import Database, connect, libpq_url
from tests.asking import AUDIT_KEY, Api, Caller
from tests.chaos.callers import READ, saving, sound_members
from tests.chaos.servers import Postgres
from tests.conftest import DAY
from tests.oracle import Register
from tests.reading import read_register

SIZE = 16 * 1024 * 1024
VIEWER = "{ organizations(first: 1) { nodes { name } } }"
SAVED = "SELECT count(*) FROM members WHERE home_address = 'a new address'"
RECORDED = "SELECT count(*) FROM audit_entries WHERE operation = 'updateMember'"


@pytest.fixture
def small_disk(data_directory: Path) -> Iterator[Path]:
    """A file system of 16 MB."""
    place = data_directory / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", place], check=False)
    if mounted.returncode:
        pytest.skip("file systems may be mounted by root alone")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@contextmanager
def filled(place: Path) -> Iterator[None]:
    """To the last byte."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(65_536)):
                pass
        except OSError:
            pass
        try:
            while file.write(b"."):
                pass
        except OSError:
            pass
    yield
    filler.unlink()


@pytest.fixture
def postgres(own_postgres: Callable[[], Postgres], small_disk: Path) -> Postgres:
    """Whose audit log lies on the small disk."""
    made = own_postgres()
    owner = (made.folder / "cluster").stat()
    os.chown(small_disk, owner.st_uid, owner.st_gid)
    with psycopg.connect(libpq_url(made.server.url), autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{small_disk}'".encode())
        connection.execute("ALTER TABLE audit_entries SET TABLESPACE small")
    return made


@pytest.fixture
async def own(postgres: Postgres) -> AsyncIterator[Database]:
    async with connect(postgres.server.url, connections=4, audit_key=AUDIT_KEY) as database:
        yield database


@pytest.fixture
async def register(own: Database) -> Register:
    return await read_register(own, DAY)


@pytest.fixture
async def caller(own: Database, register: Register) -> AsyncIterator[Caller]:
    api = Api(own)
    yield api.as_(register.first_of_kind(OrganizationKind.PROVINCE))
    await api.http.aclose()


async def read_until_refused(caller: Caller) -> dict[str, object]:
    """What is left of the last page takes some entries yet."""
    while True:
        response = await caller.post(READ["query"])
        if response.status_code != 200:
            return {"status": response.status_code, **response.json()["errors"][0]["extensions"]}


async def test_a_full_database_is_said_and_nothing_is_half_saved(
    caller: Caller, register: Register, postgres: Postgres, small_disk: Path
) -> None:
    document = saving(next(sound_members(register)), "a new address")
    with filled(small_disk):
        read = await read_until_refused(caller)
        assert (read["status"], read["code"]) == (503, "DATABASE_FULL")
        refused = await caller.post(document["query"], document["variables"])
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert refused.json()["errors"][0]["extensions"]["code"] == "DATABASE_FULL"
        assert counts(postgres) == (0, 0)
        assert (await caller.ask(VIEWER))["organizations"]["nodes"]  # nothing is written for it
        assert (await caller.api.http.get("/readyz")).status_code == 200
    assert (await caller.ask(document["query"], document["variables"]))["updateMember"]["errors"] == []
    await caller.ask(READ["query"])
    assert counts(postgres) == (1, 1)


def counts(postgres: Postgres) -> tuple[int, ...]:
    with psycopg.connect(libpq_url(postgres.server.url)) as connection:
        return tuple(connection.execute(each.encode()).fetchall()[0][0] for each in (SAVED, RECORDED))


async def test_a_full_disk_of_files_is_said_and_leaves_nothing_behind(small_disk: Path) -> None:
    store = file_store_of(Settings(data_directory=small_disk))
    content = os.urandom(1_000_000)
    with filled(small_disk):
        with pytest.raises(FileStoreUnavailableError):
            await store.put(content)
        assert [part async for part in store.uploaded()] in ([], [[]])
    key = await store.put(content)
    found = await store.get(key)
    assert found is not None
    assert found.size == len(content)
    assert shutil.disk_usage(small_disk).used < SIZE // 2
