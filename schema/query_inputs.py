"""查询: what is asked of members or of those who have left, as one input: to be saved, or exported."""

from collections.abc import Mapping
from typing import Any

import strawberry

from domain.codes import QuerySubject
from resolvers.export_rows import AskedExport, QueryDraft
from resolvers.paging import PageArguments
from schema.arguments import searched
from schema.columns import columns_from, columns_of
from schema.inputs import HistoryMemberFilter, MemberFilter, MemberOrder
from schema.optional import ABSENT, given
from schema.types.history_member import HistoryMember
from schema.types.member import Member
from schema.written_inputs import as_variable

MemberColumn = columns_of(Member)
HistoryMemberColumn = columns_of(HistoryMember)

_WHERE = "查询条件。Conditions; an empty condition is none."
_ORDER = "排序。Order, most important first; by organisation when absent."
_COLUMNS = "列。Columns of the list, in their order."


@strawberry.input(description="党员查询。A query of members.")
class MemberQueryInput:
    where: MemberFilter | None = strawberry.field(default=ABSENT, description=_WHERE)
    order_by: list[MemberOrder] | None = strawberry.field(default=ABSENT, description=_ORDER)
    columns: list[MemberColumn] | None = strawberry.field(default=ABSENT, description=_COLUMNS)  # type: ignore[valid-type] # derived


@strawberry.input(description="历史党员查询。A query of members who have left; who left last comes first.")
class HistoryMemberQueryInput:
    where: HistoryMemberFilter | None = strawberry.field(default=ABSENT, description=_WHERE)
    columns: list[HistoryMemberColumn] | None = strawberry.field(default=ABSENT, description=_COLUMNS)  # type: ignore[valid-type] # derived


QUERY_INPUTS: Mapping[QuerySubject, Any] = {
    QuerySubject.MEMBERS: MemberQueryInput,
    QuerySubject.HISTORY_MEMBERS: HistoryMemberQueryInput,
}


def draft_of(subject: QuerySubject, query: Any) -> QueryDraft:
    """Of one of these inputs. CallerError for values that cannot be looked for."""
    return QueryDraft(asked_of(subject, query, PageArguments()), as_variable(query))


def asked_of(subject: QuerySubject, query: Any, page: PageArguments) -> AskedExport:
    search = searched(query.where, getattr(query, "order_by", None), page)
    return AskedExport(subject, search, columns_from(given(query.columns)))
