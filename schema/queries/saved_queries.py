from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.codes import QuerySubject
from domain.errors import bad_input
from domain.saved_queries import SavedQueryRecord
from resolvers import history_members, members, saved_queries
from resolvers.export_rows import LISTED_BY, AskedExport
from resolvers.paging import PageArguments
from schema.arguments import After, Before, First, Last, page_arguments
from schema.connections import Connected, Connection, connected_alone
from schema.identifiers import number_of
from schema.info import Info
from schema.lookahead import connection_selection
from schema.optional import ABSENT
from schema.saved_questions import asked_by
from schema.traits import record_field
from schema.types.history_member import HistoryMember
from schema.types.member import Member
from schema.types.saved_query import SavedQuery

BUSINESS = FieldClass.BUSINESS
MEMBERS, HISTORY_MEMBERS = QuerySubject.MEMBERS, QuerySubject.HISTORY_MEMBERS
_OF_OTHERS = {
    MEMBERS: ("该常用查询查询的是历史党员，请用 savedHistoryQuery。", "It asks of members who have left: ask `savedHistoryQuery`."),
    HISTORY_MEMBERS: ("该常用查询查询的是党员，请用 savedMemberQuery。", "It asks of members: ask `savedMemberQuery`."),
}  # fmt: skip

Id = Annotated[strawberry.ID, strawberry.argument(description="全局标识。Global id of the saved query.")]


async def _saved_query(info: Info, id: Id) -> SavedQueryRecord | None:
    return await saved_queries.find_saved_query(info.context, number_of("SavedQuery", id))


async def _saved_queries(
    info: Info, first: First = ABSENT, after: After = ABSENT, last: Last = ABSENT, before: Before = ABSENT
) -> Connected:
    selected = connection_selection(info, "SavedQuery") is not None
    page = page_arguments(first, after, last, before)
    found = await saved_queries.search_saved_queries(info.context, page, selected=selected)
    return connected_alone(found, lambda: saved_queries.count_of_saved_queries(info.context))


async def _members(
    info: Info, id: Id, first: First = ABSENT, after: After = ABSENT, last: Last = ABSENT, before: Before = ABSENT
) -> Connected:
    search = (await _asked(info, id, MEMBERS, page_arguments(first, after, last, before))).search
    page = await members.search_members(info.context, search, connection_selection(info, "Member"))
    return connected_alone(page, lambda: members.count_of_members(info.context, search.where))


async def _history_members(
    info: Info, id: Id, first: First = ABSENT, after: After = ABSENT, last: Last = ABSENT, before: Before = ABSENT
) -> Connected:
    search = (await _asked(info, id, HISTORY_MEMBERS, page_arguments(first, after, last, before))).search
    selected = connection_selection(info, "HistoryMember") is not None
    page = await history_members.search_history(info.context, search, selected=selected)
    return connected_alone(page, lambda: history_members.count_of_history(info.context, search.where))


async def _asked(info: Info, id: str, subject: QuerySubject, page: PageArguments) -> AskedExport:
    saved = await saved_queries.known_saved_query(info.context, number_of("SavedQuery", id), ("id",))
    if saved.subject != subject:
        chinese, english = _OF_OTHERS[subject]
        raise bad_input(chinese, english, ("id",))
    return asked_by(saved, info, page)


@strawberry.type
class SavedQueryQueries:
    # fmt: off
    saved_query: SavedQuery | None = record_field("常用查询", "One saved query; null when there is none that the caller saved or that is shared with the caller.", read=BUSINESS, resolver=_saved_query)
    saved_queries: Connection[SavedQuery] = record_field("常用查询列表", "The caller's own saved queries, and those shared by the caller's organisation and those above it; by name.", read=BUSINESS, resolver=_saved_queries)
    saved_member_query: Connection[Member] = record_field("运行常用查询：党员", "What a saved query of members finds now, in the caller's scope and by the caller's permissions. NOT_FOUND when there is no such query, QUESTION_OUTDATED when it does not fit the schema any more.", read=BUSINESS, resolver=_members, lists=(LISTED_BY[MEMBERS],))
    saved_history_query: Connection[HistoryMember] = record_field("运行常用查询：历史党员", "What a saved query of members who have left finds now, as `savedMemberQuery`.", read=BUSINESS, resolver=_history_members, lists=(LISTED_BY[HISTORY_MEMBERS],))
    # fmt: on
