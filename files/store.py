"""文件存储: where the contents of files lie: a folder, or a store that speaks S3."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from obstore.exceptions import BaseError
from obstore.store import MemoryStore, ObjectStore

_PREFIX, _EXPORTS = "files", "exports"
_CHUNK = 262_144
_PARTS_AT_ONCE = 2
"""Of a large file: each is in memory while it is sent."""


class FileStoreUnavailableError(Exception):
    """The store cannot be reached, or refuses the server."""


@dataclass(frozen=True, slots=True)
class StoredContent:
    size: int
    chunks: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One of the store's objects, as its list shows it."""

    key: str
    stored_at: datetime


class FileStore:
    """Each of the operations raises FileStoreUnavailableError."""

    def __init__(self, store: ObjectStore, make_durable: Callable[[str], None] | None = None) -> None:
        """`make_durable` blocks until the object with that key outlives a loss of power; without it it does anyway."""
        self._store = store
        self._make_durable = make_durable

    async def put(self, content: bytes) -> str:
        """The key under which it lies: nobody guesses it, and it tells nothing."""
        key = _new_key(_PREFIX)
        await self.put_at(key, content)
        return key

    async def put_export(self, file: Path) -> str:
        """As `put`, of a file on the disk, of which no more than some megabytes are in memory at a time."""
        key = _new_key(_EXPORTS)
        await self.put_at(key, file)
        return key

    async def put_at(self, key: str, content: bytes | Path) -> None:
        with _available():
            await self._store.put_async(key, content, max_concurrency=_PARTS_AT_ONCE)
            if self._make_durable is not None:
                await asyncio.to_thread(self._make_durable, key)

    async def get(self, key: str) -> StoredContent | None:
        """None when there is no such object."""
        try:
            with _available():
                found = await self._store.get_async(key)
        except FileNotFoundError:
            return None
        return StoredContent(found.meta["size"], _streamed(found.stream(min_chunk_size=_CHUNK)))

    async def delete(self, key: str) -> None:
        """Also when it is not there (any more). What `put` has not made stays: members of the synthetic province share
        it."""
        if not key.startswith((f"{_PREFIX}/", f"{_EXPORTS}/")):
            return
        try:
            with _available():
                await self._store.delete_async(key)
        except FileNotFoundError:
            pass

    def uploaded(self) -> AsyncIterator[list[StoredObject]]:
        """All objects that `put` has made, in parts."""
        return self._listed(_PREFIX)

    def exported(self) -> AsyncIterator[list[StoredObject]]:
        """All objects that `put_export` has made, in parts."""
        return self._listed(_EXPORTS)

    async def _listed(self, prefix: str) -> AsyncIterator[list[StoredObject]]:
        with _available():
            async for part in self._store.list(prefix, chunk_size=1_000):
                yield [StoredObject(each["path"], each["last_modified"]) for each in part]


def _new_key(prefix: str) -> str:
    name = token_hex(16)
    return f"{prefix}/{name[:2]}/{name}"


def in_memory() -> FileStore:
    """For an application that is alone, and forgets."""
    return FileStore(MemoryStore())


async def _streamed(chunks: AsyncIterator[object]) -> AsyncIterator[bytes]:
    with _available():
        async for chunk in chunks:
            yield bytes(chunk)  # type: ignore[call-overload] # a buffer of the library's


@contextmanager
def _available() -> Iterator[None]:
    """What is not there is an error of Python's own (FileNotFoundError), and not meant here."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        raise FileStoreUnavailableError(type(error).__name__) from error
