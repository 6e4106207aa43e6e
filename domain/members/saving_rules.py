"""保存规则: what must hold before a member's record is saved. The table at the end is the whole of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from domain.clock import age_on
from domain.codes import MemberCategory
from domain.errors import Message, Problem
from domain.identity_numbers import LENGTH
from domain.members.draft import MemberDraft
from domain.members.field_labels import FIELD_LABELS
from domain.members.probation import is_shorter_than_a_year, joined_without_probation
from domain.phones import is_phone
from domain.texts import camel_case, has_unprintable_characters

ADULT_AGE = 18
JOINING_AGE = 16

REQUIRED_FIELDS = (
    "name",
    "identity_number",
    "gender",
    "ethnicity",
    "birth_date",
    "education",
    "category",
    "branch_id",
    "joined_on",
    "work_position",
    "phone",
    "home_address",
    "status",
    "lost_contact",
    "floating",
)
DATES = ("birth_date", "joined_on", "formal_on", "lost_contact_since")
LONGEST = {"name": 50, "home_address": 200}
"""Characters a text may have: it is indexed, and a btree row holds 2,704 bytes. Other texts have their own form."""

_IDENTITY_NUMBER_CHARACTERS = re.compile(r"[0-9]*[0-9X]")


@dataclass(frozen=True, slots=True)
class SavingRule:
    """One thing that must hold; its problem is reported at `field`."""

    code: str
    field: str
    is_breached: Callable[[MemberDraft, date], bool]
    chinese: str
    english: str

    def problem(self) -> Problem:
        return Problem(self.code, Message(self.chinese, self.english), (camel_case(self.field),))


def problems_of(draft: MemberDraft, today: date) -> list[Problem]:
    """Everything that keeps the draft from being saved, at once; empty when it can be saved.

    Whether the branch exists and whether the identity number is new only the register knows.
    """
    return [rule.problem() for rule in SAVING_RULES if rule.is_breached(draft, today)]


def _is_missing(draft: MemberDraft, field: str) -> bool:
    value = getattr(draft, field)
    return value is None or (isinstance(value, str) and not value.strip())


def _required(field: str) -> SavingRule:
    label = FIELD_LABELS[field]
    return SavingRule(
        "REQUIRED",
        field,
        lambda draft, _: _is_missing(draft, field),
        f"“{label.chinese}”为必填项，请填写。",
        f"The field “{label.english}” is required: fill it in.",
    )


def _no_longer_than(field: str, longest: int) -> SavingRule:
    label = FIELD_LABELS[field]
    return SavingRule(
        "TEXT_TOO_LONG",
        field,
        lambda draft, _: len(getattr(draft, field) or "") > longest,
        f"“{label.chinese}”超过{longest}个字符，请缩短。",
        f"The field “{label.english}” is longer than {longest} characters: shorten it.",
    )


def _printable(field: str) -> SavingRule:
    label = FIELD_LABELS[field]
    return SavingRule(
        "CHARACTERS_INVALID",
        field,
        lambda draft, _: has_unprintable_characters(getattr(draft, field) or ""),
        f"“{label.chinese}”含有控制字符、换行等不可见字符，请重新输入。",
        f"The field “{label.english}” holds control characters, line breaks or other invisible ones: type it anew.",
    )


def _not_in_the_future(field: str) -> SavingRule:
    label = FIELD_LABELS[field]
    return SavingRule(
        "DATE_IN_FUTURE",
        field,
        lambda draft, today: (getattr(draft, field) or today) > today,
        f"“{label.chinese}”晚于今天，请核对。",
        f"The date “{label.english}” lies in the future: check it.",
    )


def _identity_number_has_wrong_length(draft: MemberDraft, _: date) -> bool:
    return not _is_missing(draft, "identity_number") and len(draft.identity_number or "") != LENGTH


def _identity_number_has_wrong_characters(draft: MemberDraft, _: date) -> bool:
    number = draft.identity_number or ""
    return not _is_missing(draft, "identity_number") and not _IDENTITY_NUMBER_CHARACTERS.fullmatch(number)


def _is_under_age(draft: MemberDraft, today: date) -> bool:
    return draft.birth_date is not None and age_on(draft.birth_date, today) < ADULT_AGE


def _joined_too_young(draft: MemberDraft, _: date) -> bool:
    if draft.birth_date is None or draft.joined_on is None:
        return False
    return age_on(draft.birth_date, draft.joined_on) < JOINING_AGE


def _formal_without_date(draft: MemberDraft, _: date) -> bool:
    return draft.category is MemberCategory.FORMAL and draft.formal_on is None


def _probation_too_short(draft: MemberDraft, _: date) -> bool:
    if draft.joined_on is None or draft.formal_on is None or joined_without_probation(draft.joined_on):
        return False
    return is_shorter_than_a_year(draft.joined_on, draft.formal_on)


def _formal_later_though_no_probation(draft: MemberDraft, _: date) -> bool:
    if draft.joined_on is None or draft.formal_on is None or not joined_without_probation(draft.joined_on):
        return False
    return draft.formal_on != draft.joined_on


def _is_no_phone(draft: MemberDraft, _: date) -> bool:
    return not _is_missing(draft, "phone") and not is_phone(draft.phone or "")


def _lost_without_date(draft: MemberDraft, _: date) -> bool:
    return draft.lost_contact is True and draft.lost_contact_since is None


def _floating_without_direction(draft: MemberDraft, _: date) -> bool:
    return draft.floating is True and draft.floating_direction is None


SAVING_RULES: tuple[SavingRule, ...] = (
    *(_required(field) for field in REQUIRED_FIELDS),
    *(_no_longer_than(field, longest) for field, longest in LONGEST.items()),
    *(_printable(field) for field in LONGEST),
    *(_not_in_the_future(field) for field in DATES),
    SavingRule(
        "IDENTITY_NUMBER_LENGTH",
        "identity_number",
        _identity_number_has_wrong_length,
        "“公民身份证号”不是18位，请核对。",
        "The field “identity number” has not 18 characters: check it.",
    ),
    SavingRule(
        "IDENTITY_NUMBER_CHARACTERS",
        "identity_number",
        _identity_number_has_wrong_characters,
        "“公民身份证号”只能由数字组成，末位可为大写X，请核对。",
        "The field “identity number” takes digits only, the last may be a capital X: check it.",
    ),
    SavingRule(
        "AGE_UNDER_18",
        "birth_date",
        _is_under_age,
        "按“出生日期”年龄未满18周岁，请核对出生日期。",
        "By the birth date the member is younger than 18: check the birth date.",
    ),
    SavingRule(
        "JOINED_UNDER_16",
        "joined_on",
        _joined_too_young,
        "“加入党组织日期”距“出生日期”不满16周年，请核对这两个日期。",
        "The date “joined on” is less than 16 years after the birth date: check both.",
    ),
    SavingRule(
        "FORMAL_DATE_REQUIRED",
        "formal_on",
        _formal_without_date,
        "正式党员必须填写“转正日期”。",
        "A formal member needs the date “formal on”: fill it in.",
    ),
    SavingRule(
        "PROBATION_UNDER_1_YEAR",
        "formal_on",
        _probation_too_short,
        "“转正日期”距“加入党组织日期”不满1年，请核对这两个日期。",
        "The date “formal on” is less than a year after “joined on”: check both.",
    ),
    SavingRule(
        "NO_PROBATION_1969_1977",
        "formal_on",
        _formal_later_though_no_probation,
        "1969年4月15日至1977年8月17日入党的没有预备期，“转正日期”应与“加入党组织日期”相同，请核对。",
        "Who joined between 1969-04-15 and 1977-08-17 had no probation: “formal on” must equal “joined on”.",
    ),
    SavingRule(
        "PHONE_INVALID",
        "phone",
        _is_no_phone,
        "“联系电话”既不是手机号码，也不是带区号的固定电话，请核对。",
        "The field “phone” is neither a mobile number nor a landline with its area code: check it.",
    ),
    SavingRule(
        "LOST_CONTACT_DATE_REQUIRED",
        "lost_contact_since",
        _lost_without_date,
        "失联党员必须填写“失联日期”。",
        "A member who lost contact needs the date “lost contact since”: fill it in.",
    ),
    SavingRule(
        "FLOATING_DIRECTION_REQUIRED",
        "floating_direction",
        _floating_without_direction,
        "流动党员必须选择“流动方向”。",
        "A floating member needs the field “floating direction”: choose it.",
    ),
)
