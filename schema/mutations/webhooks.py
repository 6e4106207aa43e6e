"""推送管理: the mutations of security officers on webhooks of partners."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Any

import strawberry

from auth.default_matrix import FieldClass
from domain.codes import ChangeType
from domain.partners import DEFAULT_OVERLAP, HOUR, LONGEST_OVERLAP
from domain.webhooks import DEFAULT_DOCUMENT, LONGEST_ADDRESS
from resolvers import webhook_changes
from resolvers.webhook_changes import KnownWebhook, WithSecret
from resolvers.webhook_drafts import Start, Uses, WebhookDraft
from schema.identifiers import number_of
from schema.info import Info, core_info
from schema.mutating import MutationInput, PayloadT, UserError, as_payload, keyed, settled
from schema.optional import ABSENT, given
from schema.traits import open_field, record_field
from schema.types.partner import Partner
from schema.types.webhook import Webhook
from schema.webhook_documents import uses_of_document

ADMINISTRATION = FieldClass.ADMINISTRATION
_AFTER = "变更游标之后。From where on: after this cursor of the change feed. CURSOR_EXPIRED when what follows it is not kept any more."
_FROM_NOW = "从现在开始。Whether only what changes from now on is sent."


@strawberry.input
class KnownWebhookInput(MutationInput):
    partner_id: strawberry.ID = strawberry.field(description="合作系统。The partner whose webhook it is.")
    version: int | None = strawberry.field(
        default=None,
        description="版本。The version of the webhook that was seen; CONFLICT when it has been changed since. Without one, "
        "as it stands.",
    )


@strawberry.input(
    description="设置推送。Where and what a partner is sent. What is not given has its default, also when it was set otherwise before."
)
class SetWebhookInput(KnownWebhookInput):
    address: str = strawberry.field(
        description=f"推送地址。Where requests go by POST: https; {LONGEST_ADDRESS} characters at most. http, ports other than 443 and "
        "private networks as far as the settings allow."
    )
    organization_id: strawberry.ID | None = strawberry.field(
        default=ABSENT,
        description="党组织。The organisation within which, or from which, something changed; the partner's own when absent.",
    )
    types: list[ChangeType] | None = strawberry.field(
        default=ABSENT, description="变更类型。Only these types; all when absent or empty."
    )
    document: str | None = strawberry.field(
        default=ABSENT,
        description="推送文档。What is sent of each change: a subscription that asks for `changes` alone, without variables, arguments "
        f"or directives. When absent: `{DEFAULT_DOCUMENT}`.",
    )
    after: str | None = strawberry.field(
        default=ABSENT, description=f"{_AFTER} When absent a new webhook begins now, another goes on where it stands."
    )


@strawberry.input(description="启用推送。Which webhook is to go on.")
class EnableWebhookInput(KnownWebhookInput):
    after: str | None = strawberry.field(
        default=ABSENT, description=f"{_AFTER} When absent it goes on where it stands."
    )
    from_now: bool = strawberry.field(default=False, description=_FROM_NOW)


@strawberry.input(description="暂停推送。Which webhook is to rest.")
class PauseWebhookInput(KnownWebhookInput):
    pass


@strawberry.input(description="测试推送。Which webhook is sent a request without changes.")
class TestWebhookInput(KnownWebhookInput):
    pass


@strawberry.input(description="删除推送。Which webhook is to go.")
class DeleteWebhookInput(KnownWebhookInput):
    pass


@strawberry.input(description="更换推送密钥。Which webhook gets another secret.")
class RotateWebhookSecretInput(KnownWebhookInput):
    overlap_hours: int = strawberry.field(
        default=DEFAULT_OVERLAP // HOUR,
        description="旧密钥保留小时数。For how many hours requests are signed with the secret before too; 0 to "
        f"{LONGEST_OVERLAP // HOUR}.",
    )


@strawberry.type(description="设置推送的结果。The webhook and, of a new one, its secret; or what is wrong.")
class SetWebhookPayload:
    webhook: Webhook | None = open_field("推送", "The webhook; null when nothing was saved.")
    secret: str | None = record_field(
        "密钥",
        "The secret of a new webhook (`whsec_…`), which is shown this once: hand it over safely.",
        read=ADMINISTRATION,
    )
    errors: list[UserError] = open_field("问题", "Everything that is wrong.")


@strawberry.type(description="更换推送密钥的结果。The webhook and its new secret, or what is wrong.")
class RotateWebhookSecretPayload:
    webhook: Webhook | None = open_field("推送", "The webhook; null when nothing was saved.")
    secret: str | None = record_field("密钥", "The new secret, which is shown this once.", read=ADMINISTRATION)
    errors: list[UserError] = open_field("问题", "Everything that is wrong.")


@strawberry.type(description="启用推送的结果。The webhook as it is now, or what is wrong.")
class EnableWebhookPayload:
    webhook: Webhook | None = open_field("推送", "The webhook; null when nothing was saved.")
    errors: list[UserError] = open_field("问题", "Everything that is wrong.")


@strawberry.type(description="暂停推送的结果。The webhook as it is now, or what is wrong.")
class PauseWebhookPayload:
    webhook: Webhook | None = open_field("推送", "The webhook; null when nothing was saved.")
    errors: list[UserError] = open_field("问题", "Everything that is wrong.")


@strawberry.type(
    description="测试推送的结果。The webhook, which tells shortly what came of the test; or what is wrong."
)
class TestWebhookPayload:
    webhook: Webhook | None = open_field("推送", "The webhook; null when nothing was saved.")
    errors: list[UserError] = open_field("问题", "Everything that is wrong.")


@strawberry.type(description="删除推送的结果。The partner, which has no webhook any more, or what is wrong.")
class DeleteWebhookPayload:
    partner: Partner | None = open_field("合作系统", "The partner; null when nothing was saved.")
    errors: list[UserError] = open_field("问题", "Everything that is wrong.")


Set = Annotated[SetWebhookInput, strawberry.argument(description="设置内容。Where and what.")]
Enable = Annotated[EnableWebhookInput, strawberry.argument(description="推送。The webhook, and from where on.")]
Pause = Annotated[PauseWebhookInput, strawberry.argument(description="推送。The webhook.")]
Test = Annotated[TestWebhookInput, strawberry.argument(description="推送。The webhook.")]
Delete = Annotated[DeleteWebhookInput, strawberry.argument(description="推送。The webhook.")]
Rotate = Annotated[RotateWebhookSecretInput, strawberry.argument(description="更换内容。The webhook, and how long.")]


async def _set(info: Info, input: Set) -> SetWebhookPayload:
    change = webhook_changes.set_webhook(
        keyed(info, input), _known(input), _draft(input), Start(given(input.after)), _uses(info)
    )
    return await _with_secret(info, change, SetWebhookPayload)


def _draft(input: SetWebhookInput) -> WebhookDraft:
    place = given(input.organization_id)
    number = None if place is None else number_of("Organization", place, "input.organizationId")
    document = given(input.document)
    types = frozenset(given(input.types) or ())
    return WebhookDraft(input.address, number, types, DEFAULT_DOCUMENT if document is None else document)


async def _enable(info: Info, input: Enable) -> EnableWebhookPayload:
    start = Start(given(input.after), input.from_now)
    change = webhook_changes.enable_webhook(keyed(info, input), _known(input), start, _uses(info))
    return await settled(info, change, as_payload(EnableWebhookPayload, "webhook"))


async def _pause(info: Info, input: Pause) -> PauseWebhookPayload:
    change = webhook_changes.pause_webhook(keyed(info, input), _known(input))
    return await settled(info, change, as_payload(PauseWebhookPayload, "webhook"))


async def _test(info: Info, input: Test) -> TestWebhookPayload:
    change = webhook_changes.ask_for_test(keyed(info, input), _known(input))
    return await settled(info, change, as_payload(TestWebhookPayload, "webhook"))


async def _rotate(info: Info, input: Rotate) -> RotateWebhookSecretPayload:
    overlap = timedelta(hours=input.overlap_hours)
    change = webhook_changes.rotate_webhook_secret(keyed(info, input), _known(input), overlap)
    return await _with_secret(info, change, RotateWebhookSecretPayload)


async def _delete(info: Info, input: Delete) -> DeleteWebhookPayload:
    change = webhook_changes.delete_webhook(keyed(info, input), _known(input))
    return await settled(info, change, as_payload(DeleteWebhookPayload, "partner"))


def _known(input: KnownWebhookInput) -> KnownWebhook:
    return KnownWebhook(number_of("Partner", input.partner_id, "input.partnerId"), input.version)


def _uses(info: Info) -> Uses:
    return lambda document: uses_of_document(core_info(info).schema, document)


async def _with_secret(info: Info, change: Awaitable[WithSecret], payload: Callable[..., PayloadT]) -> PayloadT:
    def shown(made: WithSecret | None, errors: list[UserError]) -> PayloadT:
        webhook: Any = made.webhook if made else None
        return payload(webhook=webhook, secret=made.secret if made else None, errors=errors)

    return await settled(info, change, shown)


@strawberry.type
class WebhookMutations:
    # fmt: off
    set_webhook: SetWebhookPayload = record_field("设置推送", "Say where and what a partner is sent of what changes; the first time, its secret is shown this once.", read=ADMINISTRATION, resolver=_set)
    enable_webhook: EnableWebhookPayload = record_field("启用推送", "Let a paused or disabled webhook go on.", read=ADMINISTRATION, resolver=_enable)
    pause_webhook: PauseWebhookPayload = record_field("暂停推送", "Send nothing for now; it goes on where it stands when it is enabled.", read=ADMINISTRATION, resolver=_pause)
    test_webhook: TestWebhookPayload = record_field("测试推送", "Send one signed request without changes, and tell with the webhook what came of it.", read=ADMINISTRATION, resolver=_test)
    rotate_webhook_secret: RotateWebhookSecretPayload = record_field("更换推送密钥", "Give a webhook another secret; for a while requests are signed with both.", read=ADMINISTRATION, resolver=_rotate)
    delete_webhook: DeleteWebhookPayload = record_field("删除推送", "Send nothing any more, and forget secret and cursor.", read=ADMINISTRATION, resolver=_delete)
    # fmt: on
