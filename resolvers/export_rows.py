"""导出的行: what a query finds as the cells of a file, as the caller sees it on the screen: same scope, same masks."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auth.visibility import FieldUse, Purpose
from domain.clock import SHANGHAI
from domain.codes import CodeList, QuerySubject
from domain.errors import Message
from domain.exports import LABELS_OF_FLAGS, ExportQuestion
from domain.filtering import Filter
from resolvers.conditions import search_of
from resolvers.context import RequestContext
from resolvers.masking import as_shown
from resolvers.paging import SearchArguments
from sheets.writing import WrittenCell
from storage.export_rows import ExportedRows, history_to_export, members_to_export
from storage.history_members import count_history
from storage.members import count_members

ValueOf = Callable[[RequestContext], Callable[[Any], Any]]
"""From a context, to a function of a record."""
Rendering = Callable[[Any], WrittenCell]


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column of a file. `uses` are what it shows, `reads` the columns of the record that it is made from, `kind` is
    the Python type of its values. `value` is None for the name of the branch."""

    name: str
    label: Message
    uses: tuple[FieldUse, ...]
    reads: frozenset[str]
    value: ValueOf | None
    kind: type | None


@dataclass(frozen=True, slots=True)
class AskedExport:
    """What is to be exported: of the whole search, not of a page of it."""

    subject: QuerySubject
    search: SearchArguments
    columns: tuple[ExportColumn, ...]

    @property
    def told(self) -> ExportQuestion:
        names = tuple(column.name for column in self.columns)
        return ExportQuestion(self.subject, self.search.where, self.search.order, names)

    @property
    def record(self) -> str:
        """The type of the schema whose records are exported."""
        return RECORDS[self.subject]


@dataclass(frozen=True, slots=True)
class QueryDraft:
    """A query that is to be kept: as it is asked, and as JSON, from which it is asked again."""

    asked: AskedExport
    question: Mapping[str, Any]

    @property
    def subject(self) -> QuerySubject:
        return self.asked.subject


RECORDS: Mapping[QuerySubject, str] = {
    QuerySubject.MEMBERS: "Member",
    QuerySubject.HISTORY_MEMBERS: "HistoryMember",
}

LISTED_BY: Mapping[QuerySubject, FieldUse] = {
    QuerySubject.MEMBERS: FieldUse("Query.members", Purpose.READ),
    QuerySubject.HISTORY_MEMBERS: FieldUse("Query.history_members", Purpose.READ),
}


def masked_columns(context: RequestContext, asked: AskedExport) -> list[str]:
    """Those of the exported fields that the caller sees masked, as `Type.column`."""
    masked = context.permissions.masked_columns.get(asked.record, ())
    return [f"{asked.record}.{column.name}" for column in asked.columns if column.name in masked]


def require_columns(context: RequestContext, asked: AskedExport) -> None:
    """CallerError that lists the columns which the caller may not read. Whoever may not list them, exports none."""
    context.permissions.require([LISTED_BY[asked.subject], *(use for column in asked.columns for use in column.uses)])


async def count_of_rows(context: RequestContext, asked: AskedExport) -> int:
    """CallerError for what may not be asked so."""
    require_columns(context, asked)
    search = await search_of(context, asked.record, asked.search)
    if asked.subject is QuerySubject.MEMBERS:
        return await count_members(context.database, context.scope, search.where)
    return await count_history(context.database, context.scope, search.where)


async def rows_of(context: RequestContext, asked: AskedExport) -> AsyncGenerator[list[list[WrittenCell]], None]:
    """All rows as they were at one moment, some at a time. CallerError as `count_of_rows` has it."""
    require_columns(context, asked)
    search = await search_of(context, asked.record, asked.search)
    row_of = _row_maker(context, asked.columns)
    async with aclosing(_found(context, asked, search.where)) as parts:
        async for part in parts:
            shown = as_shown(context, asked.record, part.records)
            yield [row_of(record, branch) for record, branch in zip(shown, part.branches, strict=True)]


def _found(context: RequestContext, asked: AskedExport, where: Filter | None) -> AsyncGenerator[ExportedRows, None]:
    if asked.subject is QuerySubject.HISTORY_MEMBERS:
        return history_to_export(context.database, context.scope, where)
    reads = frozenset(name for column in asked.columns for name in column.reads)
    return members_to_export(context.database, context.scope, where, asked.search.order, reads)


def _row_maker(context: RequestContext, columns: Sequence[ExportColumn]) -> Callable[[Any, str], list[WrittenCell]]:
    """From a record and the name of its branch. What does not change from row to row is worked out once."""
    makers = [_cell_maker(context, column) for column in columns]

    def row_of(record: Any, branch: str) -> list[WrittenCell]:
        return [branch if make is None else make(record) for make in makers]

    return row_of


def _cell_maker(context: RequestContext, column: ExportColumn) -> Callable[[Any], WrittenCell] | None:
    if column.value is None:
        return None
    value, rendered = column.value(context), _rendering(column.kind, context.language)
    if rendered is None:
        return value
    return lambda record: rendered(value(record))


def _rendering(kind: type | None, language: str) -> Rendering | None:
    """None for what stands in the file as it is."""
    if kind is not None and issubclass(kind, CodeList):
        labels: Mapping[Any, str] = {code.value: _label(code, language) for code in kind}
        return labels.get
    if kind is bool:
        return {flag: label.in_language(language) for flag, label in LABELS_OF_FLAGS.items()}.get
    return _in_beijing if kind is datetime else None


def _label(code: CodeList, language: str) -> str:
    return code.chinese if language == "zh" else code.english


def _in_beijing(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(SHANGHAI).replace(tzinfo=None, microsecond=0)
