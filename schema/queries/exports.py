from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.exports import ExportRecord
from resolvers import exports
from schema.arguments import After, Before, First, Last, page_arguments
from schema.connections import Connected, Connection, connected_alone
from schema.identifiers import number_of
from schema.info import Info
from schema.lookahead import connection_selection
from schema.optional import ABSENT
from schema.traits import record_field
from schema.types.export import Export

ExportId = Annotated[strawberry.ID, strawberry.argument(description="全局标识。Global id of the export.")]


async def _export(info: Info, id: ExportId) -> ExportRecord | None:
    return await exports.find_export(info.context, number_of("Export", id))


async def _exports(
    info: Info, first: First = ABSENT, after: After = ABSENT, last: Last = ABSENT, before: Before = ABSENT
) -> Connected:
    selected = connection_selection(info, "Export") is not None
    page = await exports.search_exports(info.context, page_arguments(first, after, last, before), selected=selected)
    return connected_alone(page, lambda: exports.count_of_exports(info.context))


@strawberry.type
class ExportQueries:
    # fmt: off
    export: Export | None = record_field("导出", "One export, with how far it has come; null when the caller has none of that id.", read=FieldClass.BUSINESS, resolver=_export)
    exports: Connection[Export] = record_field("导出列表", "The caller's own exports that have not been removed yet; newest first.", read=FieldClass.BUSINESS, resolver=_exports)
    # fmt: on
