import strawberry

from auth.default_matrix import FieldClass
from resolvers import audit_entries
from schema.arguments import After, AuditWhere, Before, First, Last, page_arguments, searched
from schema.connections import Connected, Connection, connected_alone
from schema.info import Info
from schema.lookahead import connection_selection
from schema.optional import ABSENT
from schema.traits import record_field
from schema.types.audit_entry import AuditEntry


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


@strawberry.type
class AuditQueries:
    # fmt: off
    audit_entries: Connection[AuditEntry] = record_field("审计记录列表", "Entries of the audit log of the caller's scope, newest first.", read=FieldClass.AUDIT, resolver=_audit_entries)
    # fmt: on
