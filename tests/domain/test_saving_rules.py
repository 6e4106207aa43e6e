from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.codes import (
    Education,
    Ethnicity,
    FloatingDirection,
    Gender,
    MemberCategory,
    MembershipStatus,
    WorkPosition,
)
from domain.identity_numbers import check_character
from domain.members import SAVING_RULES, MemberDraft, prefilled, problems_of

TODAY = date(2026, 3, 1)
TOMORROW = TODAY + timedelta(days=1)
DAY_BEFORE_WINDOW, WINDOW_STARTS = date(1969, 4, 14), date(1969, 4, 15)
WINDOW_ENDS, DAY_AFTER_WINDOW = date(1977, 8, 17), date(1977, 8, 18)

GOOD = MemberDraft(
    name="张建国",
    identity_number="370102199001011232",
    gender=Gender.MALE,
    ethnicity=Ethnicity.HAN,
    birth_date=date(1990, 1, 1),
    education=Education.BACHELOR,
    category=MemberCategory.FORMAL,
    branch_id=7,
    joined_on=date(2012, 7, 1),
    formal_on=date(2013, 7, 1),
    work_position=WorkPosition.FARMER,
    phone="13800138000",
    home_address="济南市历下区解放路1号",
    status=MembershipStatus.NORMAL,
    lost_contact=False,
    floating=False,
)
BORN_1940 = replace(GOOD, birth_date=date(1940, 1, 1))
REQUIRED = (
    *("name", "identity_number", "gender", "ethnicity", "birth_date", "education", "category", "branch_id"),
    *("joined_on", "work_position", "phone", "home_address", "status", "lost_contact", "floating"),
)


def found(draft: MemberDraft, today: date = TODAY) -> list[tuple[str, str]]:
    return [(problem.code, str(problem.path[0])) for problem in problems_of(draft, today)]


def with_dates(joined_on: date, formal_on: date) -> MemberDraft:
    return replace(BORN_1940, joined_on=joined_on, formal_on=formal_on)


