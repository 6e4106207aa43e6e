from collections.abc import Sequence
from datetime import datetime

import strawberry

from auth.default_matrix import FieldClass
from domain.codes import CheckState
from domain.records import OrganizationRecord
from domain.validation import ValidationRule as Rule
from domain.validation.check import CheckRecord
from resolvers.context import RequestContext
from schema.costs import Costs
from schema.identifiers import encoded
from schema.info import Info
from schema.organizations_of import organizations_with_ids
from schema.resolving import for_all, of_record
from schema.traits import record_field
from schema.types.node import Node
from schema.types.organization import Organization
from schema.types.validation import ValidationRule

BUSINESS = FieldClass.BUSINESS


def _id(root: CheckRecord) -> strawberry.ID:
    return encoded("Check", root.id)


def _rules(root: CheckRecord, context: RequestContext) -> list[Rule]:
    return [context.rules.by_code[code] for code in root.rules if code in context.rules.by_code]


@for_all
async def _organization(root: Sequence[CheckRecord], info: Info) -> list[OrganizationRecord | None]:
    return await organizations_with_ids(info, [check.organization_id for check in root])


@strawberry.type(description="批量信息校验。A job that checks all members of an organisation and of all below it.")
class Check(Node):
    # fmt: off
    global_id: strawberry.ID = record_field("全局标识", "Opaque global id.", read=BUSINESS, resolver=_id, reads=("id",), name="id")
    organization: Organization | None = record_field("党组织", "The organisation whose members are checked.", read=BUSINESS, resolver=_organization)
    rules: list[ValidationRule] = record_field("校验规则", "The rules that they are checked against.", read=BUSINESS, resolver=of_record(_rules), reads=("rules",), costs=Costs(size=25))
    state: CheckState = record_field("状态", "How far it has come.", read=BUSINESS)
    members_done: int = record_field("已校验人数", "Number of members checked so far.", read=BUSINESS)
    members_total: int = record_field("总人数", "Number of members to check, as it was at the start.", read=BUSINESS)
    started_by: str | None = record_field("发起人", "Subject of the account that started it; null for those of every night.", read=BUSINESS)
    started_at: datetime = record_field("发起时间", "When it was started.", read=BUSINESS)
    ended_at: datetime | None = record_field("结束时间", "When it ended or was cancelled.", read=BUSINESS)
    # fmt: on
