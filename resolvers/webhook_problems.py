"""推送管理的问题: what can be wrong with what is asked about webhooks."""

from domain.errors import Message, Problem

NO_WEBHOOK = Problem(
    "WEBHOOK_MISSING", Message("该合作系统未设置推送。", "This partner has no webhook."), ("partnerId",)
)
ENABLED_ALREADY = Problem(
    "WRONG_STATE", Message("推送已处于启用状态。", "The webhook is active already."), ("partnerId",)
)
NOT_ACTIVE = Problem("WRONG_STATE", Message("推送未处于启用状态。", "The webhook is not active."), ("partnerId",))
AFTER_AND_NOW = Problem(
    "AFTER_AND_FROM_NOW",
    Message("after 与 fromNow 只能给出一个。", "Give either `after` or `fromNow`."),
    ("fromNow",),
)
EXPIRED = Problem(
    "CURSOR_EXPIRED",
    Message(
        "游标之后的变更已不再保留。请合作系统重新读取全部数据，并给出其游标（after），或从现在开始（fromNow）。",
        "What follows the cursor is not kept any more. Have the partner read everything anew and give its cursor as "
        "`after`, or begin now (`fromNow`).",
    ),
    ("after",),
)


def conflict(current: int) -> Problem:
    message = Message(
        f"该推送已被修改，当前版本为 {current}：请重新载入后再改。",
        f"The webhook has been changed meanwhile and is at version {current}: load it again.",
    )
    return Problem("CONFLICT", message, ("version",))