BREACHES: list[tuple[str, str, MemberDraft, MemberDraft]] = [
    # code, field, just breached, just kept
    *(("REQUIRED", field, replace(GOOD, **{field: None}), GOOD) for field in REQUIRED),
    ("REQUIRED", "name", replace(GOOD, name=" \u3000\t"), replace(GOOD, name="张")),
    ("TEXT_TOO_LONG", "name", replace(GOOD, name="张" * 51), replace(GOOD, name="张" * 50)),
    ("TEXT_TOO_LONG", "home_address", replace(GOOD, home_address="路" * 201), replace(GOOD, home_address="路" * 200)),
    ("CHARACTERS_INVALID", "name", replace(GOOD, name="张\0建国"), replace(GOOD, name="张 建国")),
    ("CHARACTERS_INVALID", "name", replace(GOOD, name="张\ud800"), replace(GOOD, name="买买提·艾力")),
    ("CHARACTERS_INVALID", "name", replace(GOOD, name="张\u200b建国"), replace(GOOD, name="张\ue000国")),
    (
        "CHARACTERS_INVALID",
        "home_address",
        replace(GOOD, home_address="路\n1号"),
        replace(GOOD, home_address="路\u30001号"),
    ),
    ("DATE_IN_FUTURE", "joined_on", with_dates(TOMORROW, date(2030, 1, 1)), replace(GOOD, joined_on=date(2012, 7, 1))),
    ("DATE_IN_FUTURE", "formal_on", replace(GOOD, formal_on=TOMORROW), replace(GOOD, formal_on=TODAY)),
    ("DATE_IN_FUTURE", "birth_date", replace(GOOD, birth_date=TOMORROW), GOOD),
    (
        "DATE_IN_FUTURE",
        "lost_contact_since",
        replace(GOOD, lost_contact_since=TOMORROW),
        replace(GOOD, lost_contact_since=TODAY),
    ),
    ("IDENTITY_NUMBER_LENGTH", "identity_number", replace(GOOD, identity_number="3" * 17), GOOD),
    ("IDENTITY_NUMBER_LENGTH", "identity_number", replace(GOOD, identity_number="3" * 19), GOOD),
    ("IDENTITY_NUMBER_LENGTH", "identity_number", replace(GOOD, identity_number="370102900101123"), GOOD),
    (
        "IDENTITY_NUMBER_CHARACTERS",
        "identity_number",
        replace(GOOD, identity_number="37010219900101123x"),
        replace(GOOD, identity_number="37010219900101123X"),
    ),
    ("IDENTITY_NUMBER_CHARACTERS", "identity_number", replace(GOOD, identity_number="3701021990010112X2"), GOOD),
    ("IDENTITY_NUMBER_CHARACTERS", "identity_number", replace(GOOD, identity_number="３70102199001011232"), GOOD),
    (
        "JOINED_UNDER_16",
        "joined_on",
        replace(GOOD, birth_date=date(1996, 7, 2)),
        replace(GOOD, birth_date=date(1996, 7, 1)),
    ),
    # Born on 29 February: 16 years are complete on 1 March of a common year, on 29 February of a leap year.
    (
        "JOINED_UNDER_16",
        "joined_on",
        replace(with_dates(date(1900, 2, 28), date(1902, 1, 1)), birth_date=date(1884, 2, 29)),
        replace(with_dates(date(1900, 3, 1), date(1902, 1, 1)), birth_date=date(1884, 2, 29)),
    ),
    (
        "JOINED_UNDER_16",
        "joined_on",
        replace(with_dates(date(2000, 2, 28), date(2002, 1, 1)), birth_date=date(1984, 2, 29)),
        replace(with_dates(date(2000, 2, 29), date(2002, 1, 1)), birth_date=date(1984, 2, 29)),
    ),
    ("FORMAL_DATE_REQUIRED", "formal_on", replace(GOOD, formal_on=None), GOOD),
    (
        "FORMAL_DATE_REQUIRED",
        "formal_on",
        replace(GOOD, formal_on=None),
        replace(GOOD, formal_on=None, category=MemberCategory.PROBATIONARY),
    ),
    (
        "PROBATION_UNDER_1_YEAR",
        "formal_on",
        with_dates(date(2012, 7, 1), date(2013, 6, 30)),
        with_dates(date(2012, 7, 1), date(2013, 7, 1)),
    ),
    ("PROBATION_UNDER_1_YEAR", "formal_on", with_dates(date(2012, 7, 1), date(2012, 7, 1)), GOOD),
    # From 29 February a year ends on 28 February; to 29 February there is nothing special.
    (
        "PROBATION_UNDER_1_YEAR",
        "formal_on",
        with_dates(date(2020, 2, 29), date(2021, 2, 27)),
        with_dates(date(2020, 2, 29), date(2021, 2, 28)),
    ),
    (
        "PROBATION_UNDER_1_YEAR",
        "formal_on",
        with_dates(date(2019, 3, 1), date(2020, 2, 29)),
        with_dates(date(2019, 2, 28), date(2020, 2, 28)),
    ),
    (
        "PROBATION_UNDER_1_YEAR",
        "formal_on",
        with_dates(DAY_BEFORE_WINDOW, DAY_BEFORE_WINDOW),
        with_dates(DAY_BEFORE_WINDOW, date(1970, 4, 14)),
    ),
    (
        "PROBATION_UNDER_1_YEAR",
        "formal_on",
        with_dates(DAY_AFTER_WINDOW, DAY_AFTER_WINDOW),
        with_dates(DAY_AFTER_WINDOW, date(1978, 8, 18)),
    ),
    (
        "NO_PROBATION_1969_1977",
        "formal_on",
        with_dates(WINDOW_STARTS, date(1970, 4, 15)),
        with_dates(WINDOW_STARTS, WINDOW_STARTS),
    ),
    (
        "NO_PROBATION_1969_1977",
        "formal_on",
        with_dates(WINDOW_ENDS, WINDOW_ENDS + timedelta(days=1)),
        with_dates(WINDOW_ENDS, WINDOW_ENDS),
    ),
    (
        "NO_PROBATION_1969_1977",
        "formal_on",
        with_dates(WINDOW_ENDS, WINDOW_ENDS - timedelta(days=1)),
        with_dates(WINDOW_ENDS, WINDOW_ENDS),
    ),
    ("PHONE_INVALID", "phone", replace(GOOD, phone="1380013800"), replace(GOOD, phone="13800138000")),
    ("PHONE_INVALID", "phone", replace(GOOD, phone="86912345"), replace(GOOD, phone="0531-86912345")),
    (
        "LOST_CONTACT_DATE_REQUIRED",
        "lost_contact_since",
        replace(GOOD, lost_contact=True),
        replace(GOOD, lost_contact=True, lost_contact_since=date(2020, 1, 1)),
    ),
    (
        "FLOATING_DIRECTION_REQUIRED",
        "floating_direction",
        replace(GOOD, floating=True),
        replace(GOOD, floating=True, floating_direction=FloatingDirection.ABROAD),
    ),
]


