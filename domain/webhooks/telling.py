"""What became of a webhook, in one sentence."""

from domain.codes import WebhookError, WebhookState
from domain.errors import Message
from domain.webhooks.record import WebhookRecord

_MENDED_BY = {
    WebhookError.GONE: Message("请与合作系统确认地址。", "Agree with the partner on an address."),
    WebhookError.PARTNER_SHUT_OUT: Message("请先恢复该合作系统。", "Resume the partner first."),
    WebhookError.SCOPE_CHANGED: Message(
        "合作系统应重新读取全部数据，再启用推送。", "The partner should read everything anew; then enable it again."
    ),
    WebhookError.FIELD_HIDDEN: Message("请从文档中去掉这些字段。", "Leave these fields out of the document."),
    WebhookError.FIELD_MASKED: Message(
        "请从文档中去掉这些字段的条件。", "Leave conditions on these fields out of the document."
    ),
    WebhookError.DOCUMENT_INVALID: Message("请重新设置文档。", "Set another document."),
    WebhookError.CURSOR_EXPIRED: Message(
        "合作系统应重新读取全部数据；启用时请给出 after 或 fromNow。",
        "The partner should read everything anew; say `after` or `fromNow` when you enable it.",
    ),
    WebhookError.SECRET_LOST: Message("请更换密钥。", "Rotate the secret."),
}
_LOOK_AT_IT = Message(
    "排除故障后可重新启用，将从中断处继续。", "Once it is mended, enable it: it goes on where it stopped."
)


def message_of(webhook: WebhookRecord) -> Message | None:
    """None when nothing is wrong."""
    error = webhook.last_error
    if error is None:
        return None
    chinese, english = _what_happened(error, webhook.last_status, webhook.last_fields)
    if webhook.state is not WebhookState.DISABLED:
        return Message(f"最近一次推送失败：{chinese}。", f"The last attempt failed: {english}.")
    advice = _MENDED_BY.get(error, _LOOK_AT_IT)
    return Message(f"推送已停用：{chinese}。{advice.chinese}", f"Delivery has stopped: {english}. {advice.english}")


def _what_happened(error: WebhookError, status: int | None, fields: tuple[str, ...]) -> tuple[str, str]:
    chinese, english = error.chinese, error.english
    if status is not None:
        chinese, english = f"{chinese}（HTTP {status}）", f"{english} (HTTP {status})"
    if fields:
        listed = ", ".join(fields)
        chinese, english = f"{chinese}（{listed}）", f"{english} ({listed})"
    return chinese, english
