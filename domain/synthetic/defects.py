"""缺陷: how each breach of the rules for data quality (校验规则) is put into a life that breaks none.

The table at the end is the whole of it. An injection returns the rules that the record then breaks: nearly always
the one it is for, and where a breach cannot be had without another, that one too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from domain.clock import age_on
from domain.codes import Gender, MemberCategory, RealNameStatus
from domain.identity_numbers import check_character
from domain.members.probation import joined_without_probation
from domain.synthetic.chance import between
from domain.synthetic.contacts import mobile_of
from domain.synthetic.member import SyntheticMember, years_after
from domain.synthetic.names import suspicious_name

_FOUNDED_ON = date(1921, 7, 1)

Injection = Callable[[SyntheticMember, date, Random], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Defect:
    """`share` is in members of 100,000; `members` are broken together, the first ones of a block."""

    rule: str
    share: int
    inject: Injection
    members: int = 1


def _without(rule: str, field: str) -> Injection:
    def inject(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
        setattr(member, field, None)
        return (rule,)

    return inject


def _join_date_missing(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    member.joined_on = None
    member.lost_contact, member.lost_contact_since = False, None
    return ("JOIN_DATE_MISSING",)


def _join_date_missing_lost(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    member.joined_on = None
    member.lose_contact(day - timedelta(days=between(200, 3000, random)))
    return ("JOIN_DATE_MISSING_LOST",)


def _birth_date_missing(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    member.birth_date = None
    member.lost_contact, member.lost_contact_since = False, None
    return ("BIRTH_DATE_MISSING",)


def _formal_date_missing(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    member.category, member.formal_on = MemberCategory.FORMAL, None
    return ("FORMAL_DATE_MISSING",)


def _formal_before_join(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    member.category = MemberCategory.FORMAL
    member.formal_on = _joined(member) - timedelta(days=between(1, 300, random))
    return ("FORMAL_BEFORE_JOIN",)


def _joined_under_18(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    member.join(years_after(_born(member), 16) + timedelta(days=between(1, 700, random)), day)
    return ("JOINED_UNDER_18",)


def _joined_under_16(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    member.join(years_after(_born(member), 16) - timedelta(days=between(1, 700, random)), day)
    return ("JOINED_UNDER_16", "JOINED_UNDER_18")


def _joined_before_founding(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    """Born by 1901 (`members` sees to it), so that only the age is implausible as well."""
    member.join(_FOUNDED_ON - timedelta(days=between(1, 150, random)), day)
    return ("JOINED_BEFORE_FOUNDING", "AGE_IMPLAUSIBLE")


def _age_implausible(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    """Older than 110, or a formal member of 17 (`members` sees to both births)."""
    if age_on(_born(member), day) >= 18:  # noqa: PLR2004 # who is of age here is the old one
        return ("AGE_IMPLAUSIBLE",)
    member.joined_on = years_after(_born(member), 16) + timedelta(days=1)
    member.category, member.formal_on = MemberCategory.FORMAL, years_after(_joined(member), 1)
    return ("AGE_IMPLAUSIBLE", "JOINED_UNDER_18")


def _probation_period_irregular(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    """Some of a year where a year was due, or a year where none was."""
    joined_on = _joined(member)
    member.category = MemberCategory.FORMAL
    if joined_without_probation(joined_on):
        member.formal_on = years_after(joined_on, 1)
    else:
        member.formal_on = joined_on + timedelta(days=between(0, min(300, (day - joined_on).days), random))
    return ("PROBATION_PERIOD_IRREGULAR",)


def _birth_date_id_mismatch(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    member.birth_date = _born(member) - timedelta(days=between(1, 300, random))
    return ("BIRTH_DATE_ID_MISMATCH",)


def _gender_id_mismatch(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    member.gender = Gender.FEMALE if member.gender is Gender.MALE else Gender.MALE
    return ("GENDER_ID_MISMATCH",)


def _id_invalid(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    """A character short, a region that does not exist, or a check character that does not fit."""
    number = member.identity_number
    variant = between(1, 3, random)
    if variant == 1:
        member.identity_number = number[:17]
    elif variant == 2 and number.startswith("37"):  # noqa: PLR2004 # the second of the three
        member.identity_number = f"97{number[2:17]}" + check_character(f"97{number[2:17]}")
    else:
        member.identity_number = number[:17] + ("1" if number[17] != "1" else "2")
    return ("ID_INVALID",)


def _id_duplicate(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    """The second of the two was given the first one's identity when it was born."""
    return ("ID_DUPLICATE",)


