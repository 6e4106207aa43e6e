"""导出的执行: writes exports: large ones by jobs, small ones when they are downloaded; memory grows with neither."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from graphql import GraphQLSchema

from auth.actor import Actor
from auth.live_matrix import LiveMatrix
from dataloaders.loaders import Loaders
from domain.clock import Clock
from domain.codes import AuditKind, ExportFailure, ExportFormat, QuerySubject, Role
from domain.errors import CallerError
from domain.exports import MOST_BEGUN, ExportBounds, ExportRecord
from files.store import FileStore
from resolvers.context import RequestContext
from resolvers.export_rows import AskedExport, masked_columns, require_columns, rows_of
from resolvers.exports import question_of_export
from resolvers.paging import PageArguments
from schema.asked_again import asked_again
from server.work_place import work_place
from sheets.csv_writing import CsvWriter
from sheets.workbook_writing import WorkbookWriter
from sheets.writing import OpensWriter
from storage.engine import Database
from storage.exports import advance_export, begin_export, fail_export, finish_export, is_account
from storage.jobs import TryAgainError
from storage.organizations import organization_anywhere
from storage.standing import standing_of_account

AT_ONCE = 2
"""Jobs of one process: each holds a connection and a moment of the database."""

_WITHOUT_A_PLACE = timedelta(seconds=2)
_TELLS_EVERY = 1.0
"""Seconds between two times that it is told how far an export has come."""

WRITERS: dict[str, OpensWriter] = {ExportFormat.CSV: CsvWriter, ExportFormat.XLSX: WorkbookWriter}
Told = Callable[[int], Awaitable[None]]


class StoppedError(Exception):
    """It was cancelled, or another worker has begun it anew."""


class _NotAllowedError(Exception):
    """Whoever asked for it is gone, or works elsewhere by now."""


class Written(NamedTuple):
    rows: int
    size: int


def asked_for(schema: GraphQLSchema, context: RequestContext, export: ExportRecord) -> AskedExport:
    """What the export asks, as its person may ask it now. CallerError otherwise."""
    question = question_of_export(context, export)
    again = asked_again(schema, QuerySubject[export.subject], question, PageArguments())
    context.permissions.require(again.uses)
    require_columns(context, again.export)
    return again.export


def title_of(export: ExportRecord) -> str:
    """In the language of whoever asked for it."""
    subject = QuerySubject[export.subject]
    return subject.chinese if export.language == "zh" else subject.english.capitalize()


async def write_rows(
    context: RequestContext, asked: AskedExport, export: ExportRecord, place: Path, told: Told
) -> Written:
    """A file at that place. What writes it runs beside the event loop, which others need meanwhile."""
    header = [column.label.in_language(context.language) for column in asked.columns]
    writer = await asyncio.to_thread(WRITERS[export.format], place, title_of(export), header)
    rows = 0
    try:
        async with aclosing(rows_of(context, asked)) as parts:
            async for part in parts:
                await asyncio.to_thread(writer.add, part)
                rows += len(part)
                await told(rows)
    finally:
        await asyncio.to_thread(writer.close)
    return Written(rows, await asyncio.to_thread(_size_of, place))


def _size_of(place: Path) -> int:
    return place.stat().st_size


@dataclass(slots=True)
class Exporting:
    """`schema` is that of the questions."""

    database: Database
    files: FileStore
    matrix: LiveMatrix
    clock: Clock
    code_key: bytes
    schema: GraphQLSchema
    bounds: ExportBounds = field(default_factory=ExportBounds)
    _running: int = 0

    async def run(self, export_id: int) -> None:
        """From the start, whatever a lost worker had written: all rows are of one moment.

        TryAgainError when there is no place for it.
        """
        if self._running >= AT_ONCE:
            raise TryAgainError(_WITHOUT_A_PLACE)
        self._running += 1
        try:
            await self._run(export_id)
        except StoppedError:
            pass
        finally:
            self._running -= 1

    async def _run(self, export_id: int) -> None:
        async with self.database.writing() as session:
            export = await begin_export(session, export_id)
        if export is None:
            return
        if export.begun > MOST_BEGUN:
            await self._fail(export, ExportFailure.GIVEN_UP)
            return
        try:
            context = await self._context(export)
            asked = asked_for(self.schema, context, export)
            await self._write(context, asked, export)
        except _NotAllowedError:
            await self._fail(export, ExportFailure.NOT_ALLOWED)
        except CallerError as error:
            await self._fail(export, _failure_of(error))

    async def _write(self, context: RequestContext, asked: AskedExport, export: ExportRecord) -> None:
        with work_place() as folder:
            place = folder / "export"
            written = await write_rows(context, asked, export, place, self._telling(export))
            key = await self.files.put_export(place)
        try:
            await self._finish(context, asked, export, written, key)
        except StoppedError:
            await self.files.delete(key)
            raise

    def _telling(self, export: ExportRecord) -> Told:
        """StoppedError once it is not to go on."""
        told_at = monotonic()

        async def tell(rows: int) -> None:
            nonlocal told_at
            if monotonic() - told_at < _TELLS_EVERY:
                return
            told_at = monotonic()
            async with self.database.writing() as session:
                if not await advance_export(session, export, rows):
                    raise StoppedError

        return tell

    async def _finish(
        self, context: RequestContext, asked: AskedExport, export: ExportRecord, written: Written, key: str
    ) -> None:
        now = self.clock()
        values = {
            "rows_done": written.rows,
            "rows_total": written.rows,
            "size": written.size,
            "object_key": key,
            "masked": masked_columns(context, asked),
            "ended_at": now,
            "expires_at": now + self.bounds.kept_for,
        }
        details = {"export": asked.told.told(), "format": export.format, "rows": written.rows}
        record = context.audited(AuditKind.EXPORT, "writeExport", target=f"Export:{export.id}", details=details)
        async with self.database.writing() as session:
            if not await finish_export(session, export, values):
                raise StoppedError
            await session.audit(record)

    async def _fail(self, export: ExportRecord, failure: ExportFailure) -> None:
        async with self.database.writing() as session:
            await fail_export(session, export.id, failure, self.clock())

    async def _context(self, export: ExportRecord) -> RequestContext:
        """That of the person who asked, with the permissions of now. _NotAllowedError."""
        actor = await self._actor(export)
        matrix = await self.matrix.refreshed()
        return RequestContext(
            actor=actor,
            permissions=matrix.permissions_of(actor.role, actor.tier, actor.scopes),
            matrix=self.matrix,
            database=self.database,
            loaders=Loaders(self.database, actor.scope),
            clock=self.clock,
            language=export.language,
            code_key=self.code_key,
            files=self.files,
            exports=self.bounds,
        )

    async def _actor(self, export: ExportRecord) -> Actor:
        """An operator, who has no account, is taken at the word of the token by which it was asked for."""
        standing = await standing_of_account(self.database, export.requested_by)
        if standing is not None:
            actor = Actor(standing.subject, standing.role, standing.organization)
        else:
            organization = await organization_anywhere(self.database, export.organization_id)
            if organization is None or await is_account(self.database, export.requested_by):
                raise _NotAllowedError
            actor = Actor(export.requested_by, Role[export.role], organization)
        if (actor.role.value, actor.scope) != (export.role, export.scope):
            raise _NotAllowedError
        return actor


def _failure_of(error: CallerError) -> ExportFailure:
    is_about_rights = error.problem.code.startswith("FIELD_") or error.problem.code == "NOT_FOUND"
    return ExportFailure.NOT_ALLOWED if is_about_rights else ExportFailure.OUTDATED
