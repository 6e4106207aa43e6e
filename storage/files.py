"""文件: what is known of files, and to whom they belong. Their contents lie in the file store."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update

from domain.codes import FilePurpose
from domain.files import FileRecord
from storage.approvals import within_sight
from storage.engine import Database
from storage.jobs import Queue, defer_jobs
from storage.models import ApprovalRequest, File
from storage.statements import one_of
from storage.writing import WriteSession

REMOVE_CONTENT = "remove_file_content"
"""The name of the jobs that end what `remove_files` began."""

COLUMNS: tuple[Any, ...] = tuple(getattr(File, name) for name in FileRecord._fields)
OF_NOBODY: tuple[ColumnElement[bool], ...] = (File.member_id.is_(None), File.request_id.is_(None))


def is_staged_by(subject: str) -> ColumnElement[bool]:
    return and_(*OF_NOBODY, File.uploaded_by == subject, File.removed_at.is_(None))


async def add_file(session: WriteSession, values: Mapping[str, object]) -> FileRecord:
    """Staged."""
    rows = await session.rows(insert(File).values(values).returning(*COLUMNS))
    return FileRecord(*rows[0])


async def count_staged(database: Database, subject: str) -> int:
    return await database.number(select(func.count()).select_from(File).where(is_staged_by(subject)))


async def staged_file(database: Database, subject: str, file_id: int) -> FileRecord | None:
    """None for what another has uploaded, and what belongs to somebody by now."""
    row = await database.row(select(*COLUMNS).where(File.id == file_id, is_staged_by(subject)))
    return None if row is None else FileRecord(*row)


async def staged_files(session: WriteSession, subject: str, ids: Collection[int]) -> list[FileRecord]:
    """Those of the ids that the subject has uploaded and that belong to nobody yet, held until the transaction ends, in
    the order of their ids."""
    found = select(*COLUMNS).where(one_of(File.id, ids), is_staged_by(subject)).order_by(File.id)
    return [FileRecord(*row) for row in await session.rows(found.with_for_update())]


async def give_to_request(session: WriteSession, file_ids: Collection[int], request_id: int) -> None:
    """Files that are held."""
    await session.execute(update(File).where(one_of(File.id, file_ids)).values(request_id=request_id))


async def give_to_member(session: WriteSession, file_ids: Collection[int], member_id: int) -> None:
    """Files that are held. A photo is the member's own once `photo_key` names it too."""
    await session.execute(update(File).where(one_of(File.id, file_ids)).values(member_id=member_id))


async def move_request_files(session: WriteSession, request_id: int, member_id: int) -> None:
    """What was attached to the request belongs to the member from now on; the request shows it as before."""
    await session.execute(update(File).where(File.request_id == request_id).values(member_id=member_id))


async def key_of_file(session: WriteSession, file_id: int) -> str | None:
    row = await session.row(select(File.object_key).where(File.id == file_id))
    return None if row is None else str(row[0])


async def files_of_requests(
    database: Database, scope: str, request_ids: Collection[int]
) -> Mapping[int, Sequence[FileRecord]]:
    """The attachments of those requests that are in sight, oldest first."""
    return _by(
        "request_id",
        await database.rows(
            select(*COLUMNS)
            .join(ApprovalRequest, ApprovalRequest.id == File.request_id)
            .where(one_of(File.request_id, request_ids), within_sight(scope), _is_attachment())
            .order_by(File.id)
        ),
    )


async def attachments_to_change(session: WriteSession, member_id: int, ids: Collection[int]) -> list[FileRecord]:
    """Those of the ids that are the member's attachments, held until the transaction ends."""
    found = select(*COLUMNS).where(one_of(File.id, ids), File.member_id == member_id, _is_attachment())
    return [FileRecord(*row) for row in await session.rows(found.order_by(File.id).with_for_update())]


async def take_from_member(session: WriteSession, files: Collection[FileRecord], now: datetime) -> None:
    """Files that are held. What is attached to a request too stays with that."""
    shared = [file.id for file in files if file.request_id is not None]
    await session.execute(update(File).where(one_of(File.id, shared)).values(member_id=None))
    await remove_files(session, [file.id for file in files if file.request_id is None], now)


async def remove_photos(session: WriteSession, member_id: int, now: datetime) -> None:
    """Of a member who is held: all that were given to it."""
    of_member = select(File.id).where(File.member_id == member_id, File.purpose == FilePurpose.PHOTO.value)
    await remove_files(session, [file_id for (file_id,) in await session.rows(of_member)], now)


async def remove_all_files(session: WriteSession, member_id: int, request_ids: Collection[int], now: datetime) -> None:
    """Of a member who is held, and of those requests."""
    found = select(File.id).where(or_(File.member_id == member_id, one_of(File.request_id, request_ids)))
    await remove_files(session, [file_id for (file_id,) in await session.rows(found)], now)


async def remove_files(session: WriteSession, file_ids: Collection[int], now: datetime) -> None:
    """They belong to nobody any more, at once; a job takes their contents out of the store after the transaction."""
    if not file_ids:
        return
    removed = {"member_id": None, "request_id": None, "name": "", "removed_at": now}
    await session.execute(update(File).where(one_of(File.id, file_ids)).values(removed))
    jobs = [{"file_id": file_id} for file_id in file_ids]
    await defer_jobs(session, REMOVE_CONTENT, Queue.HOUSEKEEPING, jobs)


def _is_attachment() -> ColumnElement[bool]:
    return File.purpose == FilePurpose.ATTACHMENT.value


def _by(owner: str, rows: Sequence[tuple[Any, ...]]) -> Mapping[int, Sequence[FileRecord]]:
    found: dict[int, list[FileRecord]] = {}
    for record in map(FileRecord._make, rows):
        found.setdefault(getattr(record, owner), []).append(record)
    return found
