from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.audit_verifying import VerifiedLog
from resolvers import audit_entries
from schema.arguments import After, AuditWhere, Before, First, Last, page_arguments, searched
from schema.connections import Connected, Connection, connected_alone
from schema.costs import Costs
from schema.info import Info
from schema.lookahead import connection_selection
from schema.optional import ABSENT
from schema.traits import record_field
from schema.types.audit_entry import AuditEntry
from schema.types.audit_verification import AuditVerification

Newest = Annotated[
    int,
    strawberry.argument(description="验证最新的若干条。How many of the newest entries are verified: 1 to 1,000,000."),
]


async def _audit_entries(
    info: Info,
    where: AuditWhere = ABSENT,
    first: First = ABSENT,
    after: After = ABSENT,
    last: Last = ABSENT,
    before: Before = ABSENT,
) -> Connected:
    asked = searched(where, None, page_arguments(first, after, last, before))
    selected = connection_selection(info, "AuditEntry") is not None
    page = await audit_entries.search_entries(info.context, asked, selected=selected)
    return connected_alone(page, lambda: audit_entries.count_of_entries(info.context, asked.where))


async def _audit_verification(info: Info, newest: Newest = 100_000) -> VerifiedLog:
    return await audit_entries.verify_entries(info.context, newest)


@strawberry.type
class AuditQueries:
    # fmt: off
    audit_entries: Connection[AuditEntry] = record_field("审计记录列表", "Entries of the audit log of the caller's scope, newest first.", read=FieldClass.AUDIT, resolver=_audit_entries)
    audit_verification: AuditVerification = record_field("审计日志验证", "Whether the newest entries of the whole audit log are as they were written; nothing of what they say is told.", read=FieldClass.AUDIT, resolver=_audit_verification, costs=Costs(own=20_000))
    # fmt: on
