from collections.abc import Sequence
from datetime import datetime

import strawberry

from auth.actor import Role
from auth.default_matrix import FieldClass
from domain.audit import AuditEntryRecord
from domain.codes import AuditKind
from domain.filtering import FieldKind
from domain.records import OrganizationRecord
from schema.identifiers import encoded
from schema.info import Info
from schema.organizations_of import organizations_with_ids
from schema.resolving import for_all
from schema.scalars import BigInt, Json
from schema.traits import record_field
from schema.types.organization import Organization

KEY, CODE, INSTANT = FieldKind.KEY, FieldKind.CODE, FieldKind.INSTANT
AUDIT = FieldClass.AUDIT


def _id(root: AuditEntryRecord) -> strawberry.ID:
    return encoded("AuditEntry", root.id)


@for_all
async def _organization(root: Sequence[AuditEntryRecord], info: Info) -> list[OrganizationRecord | None]:
    return await organizations_with_ids(info, [entry.organization_id for entry in root])


@strawberry.type(description="审计记录。An entry of the audit log: who did what, when, from where; never changed.")
class AuditEntry:
    # fmt: off
    global_id: strawberry.ID = record_field("全局标识", "Opaque global id.", read=AUDIT, resolver=_id, name="id")
    at: datetime = record_field("时间", "When it was done.", read=AUDIT, kind=INSTANT, default_condition=True)
    kind: AuditKind = record_field("审计类别", "What it records.", read=AUDIT, kind=CODE, default_condition=True)
    actor: str = record_field("操作者", "Subject of an account or client id of a partner; `-` when nobody was recognised.", read=AUDIT, kind=KEY, default_condition=True)
    role: Role | None = record_field("操作者角色", "Role of the actor then.", read=AUDIT, kind=CODE)
    organization: Organization | None = record_field("操作者所属组织", "The organisation of the actor; null when there was none, or it is outside the caller's scope.", read=AUDIT, resolver=_organization)
    operation: str | None = record_field("操作", "Name of the operation.", read=AUDIT, kind=KEY)
    target: str | None = record_field("对象", "What it was done to, as `Account:7`.", read=AUDIT, kind=KEY)
    correlation_id: str = record_field("关联标识", "Correlation id of the request.", read=AUDIT, kind=KEY)
    address: str | None = record_field("来源地址", "IP address that it was asked from.", read=AUDIT, kind=KEY)
    details: Json = record_field("详情", "What else there is to say, with personal values masked.", read=AUDIT)
    writer: str = record_field("写入者", "The chain in which it stands.", read=AUDIT, kind=KEY)
    number: BigInt = record_field("序号", "Its place in the chain.", read=AUDIT)
    # fmt: on
