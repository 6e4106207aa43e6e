"""开通账号: what must hold before an account is opened or changed. Whether a person or a phone is taken, only the
register knows."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from domain.codes import PERSONAL_ROLES, Role
from domain.errors import Message, Problem
from domain.identity_numbers import is_identity_number
from domain.phones import is_mobile
from domain.texts import has_unprintable_characters
from domain.user_names import typed_identity_number, typed_phone

LONGEST_NAME = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDraft:
    """An account as it was entered, complete or not. `organization_id` is one of the officer's subtree, or None."""

    name: str | None = None
    identity_number: str | None = None
    phone: str | None = None
    role: Role | None = None
    organization_id: int | None = None


def account_draft(
    name: str | None, identity_number: str | None, phone: str | None, role: Role | None, organization_id: int | None
) -> AccountDraft:
    """From what was typed: without the spaces and full-width characters that do not matter."""
    return AccountDraft(
        name=tidy_name(name or ""),
        identity_number=typed_identity_number(unicodedata.normalize("NFKC", identity_number or "")),
        phone=tidy_phone(phone or ""),
        role=role,
        organization_id=organization_id,
    )


def tidy_name(name: str) -> str:
    return name.strip()


def tidy_phone(phone: str) -> str:
    return typed_phone(unicodedata.normalize("NFKC", phone))


@dataclass(frozen=True, slots=True)
class OpeningRule:
    """One thing that must hold; its problem is reported at `field`."""

    code: str
    field: str
    holds: Callable[[AccountDraft], bool]
    message: Message

    @property
    def problem(self) -> Problem:
        return Problem(self.code, self.message, (self.field,))


def _is_name(name: str | None) -> bool:
    return bool(name) and len(name or "") <= LONGEST_NAME and not has_unprintable_characters(name or "")


NAME = OpeningRule(
    "NAME_INVALID",
    "name",
    lambda draft: _is_name(draft.name),
    Message(
        f"姓名应为 1 至 {LONGEST_NAME} 个字符，且不含换行等不可见字符。",
        f"A name has 1 to {LONGEST_NAME} characters, none of them a line break or otherwise invisible.",
    ),
)
IDENTITY_NUMBER = OpeningRule(
    "IDENTITY_NUMBER_INVALID",
    "identityNumber",
    lambda draft: is_identity_number(draft.identity_number or ""),
    Message(
        "公民身份证号无效：应为 18 位，请核对地区、出生日期和校验码。",
        "This is no identity number: it has 18 characters; check its region, date of birth and check character.",
    ),
)
PHONE = OpeningRule(
    "PHONE_INVALID",
    "phone",
    lambda draft: is_mobile(draft.phone or ""),
    Message("手机号无效：应为 11 位手机号码。", "This is no mobile phone: write a mobile number of 11 digits."),
)
ROLE = OpeningRule(
    "ROLE_INVALID",
    "role",
    lambda draft: draft.role in PERSONAL_ROLES,
    Message(
        "角色只能是管理员、安全员或审计员；合作系统须另行登记。",
        "The role must be administrator, security officer or auditor; partner systems are registered otherwise.",
    ),
)
ORGANIZATION = OpeningRule(
    "ORGANIZATION_NOT_FOUND",
    "organizationId",
    lambda draft: draft.organization_id is not None,
    Message(
        "该组织不存在或不在您的管理范围内：请核对。",
        "This organisation does not exist, or lies outside your scope: check it.",
    ),
)
OPENING_RULES = (NAME, IDENTITY_NUMBER, PHONE, ROLE, ORGANIZATION)


def problems_of(draft: AccountDraft, *rules: OpeningRule) -> list[Problem]:
    """Everything that is wrong with the draft; by these rules alone, if any are named."""
    return [rule.problem for rule in rules or OPENING_RULES if not rule.holds(draft)]


PERSON_HOLDS_ACCOUNT = Problem(
    "PERSON_HOLDS_ACCOUNT",
    Message(
        "此人已有账号：一人只能持有一个角色。请先撤销原账号，或改变其角色。",
        "This person holds an account already, and one person has one role: revoke that account first, or change its "
        "role.",
    ),
    ("identityNumber",),
)
PHONE_IN_USE = Problem(
    "PHONE_IN_USE",
    Message(
        "此手机号已用于另一账号：请核对，每个账号须有自己的手机号。",
        "Another account has this phone: check it. Each account needs a phone of its own.",
    ),
    ("phone",),
)
