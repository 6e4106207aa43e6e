"""导出: the mutations that ask for results of queries as files, and stop them."""

from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.codes import ExportFormat, QuerySubject
from resolvers import exports, saved_queries
from resolvers.export_rows import LISTED_BY, QueryDraft
from schema.identifiers import number_of
from schema.info import Info
from schema.inputs import HistoryMemberFilter, MemberFilter, MemberOrder
from schema.mutating import MutationInput, UserError, as_payload, keyed, settled
from schema.optional import ABSENT
from schema.query_inputs import (
    HistoryMemberColumn,
    HistoryMemberQueryInput,
    MemberColumn,
    MemberQueryInput,
    draft_of,
)
from schema.saved_questions import asked_by
from schema.traits import open_field, record_field
from schema.types.export import Export

BUSINESS = FieldClass.BUSINESS
_FORMAT = "导出格式。As what it is written."
_WHERE = "查询条件。Conditions; an empty condition is none."
_COLUMNS = "列。The columns, in their order; one at least."


@strawberry.input(description="导出党员。Which members, and what of them.")
class ExportMembersInput(MutationInput):
    format: ExportFormat = strawberry.field(description=_FORMAT)
    columns: list[MemberColumn] = strawberry.field(description=_COLUMNS)  # type: ignore[valid-type] # derived
    where: MemberFilter | None = strawberry.field(default=ABSENT, description=_WHERE)
    order_by: list[MemberOrder] | None = strawberry.field(
        default=ABSENT, description="排序。Order, most important first; by organisation when absent."
    )


@strawberry.input(description="导出历史党员。Which members who have left, and what of them.")
class ExportHistoryMembersInput(MutationInput):
    format: ExportFormat = strawberry.field(description=_FORMAT)
    columns: list[HistoryMemberColumn] = strawberry.field(description=_COLUMNS)  # type: ignore[valid-type] # derived
    where: HistoryMemberFilter | None = strawberry.field(default=ABSENT, description=_WHERE)


@strawberry.input(description="导出常用查询。Which saved query, whose columns are those of the file.")
class ExportSavedQueryInput(MutationInput):
    id: strawberry.ID = strawberry.field(description="常用查询。Global id of the saved query.")
    format: ExportFormat = strawberry.field(description=_FORMAT)


@strawberry.input(description="取消导出。Which one.")
class CancelExportInput(MutationInput):
    id: strawberry.ID = strawberry.field(description="全局标识。Global id of the export.")


@strawberry.type
class _ExportPayload:
    export: Export | None = open_field("导出", "The export; null when there are errors.")
    errors: list[UserError] = open_field("问题", "Everything that is wrong; nothing was exported then.")


@strawberry.type(description="导出党员的结果。The export, and what is wrong.")
class ExportMembersPayload(_ExportPayload):
    pass


@strawberry.type(description="导出历史党员的结果。The export, and what is wrong.")
class ExportHistoryMembersPayload(_ExportPayload):
    pass


@strawberry.type(description="导出常用查询的结果。The export, and what is wrong.")
class ExportSavedQueryPayload(_ExportPayload):
    pass


@strawberry.type(description="取消导出的结果。The export, and what is wrong.")
class CancelExportPayload:
    export: Export | None = open_field("导出", "The export, cancelled; null when there are errors.")
    errors: list[UserError] = open_field("问题", "Everything that is wrong; nothing was changed then.")


async def _members(
    info: Info, input: Annotated[ExportMembersInput, strawberry.argument(description="导出。What.")]
) -> ExportMembersPayload:
    async def drafted() -> QueryDraft:
        query = MemberQueryInput(where=input.where, order_by=input.order_by, columns=input.columns)
        return draft_of(QuerySubject.MEMBERS, query)

    started = exports.start_export(keyed(info, input), drafted, input.format)
    return await settled(info, started, as_payload(ExportMembersPayload, "export"))


async def _history_members(
    info: Info, input: Annotated[ExportHistoryMembersInput, strawberry.argument(description="导出。What.")]
) -> ExportHistoryMembersPayload:
    async def drafted() -> QueryDraft:
        query = HistoryMemberQueryInput(where=input.where, columns=input.columns)
        return draft_of(QuerySubject.HISTORY_MEMBERS, query)

    started = exports.start_export(keyed(info, input), drafted, input.format)
    return await settled(info, started, as_payload(ExportHistoryMembersPayload, "export"))


async def _saved_query(
    info: Info, input: Annotated[ExportSavedQueryInput, strawberry.argument(description="导出。What.")]
) -> ExportSavedQueryPayload:
    number = number_of("SavedQuery", input.id, "input.id")

    async def drafted() -> QueryDraft:
        saved = await saved_queries.known_saved_query(info.context, number, ("input", "id"))
        return QueryDraft(asked_by(saved, info), saved_queries.question_of(info.context, saved))

    started = exports.start_export(keyed(info, input), drafted, input.format)
    return await settled(info, started, as_payload(ExportSavedQueryPayload, "export"))


async def _cancel(
    info: Info, input: Annotated[CancelExportInput, strawberry.argument(description="取消。Which.")]
) -> CancelExportPayload:
    cancelled = exports.cancel(keyed(info, input), number_of("Export", input.id, "input.id"))
    return await settled(info, cancelled, as_payload(CancelExportPayload, "export"))


@strawberry.type
class ExportMutations:
    # fmt: off
    export_members: ExportMembersPayload = record_field("导出党员", "The members that satisfy the conditions as a file. A small one can be downloaded at once; a large one is written by a job, which `exportProgress` follows.", read=BUSINESS, resolver=_members, lists=(LISTED_BY[QuerySubject.MEMBERS],))
    export_history_members: ExportHistoryMembersPayload = record_field("导出历史党员", "Members who have left as a file, as `exportMembers`.", read=BUSINESS, resolver=_history_members, lists=(LISTED_BY[QuerySubject.HISTORY_MEMBERS],))
    export_saved_query: ExportSavedQueryPayload = record_field("导出常用查询", "What a saved query finds as a file, with the columns that were saved with it.", read=BUSINESS, resolver=_saved_query)
    cancel_export: CancelExportPayload = record_field("取消导出", "Stop an export that is under way; nothing is left of it.", read=BUSINESS, resolver=_cancel)
    # fmt: on
