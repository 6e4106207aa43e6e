from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.approvals import HistoryMemberRecord, RequestRecord
from domain.codes import RequestList
from resolvers import history_members, requests
from schema.arguments import After, Before, First, HistoryWhere, Last, RequestWhere, page_arguments, searched
from schema.connections import Connected, Connection, connected_alone
from schema.identifiers import number_of
from schema.info import Info
from schema.lookahead import connection_selection
from schema.optional import ABSENT
from schema.traits import record_field
from schema.types.approval_request import ApprovalRequest
from schema.types.history_member import HistoryMember

BUSINESS = FieldClass.BUSINESS

Id = Annotated[strawberry.ID, strawberry.argument(description="全局标识。Global id of the record.")]
Which = Annotated[RequestList, strawberry.argument(description="列表。Which requests; all by default.")]


async def _request(info: Info, id: Id) -> RequestRecord | None:
    return await requests.find_request(info.context, number_of("ApprovalRequest", id))


async def _requests(
    info: Info,
    which: Which = RequestList.ALL,
    where: RequestWhere = ABSENT,
    first: First = ABSENT,
    after: After = ABSENT,
    last: Last = ABSENT,
    before: Before = ABSENT,
) -> Connected:
    asked = searched(where, None, page_arguments(first, after, last, before))
    selected = connection_selection(info, "ApprovalRequest") is not None
    page = await requests.search_requests(info.context, which, asked, selected=selected)
    return connected_alone(page, lambda: requests.count_of_requests(info.context, which, asked.where))


async def _history_member(info: Info, id: Id) -> HistoryMemberRecord | None:
    return (await history_members.find_history_members(info.context, [number_of("HistoryMember", id)]))[0]


async def _history_members(
    info: Info,
    where: HistoryWhere = ABSENT,
    first: First = ABSENT,
    after: After = ABSENT,
    last: Last = ABSENT,
    before: Before = ABSENT,
) -> Connected:
    asked = searched(where, None, page_arguments(first, after, last, before))
    selected = connection_selection(info, "HistoryMember") is not None
    page = await history_members.search_history(info.context, asked, selected=selected)
    return connected_alone(page, lambda: history_members.count_of_history(info.context, asked.where))


@strawberry.type
class ApprovalQueries:
    # fmt: off
    approval_request: ApprovalRequest | None = record_field("审批申请", "One request; null when there is none in the caller's sight.", read=BUSINESS, resolver=_request)
    approval_requests: Connection[ApprovalRequest] = record_field("审批申请列表", "Requests about members of the caller's scope, or of the caller's own subtree; newest first.", read=BUSINESS, resolver=_requests)
    history_member: HistoryMember | None = record_field("历史党员", "Someone who has left; null when there is none in the caller's scope.", resolver=_history_member)
    history_members: Connection[HistoryMember] = record_field("历史党员列表", "Those who have left organisations of the caller's scope; who left last comes first.", resolver=_history_members)
    # fmt: on
