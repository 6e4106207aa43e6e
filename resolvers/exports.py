"""导出: asking for the result of a query as a file, following it, and having it.

A small result is written when it is downloaded, a large one by a job. Either way it is what the person who asked may
see then.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from datetime import datetime
from typing import Any

from auth.sealed_at_rest import EXPORTS, UnsealableError, seal_at_rest, unseal_at_rest
from auth.visibility import coordinate
from domain.codes import AuditKind, ExportFormat, ExportState
from domain.errors import CallerError, Message, Problem, RefusedError, not_found
from domain.exports import EXPORT_ENDED, MOST_KEPT, NO_COLUMNS, TOO_MANY_KEPT, ExportRecord, too_many_under_way
from domain.idempotency import Outcome
from domain.pages import Page, empty_page
from resolvers.context import RequestContext
from resolvers.export_rows import AskedExport, QueryDraft, count_of_rows, masked_columns
from resolvers.paging import PageArguments, page_request
from resolvers.repeating import repeatable, saving
from storage.export_following import FollowedExports
from storage.exports import (
    add_export,
    cancel_export,
    count_exports,
    count_kept,
    export_of,
    export_to_change,
    page_of_exports,
)
from storage.writing import WriteSession


async def find_export(context: RequestContext, number: int) -> ExportRecord | None:
    """None for what another person asked for, or the same one for another organisation."""
    if context.permissions.hides("Export.id"):
        return None
    return await export_of(context.database, context.actor.subject, context.scope, number)


async def follow_export(context: RequestContext, number: int) -> AsyncIterator[ExportRecord]:
    """As it stands, at once and whenever it has come further, until it has ended. NOT_FOUND where there is none."""
    found = False
    if not context.permissions.hides("Export.id"):
        followed = context.database.shared(FollowedExports)
        async with aclosing(followed.follow(context.actor.subject, context.scope, number)) as states:
            async for export in states:
                found = True
                yield export
    if not found:
        raise _no_such_export(("id",))


async def search_exports(context: RequestContext, page: PageArguments, *, selected: bool) -> Page[ExportRecord]:
    """Newest first; an empty page when none of it is selected."""
    request = page_request(page)
    if not selected:
        return empty_page()
    return await page_of_exports(context.database, context.actor.subject, context.scope, request)


async def count_of_exports(context: RequestContext) -> int:
    return await count_exports(context.database, context.actor.subject, context.scope)


async def _again(context: RequestContext, outcome: Outcome) -> ExportRecord | None:
    return await find_export(context, int(outcome["id"]))


@repeatable(_again)
async def start_export(
    context: RequestContext, drafted: Callable[[], Awaitable[QueryDraft]], written_as: ExportFormat
) -> ExportRecord | None:
    """`drafted` says what is to be exported. RefusedError; CallerError for what the caller may not ask."""
    draft = await drafted()
    asked = draft.asked
    if not asked.columns:
        raise RefusedError(NO_COLUMNS)
    sealed = seal_at_rest(context.code_key, EXPORTS, draft.question)
    if sealed is None:
        raise RefusedError(Problem("QUERY_TOO_LARGE", _TOO_LARGE))
    rows = await count_of_rows(context, asked)
    async with saving(context) as session:
        await _require_room(session, context, rows)
        export = await add_export(session, _row(context, asked, sealed, written_as, rows))
        session.outcome = {"id": export.id}
        details = {"export": asked.told.told(), "format": written_as.value, "counted": rows}
        target = f"Export:{export.id}"
        await session.audit(context.audited(AuditKind.EXPORT, "startExport", target=target, details=details))
    return export


async def _require_room(session: WriteSession, context: RequestContext, rows: int) -> None:
    under_way, kept = await count_kept(session, context.actor.subject, context.clock())
    if kept >= MOST_KEPT:
        raise RefusedError(TOO_MANY_KEPT)
    if rows > context.exports.direct_rows and under_way >= context.exports.at_once:
        raise RefusedError(too_many_under_way(context.exports.at_once))


def _row(
    context: RequestContext, asked: AskedExport, sealed: str, written_as: ExportFormat, rows: int
) -> dict[str, object]:
    is_job = rows > context.exports.direct_rows
    now = context.clock()
    return {
        "requested_by": context.actor.subject,
        "role": context.actor.role.value,
        "organization_id": context.actor.organization.id,
        "scope": context.scope,
        "subject": asked.subject.value,
        "format": written_as.value,
        "language": context.language,
        "question": sealed,
        "is_job": is_job,
        "state": (ExportState.QUEUED if is_job else ExportState.READY).value,
        "rows_total": rows,
        "masked": masked_columns(context, asked),
        "requested_at": now,
        "ended_at": None if is_job else now,
        "expires_at": now + context.exports.kept_for,
    }


@repeatable(_again)
async def cancel(context: RequestContext, number: int) -> ExportRecord | None:
    """RefusedError when it has ended; NOT_FOUND when it is another's."""
    async with saving(context) as session:
        export = await export_to_change(session, context.actor.subject, context.scope, number)
        if export is None:
            raise _no_such_export(("input", "id"))
        if not export.is_under_way:
            raise RefusedError(EXPORT_ENDED)
        cancelled = await cancel_export(session, number, context.clock())
        session.outcome = {"id": number}
        await session.audit(context.audited(AuditKind.EXPORT, "cancelExport", target=f"Export:{number}"))
    return cancelled


def question_of_export(context: RequestContext, export: ExportRecord) -> Mapping[str, Any]:
    """CallerError where this server cannot open it."""
    try:
        question: Mapping[str, Any] = unseal_at_rest(context.code_key, EXPORTS, export.question)
    except UnsealableError as error:
        raise CallerError(Problem("QUESTION_UNREADABLE", _UNREADABLE)) from error
    return question


def require_no_less_is_shown(context: RequestContext, asked: AskedExport, export: ExportRecord) -> None:
    """CallerError when the file of an export shows what its person now sees masked."""
    newly_masked = sorted(set(masked_columns(context, asked)) - set(export.masked))
    if newly_masked:
        raise CallerError(Problem("FIELD_MASKED", _SHOWS_TOO_MUCH), fields=list(map(coordinate, newly_masked)))


async def record_download(context: RequestContext, export: ExportRecord, asked: AskedExport, rows: int) -> None:
    """In the audit log, before the first byte leaves."""
    details = {"export": asked.told.told(), "format": export.format, "rows": rows}
    target = f"Export:{export.id}"
    record = context.audited(AuditKind.EXPORT, "downloadExport", target=target, details=details)
    await context.database.audit_log.record(record)


def has_expired(export: ExportRecord, now: datetime) -> bool:
    return now >= export.expires_at


def _no_such_export(path: tuple[str, ...]) -> CallerError:
    return not_found("该导出不存在或已过期。", "This export does not exist, or has expired.", path)


_TOO_LARGE = Message(
    "查询条件过长，无法导出。请减少 multi 中的取值。",
    "The query is too long to be exported. Give fewer values in `multi`.",
)
_UNREADABLE = Message("该导出已失效，请重新导出。", "This export is not good any more. Export again.")
_SHOWS_TOO_MUCH = Message(
    "导出之后，您的部分查看权限已改为脱敏。请重新导出。",
    "Some fields have been masked for you since it was exported. Export again.",
)
