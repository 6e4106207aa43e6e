"""清理文件: which files belong to nobody any more."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select

from storage.engine import Database
from storage.files import OF_NOBODY, remove_files
from storage.models import File
from storage.statements import one_of

_AT_ONCE = 1_000


async def remove_stale(database: Database, uploaded_before: datetime, now: datetime) -> None:
    """Staged files that nobody has used in time; those that are being given to somebody just now are left alone."""
    stale = select(File.id).where(*OF_NOBODY, File.removed_at.is_(None), File.uploaded_at < uploaded_before)
    more = True
    while more:
        async with database.writing() as session:
            ids = [row[0] for row in await session.rows(stale.limit(_AT_ONCE).with_for_update(skip_locked=True))]
            await remove_files(session, ids, now)
        more = len(ids) == _AT_ONCE


async def removed_file(database: Database, file_id: int) -> str | None:
    """The key of its content, which is still there; None for what is not removed, or is forgotten."""
    row = await database.row(select(File.object_key).where(File.id == file_id, File.removed_at.is_not(None)))
    return None if row is None else row[0]


async def removed_files(database: Database, removed_before: datetime) -> list[int]:
    found = select(File.id).where(*OF_NOBODY, File.removed_at < removed_before).order_by(File.id)
    return [row[0] for row in await database.rows(found)]


async def forget_file(database: Database, file_id: int) -> None:
    """A removed one."""
    async with database.writing() as session:
        await session.execute(delete(File).where(File.id == file_id, File.removed_at.is_not(None)))


async def keys_in_use(database: Database, keys: Collection[str]) -> set[str]:
    """Those of the keys that a row names."""
    if not keys:
        return set()
    return {row[0] for row in await database.rows(select(File.object_key).where(one_of(File.object_key, keys)))}
