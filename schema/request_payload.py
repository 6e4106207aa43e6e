import strawberry

from schema.mutating import UserError
from schema.traits import open_field
from schema.types.approval_request import ApprovalRequest


@strawberry.type
class RequestPayload:
    request: ApprovalRequest | None = open_field("审批申请", "The request as it is now; null when nothing was saved.")
    errors: list[UserError] = open_field("问题", "Everything that stands in the way.")
