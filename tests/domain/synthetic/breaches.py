"""The rules for data quality (spec section 8) said once more, in plain Python, to judge the generator by."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date

from domain.codes import MemberCategory, OrganizationKind, RealNameStatus
from domain.identity_numbers import birth_date_in, gender_in, is_identity_number
from domain.phones import is_phone
from domain.synthetic.member import SyntheticMember

FOUNDING = date(1921, 7, 1)
Judge = Callable[[SyntheticMember], bool]


def completed_years(earlier: date, later: date) -> int:
    return later.year - earlier.year - ((later.month, later.day) < (earlier.month, earlier.day))


def a_year_later(day: date) -> date:
    return date(day.year + 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


def irregular_probation(member: SyntheticMember) -> bool:
    joined, formal = member.joined_on, member.formal_on
    if member.category is not MemberCategory.FORMAL or joined is None or formal is None or formal < joined:
        return False
    if date(1969, 4, 15) <= joined <= date(1977, 8, 17):
        return formal != joined
    return formal < a_year_later(joined)


def joined_younger_than(age: int) -> Judge:
    return lambda m: bool(m.joined_on and m.birth_date and completed_years(m.birth_date, m.joined_on) < age)


def implausible_age(member: SyntheticMember, day: date) -> bool:
    if member.category is not MemberCategory.FORMAL or member.birth_date is None:
        return False
    return not 18 <= completed_years(member.birth_date, day) <= 110


def suspicious(name: str) -> bool:
    return len(name) < 2 or any(not (character.isalpha() or character == "·") for character in name)


def breaches(members: Iterable[SyntheticMember], kinds: dict[int, OrganizationKind], day: date) -> dict[str, set[int]]:
    """Rule → the members who break it, `kinds` giving the kind of each organisation."""
    members = list(members)
    holders = Counter(member.identity_number for member in members)
    sharers = Counter(member.phone for member in members if member.phone)
    two_years_ago = date(day.year - 2, day.month, min(day.day, 28))
    formal, probationary = MemberCategory.FORMAL, MemberCategory.PROBATIONARY
    rules: dict[str, Judge] = {
        "JOIN_DATE_MISSING": lambda m: m.joined_on is None and not m.lost_contact,
        "JOIN_DATE_MISSING_LOST": lambda m: m.joined_on is None and m.lost_contact,
        "BIRTH_DATE_MISSING": lambda m: m.birth_date is None and not m.lost_contact,
        "FORMAL_DATE_MISSING": lambda m: m.category is formal and m.formal_on is None,
        "ETHNICITY_MISSING": lambda m: m.ethnicity is None,
        "EDUCATION_MISSING": lambda m: m.education is None,
        "ADDRESS_MISSING": lambda m: not m.home_address,
        "PHONE_MISSING": lambda m: not m.phone,
        "FORMAL_BEFORE_JOIN": lambda m: bool(m.formal_on and m.joined_on and m.formal_on < m.joined_on),
        "JOINED_UNDER_18": joined_younger_than(18),
        "JOINED_BEFORE_FOUNDING": lambda m: bool(m.joined_on and m.joined_on < FOUNDING),
        "AGE_IMPLAUSIBLE": lambda m: implausible_age(m, day),
        "PROBATION_PERIOD_IRREGULAR": irregular_probation,
        "BIRTH_DATE_ID_MISMATCH": lambda m: bool(m.birth_date) and birth_date_in(m.identity_number) not in (None, m.birth_date),
        "GENDER_ID_MISMATCH": lambda m: gender_in(m.identity_number) not in (None, m.gender),
        "ID_INVALID": lambda m: not is_identity_number(m.identity_number),
        "ID_DUPLICATE": lambda m: holders[m.identity_number] > 1,
        "JOINED_UNDER_16": joined_younger_than(16),
        "DATE_IN_FUTURE": lambda m: any(d and d > day for d in (m.birth_date, m.joined_on, m.formal_on, m.lost_contact_since)),
        "PHONE_INVALID": lambda m: bool(m.phone) and not is_phone(m.phone or ""),
        "PHONE_SHARED": lambda m: sharers[m.phone or ""] > 3,
        "PROBATION_OVERDUE": lambda m: m.category is probationary and bool(m.joined_on and m.joined_on < two_years_ago),
        "PROBATIONARY_WITH_FORMAL_DATE": lambda m: m.category is probationary and m.formal_on is not None,
        "LOST_CONTACT_DATE_MISSING": lambda m: m.lost_contact and m.lost_contact_since is None,
        "NAME_SUSPICIOUS": lambda m: suspicious(m.name.text),
        "PHOTO_MISSING": lambda m: m.photo is None,
        "NOT_REAL_NAME_VERIFIED": lambda m: m.real_name_status is RealNameStatus.UNVERIFIED,
        "NOT_IN_BRANCH": lambda m: kinds[m.branch_id] is not OrganizationKind.BRANCH,
    }  # fmt: skip
    return {rule: {member.id for member in members if breaks(member)} for rule, breaks in rules.items()}