def camel(field: str) -> str:
    head, *tail = field.split("_")
    return head + "".join(part.title() for part in tail)


@pytest.mark.parametrize(("code", "field", "breached", "kept"), BREACHES)
def test_rule_is_breached_just_below_and_kept_just_above(
    code: str, field: str, breached: MemberDraft, kept: MemberDraft
) -> None:
    assert (code, camel(field)) in found(breached)
    assert found(kept) == []


def test_a_breach_of_one_rule_reports_that_rule_alone() -> None:
    assert found(replace(GOOD, name="张" * 51)) == [("TEXT_TOO_LONG", "name")]
    assert found(with_dates(date(2012, 7, 1), date(2013, 6, 30))) == [("PROBATION_UNDER_1_YEAR", "formalOn")]
    assert found(with_dates(WINDOW_STARTS, date(1970, 4, 15))) == [("NO_PROBATION_1969_1977", "formalOn")]


@pytest.mark.parametrize(
    ("birth_date", "today", "is_adult"),
    [
        (date(2008, 3, 1), date(2026, 3, 1), True),
        (date(2008, 3, 2), date(2026, 3, 1), False),
        (date(2008, 2, 29), date(2026, 2, 28), False),
        (date(2008, 2, 29), date(2026, 3, 1), True),
        (date(2006, 2, 28), date(2024, 2, 28), True),
        (date(2006, 3, 1), date(2024, 2, 29), False),
    ],
)
def test_age_of_18_is_complete_on_the_birthday(birth_date: date, today: date, is_adult: bool) -> None:
    draft = replace(GOOD, birth_date=birth_date, joined_on=None, formal_on=None)

    assert (("AGE_UNDER_18", "birthDate") in found(draft, today)) is not is_adult


def test_every_rule_of_the_table_has_a_case() -> None:
    rules = {(rule.code, rule.field) for rule in SAVING_RULES}

    assert rules == {(code, field) for code, field, _, _ in BREACHES} | {("AGE_UNDER_18", "birth_date")}


def test_all_problems_are_reported_at_once() -> None:
    empty = found(MemberDraft())

    assert empty == [("REQUIRED", camel(field)) for field in REQUIRED]
    assert found(replace(GOOD, phone="12", identity_number="x", floating=True)) == [
        ("IDENTITY_NUMBER_LENGTH", "identityNumber"),
        ("IDENTITY_NUMBER_CHARACTERS", "identityNumber"),
        ("PHONE_INVALID", "phone"),
        ("FLOATING_DIRECTION_REQUIRED", "floatingDirection"),
    ]


def test_checksum_and_region_are_left_to_the_quality_rules() -> None:
    assert found(replace(GOOD, identity_number="000000000000000000")) == []


def test_messages_are_bilingual_and_hold_no_value() -> None:
    for _, _, breached, _ in BREACHES:
        for problem in problems_of(breached, TODAY):
            assert problem.message.chinese.endswith("。")
            assert problem.message.english.endswith(".")
            assert "13800138000" not in problem.message.english


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar_raise_nothing(day: date) -> None:
    problems_of(replace(GOOD, birth_date=day, joined_on=day, formal_on=day, lost_contact_since=day), TODAY)


any_birth_date = st.dates(min_value=date(1900, 1, 1), max_value=TODAY)


@given(birth_date=any_birth_date, order=st.integers(0, 999))
def test_prefill_agrees_with_the_number(birth_date: date, order: int) -> None:
    digits = f"370102{birth_date:%Y%m%d}{order:03d}"

    draft = prefilled(MemberDraft(identity_number=digits + check_character(digits)))

    assert draft.birth_date == birth_date
    assert draft.gender is (Gender.MALE if order % 2 else Gender.FEMALE)


@given(text=st.text(max_size=20))
def test_prefill_and_rules_take_any_text(text: str) -> None:
    problems_of(prefilled(MemberDraft(identity_number=text, name=text, phone=text, home_address=text)), TODAY)


@pytest.mark.parametrize("given_value", [{"gender": Gender.FEMALE}, {"birth_date": date(1991, 1, 1)}])
def test_prefill_overrules_nothing(given_value: dict[str, Any]) -> None:
    draft = prefilled(replace(MemberDraft(identity_number="370102199001011232"), **given_value))

    assert {field: getattr(draft, field) for field in given_value} == given_value
    assert draft.gender is not None
    assert draft.birth_date is not None
