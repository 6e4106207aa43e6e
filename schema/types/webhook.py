from collections.abc import Sequence
from datetime import datetime

import strawberry

from auth.default_matrix import FieldClass
from domain.codes import ChangeType, WebhookError, WebhookState
from domain.records import OrganizationRecord
from domain.webhooks import WebhookRecord, message_of
from resolvers import webhooks
from resolvers.context import RequestContext
from schema.info import Info
from schema.organizations_of import organizations_with_ids
from schema.resolving import for_all, of_record
from schema.traits import record_field
from schema.types.organization import Organization

ADMINISTRATION = FieldClass.ADMINISTRATION


@for_all
async def _organization(root: Sequence[WebhookRecord], info: Info) -> list[OrganizationRecord | None]:
    return await organizations_with_ids(info, [webhook.organization_id for webhook in root])


def _types(root: WebhookRecord) -> list[ChangeType]:
    return list(root.types)


def _last_fields(root: WebhookRecord) -> list[str]:
    return list(root.last_fields)


def _message(root: WebhookRecord, context: RequestContext) -> str | None:
    message = message_of(root)
    return None if message is None else message.in_language(context.language)


@for_all
async def _lag(root: Sequence[WebhookRecord], info: Info) -> list[int | None]:
    return await webhooks.lags_of(info.context, root)


@strawberry.type(
    description="推送。By which a partner that holds no connection is sent what has changed, as signed HTTP requests. Its secrets are never shown again."
)
class Webhook:
    # fmt: off
    address: str = record_field("推送地址", "Where requests go.", read=ADMINISTRATION)
    organization: Organization | None = record_field("党组织", "Within which, or from which, something changed; null: the partner's own.", read=ADMINISTRATION, resolver=_organization)
    types: list[ChangeType] = record_field("变更类型", "Which are sent; none: all.", read=ADMINISTRATION, resolver=_types)
    document: str = record_field("推送文档", "What is sent of each change: a subscription of `changes`, run with the partner's own permissions at the moment of sending.", read=ADMINISTRATION)
    state: WebhookState = record_field("状态", "State.", read=ADMINISTRATION)
    cursor: str = record_field("变更游标", "Up to which everything is delivered.", read=ADMINISTRATION)
    lag: int | None = record_field("滞后", "How many changes of the whole register lie after the cursor, most of which may not be for this partner; null when the register is another by now.", read=ADMINISTRATION, resolver=_lag)
    delivered_at: datetime | None = record_field("最近送达时间", "When a request was last taken.", read=ADMINISTRATION)
    last_error: WebhookError | None = record_field("最近的问题", "Why the last attempt failed, or why there are no more; null when nothing is wrong.", read=ADMINISTRATION)
    last_status: int | None = record_field("最近的状态码", "The HTTP status that was answered, if one was; of what was answered besides nothing is kept.", read=ADMINISTRATION)
    last_fields: list[str] = record_field("不可用字段", "The fields that the partner may not see, when that is the error.", read=ADMINISTRATION, resolver=_last_fields)
    message: str | None = record_field("说明", "What happened last and what to do about it, in the caller's language.", read=ADMINISTRATION, resolver=of_record(_message))
    failures: int = record_field("连续失败次数", "Attempts that failed, in a row.", read=ADMINISTRATION)
    failing_since: datetime | None = record_field("失败起始时间", "When the first of them was.", read=ADMINISTRATION)
    next_attempt_at: datetime | None = record_field("下次尝试时间", "When it is tried again; null when nothing is wrong, or nothing is tried.", read=ADMINISTRATION)
    test_asked_at: datetime | None = record_field("测试请求时间", "When a test was last asked for.", read=ADMINISTRATION)
    test_answered_at: datetime | None = record_field("测试完成时间", "When it was over; null while it is under way.", read=ADMINISTRATION)
    test_error: WebhookError | None = record_field("测试问题", "Why it failed; null when the request was taken.", read=ADMINISTRATION)
    test_status: int | None = record_field("测试状态码", "The HTTP status that was answered, if one was.", read=ADMINISTRATION)
    former_secret_until: datetime | None = record_field("旧密钥失效时间", "Until when requests are signed with the secret before the last rotation too; null when there has been none.", read=ADMINISTRATION)
    version: int = record_field("版本", "Version: grows with every change of what is set; give it back when you change the webhook.", read=ADMINISTRATION)
    created_at: datetime = record_field("设置时间", "Set at.", read=ADMINISTRATION)
    updated_at: datetime = record_field("更新时间", "Changed at.", read=ADMINISTRATION)
    # fmt: on
