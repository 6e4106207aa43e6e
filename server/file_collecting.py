"""清理文件: takes out of the store what belongs to nobody any more. Each job bears to be run again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.clock import Clock
from files.store import FileStore, StoredObject
from resolvers.uploads import STAGED_FOR
from storage.engine import Database
from storage.file_collecting import forget_file, keys_in_use, remove_stale, removed_file, removed_files

_UNNAMED_FOR = timedelta(days=1)
"""An upload puts the content into the store a moment before the row; a day later there will be none."""

_JOBS_HAVE_HAD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class FileCollecting:
    database: Database
    files: FileStore
    clock: Clock

    async def remove_content(self, file_id: int) -> None:
        """Of a removed file, which is then forgotten: nothing of it is left."""
        object_key = await removed_file(self.database, file_id)
        if object_key is not None:
            await self.files.delete(object_key)
            await forget_file(self.database, file_id)

    async def collect(self) -> None:
        """What was uploaded and never used; removed files whose job was lost; objects that no row names."""
        now = self.clock()
        await remove_stale(self.database, now - STAGED_FOR, now)
        for file_id in await removed_files(self.database, now - _JOBS_HAVE_HAD):
            await self.remove_content(file_id)
        async for part in self.files.uploaded():
            await self._delete_unnamed(part, now - _UNNAMED_FOR)

    async def _delete_unnamed(self, objects: list[StoredObject], before: datetime) -> None:
        old = [each.key for each in objects if each.stored_at < before]
        in_use = await keys_in_use(self.database, old)
        for key in old:
            if key not in in_use:
                await self.files.delete(key)
