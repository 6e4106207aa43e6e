from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from auth.actor import Role, Tier
from auth.default_matrix import FieldClass
from domain.codes import AccountState, ActivationState, MessageState
from domain.filtering import FieldKind
from domain.records import AccountRecord
from resolvers import accounts
from schema.identifiers import encoded
from schema.info import Info
from schema.resolving import for_all
from schema.traits import record_field
from schema.types.node import Node

if TYPE_CHECKING:
    from schema.types.organization import Organization

TEXT, CODE, MOMENT = FieldKind.TEXT, FieldKind.CODE, FieldKind.MOMENT
ADMINISTRATION, STAFF = FieldClass.ADMINISTRATION, FieldClass.STAFF


def _id(root: AccountRecord) -> strawberry.ID:
    return encoded("Account", root.id)


@for_all
async def _tier(root: Sequence[AccountRecord], info: Info) -> list[Tier]:
    return await accounts.tiers_of(info.context, [account.organization_id for account in root])


@for_all
async def _activation(root: Sequence[AccountRecord], info: Info) -> list[accounts.Activation | None]:
    return await accounts.activations_of(info.context, [account.id for account in root])


@strawberry.type(
    description="授权码。How it stands with the activation code of an account; the code itself is never shown."
)
class Activation:
    # fmt: off
    issued_at: datetime = record_field("签发时间", "When the code was issued.", read=ADMINISTRATION)
    expires_at: datetime = record_field("失效时间", "Until when the code is good.", read=ADMINISTRATION)
    state: ActivationState = record_field("状态", "Whether the code can still be used.", read=ADMINISTRATION)
    delivery: MessageState | None = record_field("短信发送状态", "How far the message with the code has come; null once the message has been cleared away.", read=ADMINISTRATION)
    # fmt: on


@strawberry.type(description="账号。Someone who signs in; a person holds at most one account that is not revoked.")
class Account(Node):
    # fmt: off
    global_id: strawberry.ID = record_field("全局标识", "Opaque global id.", read=ADMINISTRATION, resolver=_id, reads=("id",), name="id")
    name: str = record_field("姓名", "Name.", read=ADMINISTRATION, kind=TEXT, sortable=True, default_condition=True)
    identity_number: str = record_field("公民身份证号", "Identity number: GB 11643, 18 characters.", read=STAFF, kind=TEXT, default_condition=True)
    phone: str = record_field("手机号", "Mobile phone, to which codes are sent.", read=STAFF, kind=TEXT, default_condition=True)
    role: Role = record_field("账号角色", "Role.", read=ADMINISTRATION, kind=CODE, sortable=True, default_condition=True)
    tier: Tier = record_field("层级", "Tier, from the organisation that the account manages.", read=ADMINISTRATION, resolver=_tier, reads=("organization_id",))
    organization: Annotated["Organization", strawberry.lazy("schema.types.organization")] = record_field("所管理的组织", "The organisation that the account manages.", read=ADMINISTRATION, sortable=True, is_above=True)
    state: AccountState = record_field("账号状态", "State.", read=ADMINISTRATION, kind=CODE, sortable=True, default_condition=True)
    activation: Activation | None = record_field("授权码", "The last activation code; null when there is none any more.", read=ADMINISTRATION, resolver=_activation, reads=("id",))
    activated_at: datetime | None = record_field("激活时间", "Activated at.", read=ADMINISTRATION, kind=MOMENT, sortable=True)
    signed_in_at: datetime | None = record_field("最近登录时间", "Last signed in at.", read=ADMINISTRATION, kind=MOMENT, sortable=True)
    locked_until: datetime | None = record_field("锁定至", "No password is accepted before this moment, after several that were wrong.", read=ADMINISTRATION, kind=MOMENT)
    version: int = record_field("版本", "Version: grows with every change; give it back when you change the account.", read=ADMINISTRATION)
    created_at: datetime = record_field("开通时间", "Opened at.", read=ADMINISTRATION, kind=MOMENT, sortable=True)
    updated_at: datetime = record_field("更新时间", "Updated at.", read=ADMINISTRATION, kind=MOMENT, sortable=True)
    # fmt: on
