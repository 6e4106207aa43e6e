"""个人专区账号的规则: what stands in the way of releasing a registered phone, or of changing it."""

from collections.abc import Iterator, Mapping

from domain.approvals.kinds.approval_kind import APPROVING
from domain.codes import HistoryKind, MemberAccountState, Tier
from domain.errors import Message, Problem
from domain.records import MemberAccountRecord

_ID, _MEMBER_ID, _PHONE = ("id",), ("memberId",), ("phone",)

_NO_ACCOUNT = Message(
    "该党员没有注册个人专区账号。",
    "This member has not registered, and has no account of their own in the personal zone.",
)
_DECEASED_ALONE = Problem(
    "KIND_UNFIT",
    Message("只有去世党员的手机号可以注销。", "Only the phones of those who have deceased (DECEASED) are released."),
    _ID,
)
_COMMITTEE_ALONE = Problem(
    "TIER_INSUFFICIENT",
    Message(
        "只有具有发展党员审批权限的基层党委或县级及以上党组织可以注销手机号。",
        "Only an approving committee, a county or an organisation above releases phones.",
    ),
    _ID,
)
_ALREADY_CANCELLED = Problem(
    "ALREADY_CANCELLED",
    Message("该账号已注销，手机号已可另行注册。", "This account is cancelled already, and its phone is free."),
    _ID,
)
_UNFIT_STATES: Mapping[MemberAccountState, Problem] = {
    MemberAccountState.DISABLED: Problem(
        "ACCOUNT_DISABLED",
        Message(
            "该党员的个人专区账号已停用，不能更换手机号。",
            "This member's account is disabled: its phone is not changed.",
        ),
        _MEMBER_ID,
    ),
    MemberAccountState.CANCELLED: Problem(
        "ACCOUNT_CANCELLED",
        Message(
            "该党员的个人专区账号已注销，不能更换手机号。",
            "This member's account is cancelled for good: its phone is not changed.",
        ),
        _MEMBER_ID,
    ),
}
NOT_A_MOBILE = Problem(
    "PHONE_INVALID",
    Message("手机号无效：应为 11 位手机号码。", "This is no mobile phone: write a mobile number of 11 digits."),
    _PHONE,
)
_SAME_PHONE = Problem(
    "SAME_PHONE",
    Message("该党员的注册手机号已是此号码。", "This is the member's registered phone already."),
    _PHONE,
)
PHONE_TAKEN = Problem(
    "PHONE_TAKEN",
    Message(
        "此手机号已被另一个人专区账号注册：请更换号码，或先注销原账号的手机号。",
        "Another member's account has this phone: use another, or have that account's phone released first.",
    ),
    _PHONE,
)
WRONG_CAPTCHA = Problem(
    "WRONG_CAPTCHA",
    Message(
        "图形验证码不正确或已过期，请获取新的图形验证码。",
        "The digits of the picture are wrong or have expired. Ask for a new picture.",
    ),
    ("captchaAnswer",),
)


def problems_of_release(kind: str, tier: Tier, account: MemberAccountRecord | None) -> Iterator[Problem]:
    """Of the phone of someone who has left in that way."""
    if tier not in APPROVING:
        yield _COMMITTEE_ALONE
    if kind != HistoryKind.DECEASED.value:
        yield _DECEASED_ALONE
    if account is None:
        yield Problem("NO_ACCOUNT", _NO_ACCOUNT, _ID)
    elif account.state == MemberAccountState.CANCELLED.value:
        yield _ALREADY_CANCELLED


def problems_of_change(account: MemberAccountRecord | None, phone: str) -> Iterator[Problem]:
    """What keeps the account from having that phone, as far as it is the account's own matter."""
    if account is None:
        yield Problem("NO_ACCOUNT", _NO_ACCOUNT, _MEMBER_ID)
    elif account.state != MemberAccountState.ACTIVE.value:
        yield _UNFIT_STATES[MemberAccountState[account.state]]
    elif account.phone == phone:
        yield _SAME_PHONE