def _date_in_future(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    future = day + timedelta(days=between(1, 300, random))
    if random.random() < 0.5 or joined_without_probation(_joined(member)):  # noqa: PLR2004 # half of them
        member.lose_contact(future)
    else:
        member.category = MemberCategory.FORMAL
        member.formal_on = max(future, years_after(_joined(member), 1))
    return ("DATE_IN_FUTURE",)


def _phone_invalid(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    member.phone = mobile_of(member.id) + ("0" if random.random() < 0.5 else "转801")  # noqa: PLR2004 # half of them
    return ("PHONE_INVALID",)


def _phone_shared(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    member.phone = mobile_of(member.id - (member.id - 1) % BLOCK)
    return ("PHONE_SHARED",)


def _probation_overdue(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    member.category, member.formal_on = MemberCategory.PROBATIONARY, None
    member.joined_on = years_after(day, -2) - timedelta(days=between(1, 700, random))
    return ("PROBATION_OVERDUE", *_joined_too_young(member))


def _probationary_with_formal_date(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    member.category = MemberCategory.PROBATIONARY
    member.joined_on = years_after(day, -1) - timedelta(days=between(1, 360, random))
    member.formal_on = years_after(member.joined_on, 1)
    return ("PROBATIONARY_WITH_FORMAL_DATE", *_joined_too_young(member))


def _lost_contact_date_missing(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    member.lose_contact(None)
    return ("LOST_CONTACT_DATE_MISSING",)


def _name_suspicious(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    member.name = suspicious_name(random)
    return ("NAME_SUSPICIOUS",)


def _not_verified(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    member.real_name_status = RealNameStatus.UNVERIFIED
    return ("NOT_REAL_NAME_VERIFIED",)


def _not_in_branch(member: SyntheticMember, day: date, random: Random) -> tuple[str, ...]:
    """`members` hangs the member on the organisation above the branch."""
    return ("NOT_IN_BRANCH",)


def _joined_too_young(member: SyntheticMember) -> tuple[str, ...]:
    """The youngest can only have broken the other rule by joining too young."""
    age = age_on(_born(member), _joined(member))
    return tuple(rule for rule, years in (("JOINED_UNDER_16", 16), ("JOINED_UNDER_18", 18)) if age < years)


def _born(member: SyntheticMember) -> date:
    assert member.birth_date is not None  # noqa: S101 # one defect a member, and every life begins with a birth
    return member.birth_date


def _joined(member: SyntheticMember) -> date:
    assert member.joined_on is not None  # noqa: S101 # one defect a member, and every life has joined
    return member.joined_on


BLOCK = 4
"""Defects are dealt out to blocks of so many consecutive members, at most one to a block."""

DEFECTS: tuple[Defect, ...] = (
    Defect("JOIN_DATE_MISSING", 60, _join_date_missing),
    Defect("JOIN_DATE_MISSING_LOST", 40, _join_date_missing_lost),
    Defect("BIRTH_DATE_MISSING", 40, _birth_date_missing),
    Defect("FORMAL_DATE_MISSING", 80, _formal_date_missing),
    Defect("ETHNICITY_MISSING", 50, _without("ETHNICITY_MISSING", "ethnicity")),
    Defect("EDUCATION_MISSING", 90, _without("EDUCATION_MISSING", "education")),
    Defect("ADDRESS_MISSING", 200, _without("ADDRESS_MISSING", "home_address")),
    Defect("PHONE_MISSING", 150, _without("PHONE_MISSING", "phone")),
    Defect("FORMAL_BEFORE_JOIN", 40, _formal_before_join),
    Defect("JOINED_UNDER_18", 60, _joined_under_18),
    Defect("JOINED_BEFORE_FOUNDING", 15, _joined_before_founding),
    Defect("AGE_IMPLAUSIBLE", 30, _age_implausible),
    Defect("PROBATION_PERIOD_IRREGULAR", 120, _probation_period_irregular),
    Defect("BIRTH_DATE_ID_MISMATCH", 150, _birth_date_id_mismatch),
    Defect("GENDER_ID_MISMATCH", 60, _gender_id_mismatch),
    Defect("ID_INVALID", 50, _id_invalid),
    Defect("ID_DUPLICATE", 60, _id_duplicate, members=2),
    Defect("JOINED_UNDER_16", 30, _joined_under_16),
    Defect("DATE_IN_FUTURE", 30, _date_in_future),
    Defect("PHONE_INVALID", 100, _phone_invalid),
    Defect("PHONE_SHARED", 80, _phone_shared, members=4),
    Defect("PROBATION_OVERDUE", 50, _probation_overdue),
    Defect("PROBATIONARY_WITH_FORMAL_DATE", 30, _probationary_with_formal_date),
    Defect("LOST_CONTACT_DATE_MISSING", 40, _lost_contact_date_missing),
    Defect("NAME_SUSPICIOUS", 40, _name_suspicious),
    Defect("PHOTO_MISSING", 2000, _without("PHOTO_MISSING", "photo")),
    Defect("NOT_REAL_NAME_VERIFIED", 1000, _not_verified),
    Defect("NOT_IN_BRANCH", 200, _not_in_branch),
)
