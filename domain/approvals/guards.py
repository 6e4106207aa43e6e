"""前置条件: what stands in the way of a request or of its decision."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from domain.approvals.kinds import ApprovalKind, Asker
from domain.codes import OrganizationKind, RequestState, Tier
from domain.errors import Message, Problem
from domain.records import OrganizationRecord
from domain.texts import can_be_stored

LONGEST_TEXT = 500
MOST_ATTACHMENTS = 20

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


ATTACHMENTS_REQUIRED = Problem(
    "ATTACHMENTS_REQUIRED",
    Message(
        "请上传证明材料（如签字的采集表、更名证明），并随申请提交。",
        "Upload the proof, such as the signed collection form or a certificate, and attach it to the request.",
    ),
    ("attachmentIds",),
)
TOO_MANY_ATTACHMENTS = Problem(
    "TOO_MANY_ATTACHMENTS",
    Message(
        f"证明材料超过{MOST_ATTACHMENTS}个文件，请合并后提交。",
        f"There are more than {MOST_ATTACHMENTS} files: put some of them together.",
    ),
    ("attachmentIds",),
)
ALREADY_REGISTERED = Problem(
    "ALREADY_REGISTERED",
    Message("此公民身份证号的党员已在册，不能重复新增。", "A member with this identity number is registered already."),
    ("identityNumber",),
)
ENTRY_PENDING = Problem(
    "REQUEST_PENDING",
    Message(
        "此公民身份证号已有待审批的新增申请：请等待审批，或先撤回该申请。",
        "A request that this person enters is to be decided: wait for that, or withdraw it.",
    ),
    ("identityNumber",),
)
REAL_NAME_MISMATCH = Problem(
    "REAL_NAME_MISMATCH",
    Message(
        "姓名与公民身份证号未通过实名核验：请核对；确认无误的，请附签字的采集表改用实名备案。",
        "The real-name check does not know this name with this identity number: check both. If they are right, ask for "
        "real-name filing with the signed collection form.",
    ),
    ("name",),
)
REAL_NAME_UNCONFIRMED = Problem(
    "REAL_NAME_UNCONFIRMED",
    Message(
        "新姓名未通过实名核验，或暂时无法核验：请核对后重试；确认无误的，请填写理由并附证明材料，由县级及以上党组织审批。",
        "The real-name check does not confirm the new name, or gives no answer: check it, try again. If it is right, "
        "give the reason and attach the proof, and a county or an organisation above decides.",
    ),
    ("name",),
)
ALREADY_VERIFIED = Problem(
    "ALREADY_VERIFIED",
    Message(
        "该党员已认证或已备案，无需申请。", "This member is verified or filed already; there is nothing to ask for."
    ),
    ("memberId",),
)
NAME_UNCHANGED = Problem(
    "NAME_UNCHANGED",
    Message("新姓名与现姓名相同，请核对。", "This is the name that the member has already: check it."),
    ("name",),
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


_ASKED_BY_OTHERS: Mapping[Asker, Message] = {
    Asker.APPROVING_COMMITTEE: Message(
        "此事项由具有发展党员审批权限的基层党委提出。",
        "A grassroots committee that may approve membership asks for this.",
    ),
    Asker.BRANCH: Message(
        "此事项由党员所在党支部的管理员提出。", "An administrator of the member's branch asks for this."
    ),
}


def may_decide(kind: ApprovalKind, tier: Tier, organization: OrganizationRecord) -> bool:
    """Whether an administrator of that organisation may decide requests of the kind."""
    return tier in kind.decided_by and (organization.can_file_real_names or not kind.is_designated)


def problems_of_asker(kind: ApprovalKind, tier: Tier, organization: OrganizationRecord) -> list[Problem]:
    """What keeps an administrator of that organisation from asking for it."""
    asks = {
        Asker.ADMINISTRATOR: True,
        Asker.APPROVING_COMMITTEE: tier is Tier.APPROVING_COMMITTEE,
        Asker.BRANCH: organization.kind == OrganizationKind.BRANCH.value,
    }[kind.asked_by]
    return [] if asks else [Problem("NOT_YOURS_TO_ASK", _ASKED_BY_OTHERS[kind.asked_by])]


def below(place: str, problems: Iterable[Problem]) -> Iterator[Problem]:
    """The same problems, in a part of the input."""
    return (replace(problem, path=(place, *problem.path)) for problem in problems)


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
