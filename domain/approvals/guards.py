"""前置条件: what stands in the way of a request or of its decision."""

from domain.codes import RequestState
from domain.errors import Message, Problem
from domain.texts import can_be_stored

LONGEST_TEXT = 500

STAFF_ROLE_HELD = Problem(
    "STAFF_ROLE_HELD",
    Message(
        "该党员持有管理账号：请先由安全员撤销其账号。",
        "This member holds a staff account: have a security officer revoke it first.",
    ),
    ("memberId",),
)
TRANSFER_IN_PROGRESS = Problem(
    "TRANSFER_IN_PROGRESS",
    Message(
        "该党员正在转接组织关系：请先完成或取消转接。",
        "A transfer of this member is in progress: complete or cancel it first.",
    ),
    ("memberId",),
)
REQUEST_PENDING = Problem(
    "REQUEST_PENDING",
    Message(
        "该党员已有待审批的申请：请等待审批，或先撤回该申请。",
        "Another request about this member is to be decided: wait for that, or withdraw it.",
    ),
    ("memberId",),
)
SELF_DECISION = Problem(
    "SELF_DECISION",
    Message(
        "不能审批本人提出的申请：请由其他管理员办理。", "Nobody decides the own request: ask another administrator."
    ),
    ("id",),
)
TIER_INSUFFICIENT = Problem(
    "TIER_INSUFFICIENT",
    Message(
        "您所在层级无权审批此事项：请由上级党组织办理。",
        "Your tier does not decide requests of this kind: an organisation further up does.",
    ),
    ("id",),
)
NOT_THE_REQUESTER = Problem(
    "NOT_THE_REQUESTER",
    Message("只有提出申请的党组织可以撤回申请。", "Only the organisation that asked withdraws a request."),
    ("id",),
)


COUNTY_ALONE = Problem(
    "TIER_INSUFFICIENT",
    Message("只有县级及以上党组织可以办理此事项。", "Only a county or an organisation above does this."),
    ("id",),
)
OTHER_ALONE = Problem(
    "KIND_UNFIT",
    Message(
        "只有因其他原因减少的历史党员可以彻底删除。", "Only those who left for another reason (OTHER) can be erased."
    ),
    ("id",),
)
ALREADY_A_MEMBER = Problem(
    "ALREADY_A_MEMBER",
    Message(
        "已有公民身份证号相同的在册党员，不能找回：请先核对。",
        "A current member has the same identity number: look into that first.",
    ),
    ("id",),
)


def already_decided(state: RequestState) -> Problem:
    message = Message(
        f"此申请{state.chinese}，不能再办理。",
        f"This request is {state.value} already; nothing more can be done to it.",
    )
    return Problem("ALREADY_DECIDED", message, ("id",))


def problems_of_text(text: str, field: str, chinese: str) -> list[Problem]:
    """Of a reason or an opinion, without the spaces around it."""
    if not text:
        message = Message(f"请填写{chinese}。", f"Fill in `{field}`.")
        return [Problem("REQUIRED", message, (field,))]
    if len(text) > LONGEST_TEXT:
        message = Message(
            f"{chinese}超过{LONGEST_TEXT}个字符，请缩短。",
            f"`{field}` is longer than {LONGEST_TEXT} characters: shorten it.",
        )
        return [Problem("TEXT_TOO_LONG", message, (field,))]
    if not can_be_stored(text):
        message = Message(
            f"{chinese}含有无法存储的字符，请删除。", f"`{field}` has a character that cannot be stored: remove it."
        )
        return [Problem("CHARACTERS_INVALID", message, (field,))]
    return []
