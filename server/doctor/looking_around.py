"""Finds out what lies around the database, without making any of it."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from auth.signing_keys import SigningKeyError, made_at, signing_keys_at
from server.doctor.surroundings import Disk, SecretFile, Surroundings
from server.settings import Settings
from storage.diagnosing import DatabaseFacts

_S3 = "s3://"


def surroundings_of(
    settings: Settings, now: datetime, database: DatabaseFacts | None, *, has_audit_entries: bool
) -> Surroundings:
    return Surroundings(
        settings,
        now,
        [_disk(folder) for folder in sorted(_folders(settings))],
        [_secret_file(path, name) for name, path in _secrets(settings).items() if path is not None],
        _key_made_at(settings.signing_key),
        database,
        has_audit_entries,
    )


def _folders(settings: Settings) -> Iterator[Path]:
    """The same disk may hold several, and is told of once."""
    store = settings.file_store or ""
    wanted = [settings.data_directory, *([Path(store)] if store and not store.startswith(_S3) else [])]
    seen = set()
    for folder in wanted:
        there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
        if (device := there.stat().st_dev) not in seen:
            seen.add(device)
            yield there


def _disk(folder: Path) -> Disk:
    usage = shutil.disk_usage(folder)
    return Disk(folder, usage.total, usage.free)


def _secrets(settings: Settings) -> dict[str, Path | None]:
    return {
        "DENGTA_SECRET_FILE": settings.secret,
        "DENGTA_SIGNING_KEY_FILE": settings.signing_key,
        "DENGTA_MESSAGE_GATEWAY_SECRET_FILE": settings.message_gateway_secret_file,
        "DENGTA_POPULATION_REGISTRY_SECRET_FILE": settings.population_registry_secret_file,
        "DENGTA_FILE_STORE_SECRET_FILE": settings.file_store_secret_file,
    }


def _secret_file(path: Path, name: str) -> SecretFile:
    try:
        return SecretFile(path, name, path.stat().st_mode & 0o777)
    except OSError:
        return SecretFile(path, name, None)


def _key_made_at(path: Path) -> datetime | None:
    """Of the one that signs. What is wrong with the file is another check's."""
    if not path.exists():
        return None
    try:
        at = made_at(signing_keys_at(path).signing)
    except SigningKeyError:
        return None
    return None if at is None else datetime.fromtimestamp(at, UTC)
