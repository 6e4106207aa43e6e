"""待我审批的变化."""

from collections.abc import Sequence

import strawberry

from auth.default_matrix import FieldClass
from domain.approvals import RequestRecord
from domain.codes import ToDecideChange
from resolvers.context import RequestContext
from resolvers.requests_to_decide import ToldRequest, requests_told
from schema.costs import Costs
from schema.identifiers import encoded
from schema.info import Info
from schema.resolving import of_record
from schema.traits import record_field
from schema.types.approval_request import ApprovalRequest

BUSINESS = FieldClass.BUSINESS


def _total_count(root: ToldRequest) -> int:
    return root.total


def _request_id(root: ToldRequest, context: RequestContext) -> strawberry.ID | None:
    if root.number is None or context.permissions.hides("ApprovalRequest.id"):
        return None
    return encoded("ApprovalRequest", root.number)


def _request(root: ToldRequest) -> RequestRecord | None:
    return root.request


async def _waiting(root: ToldRequest, info: Info) -> Sequence[RequestRecord] | None:
    return None if root.waiting is None else await requests_told(info.context, root.waiting)


@strawberry.type(
    description="待我审批的变化。What has become of the requests that the caller may decide. Whoever applies every event holds "
    "what `approvalRequests(which: TO_DECIDE)` gives."
)
class RequestsToDecideEvent:
    # fmt: off
    kind: ToDecideChange = record_field("待审批变化", "What to do: replace everything by `waiting`, or enter, replace or take away one request.", read=BUSINESS)
    total_count: int = record_field("待审批数", "How many wait for the caller by this event.", read=BUSINESS, resolver=_total_count)
    waiting: list[ApprovalRequest] | None = record_field("待审批申请", "With STANDING those that wait, newest first, the newest 1,000 at most; null with the others.", read=BUSINESS, resolver=_waiting, costs=Costs(size=100))
    request_id: strawberry.ID | None = record_field("申请标识", "Global id of the request that the event is about; null with STANDING.", read=BUSINESS, resolver=of_record(_request_id))
    request: ApprovalRequest | None = record_field("审批申请", "The request as it is by now; null with STANDING, and for one that has left the caller's sight.", read=BUSINESS, resolver=_request)
    # fmt: on
