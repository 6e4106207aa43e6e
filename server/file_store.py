"""文件存储: the store that the settings name."""

import os
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from obstore.store import LocalStore, S3Store

from files.store import FileStore
from server.secret_values import secret_value
from server.settings import Settings

_S3 = "s3://"
_ANSWERS_WITHIN = "10s"
_TRIES_AGAIN = 2
_OURS_ALONE = 0o700


class FileStoreSettingsError(Exception):
    """The settings name a store that cannot be used."""


def file_store_of(settings: Settings) -> FileStore:
    """A folder, which is made where it is missing, or a bucket, of which nothing is asked yet."""
    place = settings.file_store or str(settings.data_directory / "files")
    return _bucket(settings, place.removeprefix(_S3)) if place.startswith(_S3) else _folder(Path(place))


def _folder(path: Path) -> FileStore:
    try:
        path.mkdir(_OURS_ALONE, parents=True, exist_ok=True)
    except OSError as error:
        raise FileStoreSettingsError(
            f"The folder for files, {path}, cannot be made ({type(error).__name__}). Set DENGTA_FILE_STORE to another."
        ) from error
    return FileStore(LocalStore(path), partial(_synced, path))


def _synced(folder: Path, key: str) -> None:
    """The object, and the folders down to it: the library leaves it to the system when they are written to the disk."""
    place = folder / key
    for each in (place, *place.parents[: len(Path(key).parents)]):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _bucket(settings: Settings, place: str) -> FileStore:
    """Whatever is not set here comes from the environment as it does for other programs (AWS_…)."""
    bucket, _, prefix = place.partition("/")
    endpoint = settings.file_store_endpoint
    given = {
        "endpoint": None if endpoint is None else str(endpoint).rstrip("/"),
        "region": settings.file_store_region,
        "access_key_id": settings.file_store_access_key,
        "secret_access_key": secret_value(
            settings.file_store_secret, settings.file_store_secret_file, "DENGTA_FILE_STORE_SECRET_FILE"
        ),
    }
    config: Any = {name: value for name, value in given.items() if value is not None}
    store = S3Store(
        bucket,
        prefix=prefix or None,
        config=config,
        client_options={"timeout": _ANSWERS_WITHIN, "allow_http": endpoint is not None and endpoint.scheme == "http"},
        retry_config={"max_retries": _TRIES_AGAIN, "retry_timeout": timedelta(seconds=30)},
    )
    return FileStore(store)
