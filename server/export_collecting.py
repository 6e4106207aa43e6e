"""清理导出: exports that have expired go, their files first. Each job bears to be run again."""

from dataclasses import dataclass
from datetime import timedelta

from domain.clock import Clock
from files.store import FileStore
from server.work_place import clear_left_places
from storage.engine import Database
from storage.exports import export_keys_in_use, forget_exports, forget_files, keys_of_expired

_AT_ONCE = 500
_UNNAMED_FOR = timedelta(days=1)
"""A worker puts the file into the store a moment before the row names it."""
_STAYS_FOR = timedelta(days=1)
"""The row alone, after its file: that it has expired can be told until then."""


@dataclass(frozen=True, slots=True)
class ExportCollecting:
    database: Database
    files: FileStore
    clock: Clock

    async def collect(self) -> None:
        """Files of expired exports, their rows a day later, and files that no row names."""
        clear_left_places()
        now = self.clock()
        while expired := await keys_of_expired(self.database, now, _AT_ONCE):
            for key in expired:
                await self.files.delete(key)
            await forget_files(self.database, expired)
        await forget_exports(self.database, now - _STAYS_FOR)
        async for part in self.files.exported():
            old = [each.key for each in part if each.stored_at < now - _UNNAMED_FOR]
            in_use = await export_keys_in_use(self.database, old)
            for key in old:
                if key not in in_use:
                    await self.files.delete(key)
