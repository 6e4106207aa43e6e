"""导出下载: `GET /exports/{id}`: the file, for whoever asked for it, as long as that person may see what is in it.

A small one is written now, and is as of now; a large one lies in the store. Neither is kept by a browser.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from graphql import GraphQLSchema
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from domain.clock import SHANGHAI
from domain.codes import ExportFormat, ExportState
from domain.errors import CallerError, Message, Problem
from domain.exports import ExportRecord
from files.store import FileStore
from resolvers.context import RequestContext
from resolvers.export_rows import AskedExport
from resolvers.exports import find_export, has_expired, record_download, require_no_less_is_shown
from schema.export_urls import EXPORTS
from schema.identifiers import number_of
from server.exporting import asked_for, title_of, write_rows
from server.log import log
from server.routes.fetched import Fetching
from server.routes.http_answers import SAFE, disposition, refusals
from server.routes.http_errors import AGAIN_SOON, HttpError
from server.work_place import work_place

AT_ONCE = 4
"""Small ones that one process writes at a time."""

_CHUNK = 262_144
_NOT_KEPT = {"Cache-Control": "private, no-store"}
_MEDIA_TYPES: Mapping[str, str] = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_NOT_FOUND = Problem("NOT_FOUND", Message("该导出不存在或已过期。", "This export does not exist, or has expired."))
_EXPIRED = Problem("EXPORT_EXPIRED", Message("该导出已过期，请重新导出。", "This export has expired. Export again."))
_NOT_READY = Problem(
    "EXPORT_NOT_READY", Message("该导出尚未完成，或没有文件。", "This export is not ready yet, or has no file.")
)
_BUSY = Problem(
    "EXPORTS_BUSY",
    Message("正在下载的导出过多，请稍后重试。", "Too many exports are being downloaded. Try again shortly."),
)


def export_route(schema: GraphQLSchema, files: FileStore, fetching: Fetching) -> Route:
    return fetching.route(f"{EXPORTS}/{{id}}", ExportDownloads(schema, files).fetch)


@dataclass(slots=True)
class ExportDownloads:
    schema: GraphQLSchema
    files: FileStore
    _writing: int = field(default=0)

    async def fetch(self, request: Request, context: RequestContext) -> Response:
        number = _number(request.path_params["id"])
        try:
            return await self._export(number, context)
        except CallerError as error:
            return _may_not(error, context.language)

    async def _export(self, number: int, context: RequestContext) -> Response:
        export = await find_export(context, number)
        if export is None:
            raise HttpError(404, _NOT_FOUND)
        if has_expired(export, context.clock()):
            raise HttpError(410, _EXPIRED)
        if export.state != ExportState.READY:
            raise HttpError(409, _NOT_READY)
        asked = asked_for(self.schema, context, export)
        return await (self._stored if export.is_job else self._written)(context, export, asked)

    async def _stored(self, context: RequestContext, export: ExportRecord, asked: AskedExport) -> Response:
        require_no_less_is_shown(context, asked, export)
        stored = None if export.object_key is None else await self.files.get(export.object_key)
        if stored is None:
            log().error("export_content_missing")
            raise HttpError(410, _EXPIRED)
        await record_download(context, export, asked, export.rows_done)
        return _response(export, stored.size, stored.chunks)

    async def _written(self, context: RequestContext, export: ExportRecord, asked: AskedExport) -> Response:
        """The file has no name any more when it is given: it is gone with whoever reads it."""
        with self._place(), work_place() as folder:
            place = folder / "export"
            written = await write_rows(context.speaking(export.language), asked, export, place, _untold)
            await record_download(context, export, asked, written.rows)
            file = place.open("rb")
        return _response(export, written.size, _chunks(file), BackgroundTask(file.close))

    @contextmanager
    def _place(self) -> Iterator[None]:
        if self._writing >= AT_ONCE:
            raise HttpError(503, _BUSY, AGAIN_SOON)
        self._writing += 1
        try:
            yield
        finally:
            self._writing -= 1


async def _untold(_rows: int) -> None:
    """Nobody follows it."""


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while chunk := await run_in_threadpool(file.read, _CHUNK):
            yield chunk
    finally:
        file.close()


def _response(
    export: ExportRecord, size: int, chunks: AsyncIterator[bytes], afterwards: BackgroundTask | None = None
) -> Response:
    headers = {
        **_NOT_KEPT,
        **SAFE,
        "Content-Length": str(size),
        "Content-Disposition": disposition("attachment", _name(export)),
    }
    return StreamingResponse(chunks, headers=headers, media_type=_MEDIA_TYPES[export.format], background=afterwards)


def _name(export: ExportRecord) -> str:
    asked_on = export.requested_at.astimezone(SHANGHAI)
    return f"{title_of(export)} {asked_on:%Y-%m-%d %H%M}.{export.format.lower()}"


def _number(text: str) -> int:
    try:
        return number_of("Export", text)
    except CallerError as error:
        raise HttpError(404, _NOT_FOUND) from error


def _may_not(error: CallerError, language: str) -> Response:
    """403 for rights that are gone; 409 for a question that cannot be asked any more."""
    is_about_rights = error.problem.code.startswith("FIELD_")
    told = {
        "message": error.problem.message.in_language(language),
        "extensions": {"code": error.problem.code, **error.extensions},
    }
    status = 404 if error.problem.code == "NOT_FOUND" else 403 if is_about_rights else 409
    return refusals([told], status, {})
