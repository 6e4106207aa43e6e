"""导出: what exports there are, and how far each has come. Whoever asked for one sees it, and nobody else."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, literal, not_, select, update

from domain.codes import ExportFailure, ExportState
from domain.exports import UNDER_WAY, ExportRecord
from domain.pages import Page, PageRequest
from storage.engine import Database
from storage.jobs import Queue, defer_jobs
from storage.locks import hold_person
from storage.models import Account, Export
from storage.ordering import SortKey
from storage.pages import page_of, page_statement, walk_of
from storage.statements import one_of
from storage.writing import WriteSession

RUN_EXPORT = "run_export"
"""The name of the jobs that write exports."""

CHANNEL = "dengta_exports"
"""On which it is announced that an export has come further, once that is committed."""

_COLUMNS: tuple[Any, ...] = tuple(getattr(Export, name) for name in ExportRecord._fields)
_FROM_THE_START = {"begun": 0, "rows_done": 0}
_NEWEST_FIRST = (SortKey(Export.id, descending=True, missing_first=False),)
_IS_UNDER_WAY = one_of(Export.state, [state.value for state in UNDER_WAY])


def _of(subject: str, scope: str) -> ColumnElement[bool]:
    """Asked for by that person, as long as the person works where it was asked for."""
    return and_(Export.requested_by == subject, Export.scope == scope)


async def count_kept(session: WriteSession, subject: str, now: datetime) -> tuple[int, int]:
    """How many the person has under way, and how many that have not expired, which nobody changes until the transaction
    ends."""
    await hold_person(session, "exports", subject)
    under_way = func.count().filter(_IS_UNDER_WAY)
    kept = select(under_way, func.count()).where(Export.requested_by == subject, Export.expires_at > now)
    [row] = await session.rows(kept)
    return int(row[0]), int(row[1])


async def add_export(session: WriteSession, values: Mapping[str, object]) -> ExportRecord:
    """If it is one for a job, that runs once the transaction is committed."""
    [row] = await session.rows(insert(Export).values({**_FROM_THE_START, **values}).returning(*_COLUMNS))
    export = ExportRecord._make(row)
    if export.is_job:
        await defer_jobs(session, RUN_EXPORT, Queue.EXPORTS, [{"export_id": export.id}])
    return export


async def export_to_change(session: WriteSession, subject: str, scope: str, number: int) -> ExportRecord | None:
    """As it stands, held until the transaction ends; None when it is another's."""
    found = select(*_COLUMNS).where(Export.id == number, _of(subject, scope))
    row = await session.row(found.with_for_update())
    return None if row is None else ExportRecord._make(row)


async def begin_export(session: WriteSession, number: int) -> ExportRecord | None:
    """For a worker, from the start. None when there is nothing to do: it has ended, or was cancelled."""
    began = {"state": ExportState.RUNNING.value, "begun": Export.begun + 1, "rows_done": 0}
    return await _changed(session, Export.id == number, began)


async def advance_export(session: WriteSession, begun: ExportRecord, rows: int) -> bool:
    """False when it was cancelled, or another worker has begun it anew."""
    return await _changed(session, _is_the_same(begun), {"rows_done": rows}) is not None


async def finish_export(session: WriteSession, begun: ExportRecord, values: Mapping[str, object]) -> bool:
    """As `advance_export`; the file is then ready."""
    ready = {"state": ExportState.READY.value, **values}
    return await _changed(session, _is_the_same(begun), ready) is not None


async def fail_export(session: WriteSession, number: int, failure: ExportFailure, at: datetime) -> bool:
    ended = {"state": ExportState.FAILED.value, "failure": failure.value, "ended_at": at}
    return await _changed(session, Export.id == number, ended) is not None


async def cancel_export(session: WriteSession, number: int, at: datetime) -> ExportRecord | None:
    """One that is held, and under way. Its worker notices when it wants to tell how far it has come."""
    ended = {"state": ExportState.CANCELLED.value, "ended_at": at}
    return await _changed(session, Export.id == number, ended)


async def withdraw_exports(session: WriteSession, org_path: str, at: datetime) -> None:
    """Of all scopes with that place in them: what may hold somebody who is erased. Files can be downloaded no more, and
    are removed as expired ones; who writes one just now stops."""
    holds = func.starts_with(literal(org_path), Export.scope)
    written = and_(holds, Export.object_key.is_not(None), Export.expires_at > at)
    await session.execute(update(Export).where(written).values(expires_at=at))
    ended = {"state": ExportState.FAILED.value, "failure": ExportFailure.GIVEN_UP.value, "ended_at": at}
    running = and_(holds, Export.state == ExportState.RUNNING.value)
    await session.execute(update(Export).where(running).values(ended))


def _is_the_same(begun: ExportRecord) -> ColumnElement[bool]:
    return and_(Export.id == begun.id, Export.begun == begun.begun)


async def _changed(
    session: WriteSession, which: ColumnElement[bool], values: Mapping[str, object]
) -> ExportRecord | None:
    changed = update(Export).where(which, _IS_UNDER_WAY).values(values).returning(*_COLUMNS)
    row = await session.row(changed)
    if row is None:
        return None
    await session.notify(CHANNEL, str(row[0]))
    return ExportRecord._make(row)


async def page_of_exports(database: Database, subject: str, scope: str, request: PageRequest) -> Page[ExportRecord]:
    """Newest first."""
    found = select(*_COLUMNS).where(_of(subject, scope))
    rows = await database.rows(page_statement(found, _NEWEST_FIRST, walk_of(_NEWEST_FIRST, request)))
    return page_of([ExportRecord._make(row) for row in rows], _NEWEST_FIRST, request)


async def count_exports(database: Database, subject: str, scope: str) -> int:
    return await database.number(select(func.count()).select_from(Export).where(_of(subject, scope)))


async def export_of(database: Database, subject: str, scope: str, number: int) -> ExportRecord | None:
    """None when it is another's."""
    row = await database.row(select(*_COLUMNS).where(Export.id == number, _of(subject, scope)))
    return None if row is None else ExportRecord._make(row)


async def exports_with_ids(database: Database, ids: Collection[int]) -> list[ExportRecord]:
    """Whosever they are."""
    return [ExportRecord._make(row) for row in await database.rows(select(*_COLUMNS).where(one_of(Export.id, ids)))]


async def is_account(database: Database, subject: str) -> bool:
    """Whether the subject is an account's, in use or not; an operator's token has none."""
    return await database.row(select(Account.id).where(Account.subject == subject)) is not None


async def keys_of_expired(database: Database, now: datetime, most: int) -> list[str]:
    """Of the files of exports that have expired, and are named by them still."""
    found = select(Export.object_key).where(Export.expires_at < now, Export.object_key.is_not(None))
    return [row[0] for row in await database.rows(found.order_by(Export.id).limit(most))]


async def forget_files(database: Database, keys: Collection[str]) -> None:
    """Of exports, which are out of the store."""
    async with database.writing() as session:
        await session.execute(update(Export).where(one_of(Export.object_key, keys)).values(object_key=None))


async def forget_exports(database: Database, expired_before: datetime) -> None:
    """Whose files are out of the store."""
    async with database.writing() as session:
        gone = and_(Export.expires_at < expired_before, Export.object_key.is_(None), not_(_IS_UNDER_WAY))
        await session.execute(delete(Export).where(gone))


async def export_keys_in_use(database: Database, keys: Collection[str]) -> set[str]:
    """Those of the keys that a row names."""
    if not keys:
        return set()
    return {row[0] for row in await database.rows(select(Export.object_key).where(one_of(Export.object_key, keys)))}
