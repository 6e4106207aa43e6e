"""打印采集表: the photos that belong on the forms, and the entry of the audit log that they were printed."""

from asyncio import Semaphore, gather
from collections.abc import Awaitable, Callable, Mapping, Sequence

from domain.codes import AuditKind
from resolvers.context import RequestContext
from storage.engine import Database
from storage.file_sight import photos_of_history, photos_of_members

OPERATION = "printCollectionForms"
_AT_ONCE = 8

_KEYS: Mapping[str, Callable[[Database, str, Sequence[int]], Awaitable[Mapping[int, str]]]] = {
    "Member": photos_of_members,
    "HistoryMember": photos_of_history,
}


async def photos_of(context: RequestContext, type_name: str, numbers: Sequence[int]) -> Mapping[int, bytes | None]:
    """Of those that have one which the caller may see; None for a photo whose content is gone.

    FileStoreUnavailableError.
    """
    if context.permissions.hides(f"{type_name}.id") or context.permissions.hides(f"{type_name}.photo"):
        return {}
    keys = await _KEYS[type_name](context.database, context.scope, numbers)
    places = Semaphore(_AT_ONCE)
    contents = await gather(*(_content(context, key, places) for key in keys.values()))
    return dict(zip(keys, contents, strict=True))


async def _content(context: RequestContext, key: str, places: Semaphore) -> bytes | None:
    async with places:
        stored = await context.files.get(key)
        return None if stored is None else b"".join([chunk async for chunk in stored.chunks])


async def record_print(context: RequestContext, members: Mapping[str, Sequence[int]], photos: int) -> None:
    """`members` by their type. DatabaseUnavailableError: the forms must not be given."""
    told = [f"{type_name}:{number}" for type_name, numbers in members.items() for number in numbers]
    target = told[0] if len(told) == 1 else None
    details = {"forms": told, "photos": photos}
    await context.database.audit_log.record(context.audited(AuditKind.PRINT, OPERATION, target=target, details=details))
