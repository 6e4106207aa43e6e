"""文件存储: a folder, and a server that speaks S3 (`make test-s3` has one), as the settings name them."""

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.clock import system_clock
from domain.records import OrganizationRecord
from files.store import FileStore, FileStoreUnavailableError
from schema.identifiers import number_of
from server.file_collecting import FileCollecting
from server.file_store import FileStoreSettingsError, file_store_of
from server.gateways import Gateways
from server.jobs import job_worker
from server.secret_values import SecretValueError
from server.settings import Settings
from storage.engine import connect
from storage.files import remove_files
from tests.asking import AUDIT_KEY, Api
from tests.commands import free_port
from tests.file_contents import MEBIBYTE, pdf
from tests.gateway import eventually
from tests.uploading import staged

S3_SERVER = os.environ.get("DENGTA_TEST_S3_SERVER")
needs_s3 = pytest.mark.skipif(S3_SERVER is None, reason="`make test-s3` names a program that serves S3")


@pytest.fixture(params=["folder", pytest.param("bucket", marks=needs_s3)])
def settings(request: pytest.FixtureRequest, data_directory: Path) -> Iterator[Settings]:
    if request.param == "folder":
        yield Settings(data_directory=data_directory)
        return
    with s3_server() as address:
        httpx.put(f"{address}/register").raise_for_status()
        secret = data_directory / "secret-of-the-store"
        secret.write_text("anything\n")
        yield Settings(
            data_directory=data_directory,
            file_store="s3://register/some/place",
            file_store_endpoint=address,  # type: ignore[arg-type] # pydantic reads it
            file_store_region="cn-north-1",
            file_store_access_key="anybody",
            file_store_secret_file=secret,
        )


@contextmanager
def s3_server() -> Iterator[str]:
    """Its address."""
    port = free_port()
    with subprocess.Popen([str(S3_SERVER), "-H", "127.0.0.1", "-p", str(port)], stderr=subprocess.DEVNULL) as process:
        try:
            transport = httpx.HTTPTransport(retries=10)  # with growing waits in between
            with httpx.Client(transport=transport, timeout=30) as client:
                client.get(f"http://127.0.0.1:{port}/")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


@pytest.fixture
def store(settings: Settings) -> FileStore:
    return file_store_of(settings)


@pytest.fixture
async def own_api(own_province_url: str, store: FileStore) -> AsyncIterator[Api]:
    api = Api(connect(own_province_url, connections=4, audit_key=AUDIT_KEY), files=store)
    yield api
    await api.http.aclose()
    await api.database.close()


async def keys(store: FileStore) -> list[str]:
    return [each.key async for part in store.uploaded() for each in part]


async def test_what_is_put_is_found_listed_and_deleted(store: FileStore) -> None:
    content = os.urandom(3 * MEBIBYTE)
    before = system_clock()
    first, second = await store.put(content), await store.put(b"x")
    found = await store.get(first)
    assert found is not None
    chunks = [chunk async for chunk in found.chunks]
    assert (b"".join(chunks), found.size, len(chunks) > 1) == (content, len(content), True)
    listed = {each.key: each.stored_at async for part in store.uploaded() for each in part}
    assert set(listed) == {first, second}
    assert abs(listed[first] - before) < timedelta(minutes=1)
    for _ in range(2):
        await store.delete(first)
    assert (await store.get(first), await keys(store)) == (None, [second])


async def test_files_go_through_it_and_out_of_it_again(
    own_api: Api, county: OrganizationRecord, store: FileStore, settings: Settings, own_province_url: str
) -> None:
    caller = own_api.as_(county)
    file = await staged(caller, pdf(2 * MEBIBYTE), "a.pdf")
    response = await own_api.http.get(file["url"], headers={"Authorization": f"Bearer {caller.token}"})
    assert response.content == pdf(2 * MEBIBYTE)
    async with own_api.database.writing() as session:
        await remove_files(session, [number_of("File", file["id"])], system_clock())
    async with job_worker(settings, own_province_url, own_api.database, Gateways(), store).running():
        await eventually(lambda: is_empty(store))
    orphan = await store.put(b"x")
    await FileCollecting(own_api.database, store, lambda: system_clock() + timedelta(hours=23)).collect()
    assert await keys(store) == [orphan]
    await FileCollecting(own_api.database, store, lambda: system_clock() + timedelta(hours=25)).collect()
    assert await keys(store) == []


async def is_empty(store: FileStore) -> bool:
    return await keys(store) == []


async def test_what_is_put_into_a_folder_outlives_a_loss_of_power(
    data_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As far as a program can see to it."""
    synced: list[str] = []
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
    )
    store = file_store_of(Settings(data_directory=data_directory))
    key = Path("files") / await store.put(b"x")
    assert synced == [str(data_directory / each) for each in (key, *key.parents[:3])]


def test_the_folder_is_the_servers_alone(data_directory: Path) -> None:
    file_store_of(Settings(data_directory=data_directory))
    assert (data_directory / "files").stat().st_mode & 0o777 == 0o700


async def test_a_store_that_cannot_be_reached_is_unavailable() -> None:
    address: Any = f"http://127.0.0.1:{free_port()}"
    given = {"file_store_access_key": "a", "file_store_secret": "b", "file_store_region": "cn-north-1"}
    lost = file_store_of(Settings(file_store="s3://register", file_store_endpoint=address, **given))  # type: ignore[arg-type]
    with pytest.raises(FileStoreUnavailableError):
        await lost.put(b"x")
    with pytest.raises(FileStoreUnavailableError):
        await lost.get("files/00/00")
    with pytest.raises(FileStoreUnavailableError):
        await keys(lost)


def test_settings_that_name_no_store_are_said_to(data_directory: Path) -> None:
    (data_directory / "taken").write_text("a file")
    with pytest.raises(FileStoreSettingsError, match="DENGTA_FILE_STORE"):
        file_store_of(Settings(file_store=str(data_directory / "taken" / "files")))
    with pytest.raises(SecretValueError, match="DENGTA_FILE_STORE_SECRET_FILE"):
        file_store_of(Settings(file_store="s3://register", file_store_secret_file=data_directory / "nowhere"))
