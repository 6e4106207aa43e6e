from collections.abc import Sequence
from datetime import datetime

import strawberry

from auth.default_matrix import FieldClass
from domain.codes import ClientState, Scope
from domain.partners import PartnerRecord
from domain.records import OrganizationRecord
from domain.webhooks import WebhookRecord
from resolvers import webhooks
from schema.identifiers import encoded
from schema.info import Info
from schema.organizations_of import organizations_with_ids
from schema.resolving import for_all
from schema.traits import record_field
from schema.types.node import Node
from schema.types.organization import Organization
from schema.types.webhook import Webhook

ADMINISTRATION = FieldClass.ADMINISTRATION


def _id(root: PartnerRecord) -> strawberry.ID:
    return encoded("Partner", root.id)


def _scopes(root: PartnerRecord) -> list[Scope]:
    return list(root.scopes)


@for_all
async def _organization(root: Sequence[PartnerRecord], info: Info) -> list[OrganizationRecord | None]:
    return await organizations_with_ids(info, [partner.organization_id for partner in root])


@for_all
async def _webhook(root: Sequence[PartnerRecord], info: Info) -> list[WebhookRecord | None]:
    return await webhooks.find_webhooks(info.context, [partner.id for partner in root])


@strawberry.type(description="合作系统。A partner's system: a machine client with scopes. Its secrets are never shown.")
class Partner(Node):
    # fmt: off
    global_id: strawberry.ID = record_field("全局标识", "Opaque global id.", read=ADMINISTRATION, resolver=_id, name="id")
    client_id: str = record_field("客户端标识", "Client id, by which it asks for tokens.", read=ADMINISTRATION)
    name: str = record_field("名称", "Name.", read=ADMINISTRATION)
    organization: Organization = record_field("所属组织", "The organisation whose subtree it works in.", read=ADMINISTRATION, resolver=_organization)
    scopes: list[Scope] = record_field("授权范围", "What it may ask for at all.", read=ADMINISTRATION, resolver=_scopes)
    state: ClientState = record_field("状态", "State.", read=ADMINISTRATION)
    former_secret_until: datetime | None = record_field("旧密钥失效时间", "Until when the secret before the last rotation is good; null when there has been none.", read=ADMINISTRATION)
    webhook: Webhook | None = record_field("推送", "By which it is sent what has changed; null when none is set.", read=ADMINISTRATION, resolver=_webhook)
    version: int = record_field("版本", "Version: grows with every change; give it back when you change the partner.", read=ADMINISTRATION)
    created_at: datetime = record_field("登记时间", "Registered at.", read=ADMINISTRATION)
    updated_at: datetime = record_field("更新时间", "Updated at.", read=ADMINISTRATION)
    # fmt: on
