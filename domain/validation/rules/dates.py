"""日期: dates that cannot be, or should not normally be."""

from datetime import date

from domain.clock import age_on, latest_birth_date_of_age
from domain.codes import MemberCategory
from domain.members.probation import is_shorter_than_a_year, joined_without_probation
from domain.validation.rule import Facts, Predicate

_FORMAL, _PROBATIONARY = MemberCategory.FORMAL.value, MemberCategory.PROBATIONARY.value
FOUNDED_ON = date(1921, 7, 1)
YOUNGEST, OLDEST = 18, 110
LONGEST_PROBATION = 2
"""Years."""


def formal_before_joined(member: Facts, _: date) -> bool:
    return member.formal_on is not None and member.joined_on is not None and member.formal_on < member.joined_on


def joined_under(age: int) -> Predicate:
    def is_broken(member: Facts, _: date) -> bool:
        born, joined = member.birth_date, member.joined_on
        return born is not None and joined is not None and age_on(born, joined) < age

    return is_broken


def joined_before_founding(member: Facts, _: date) -> bool:
    return member.joined_on is not None and member.joined_on < FOUNDED_ON


def age_is_implausible(member: Facts, day: date) -> bool:
    if member.category != _FORMAL or member.birth_date is None:
        return False
    return not YOUNGEST <= age_on(member.birth_date, day) <= OLDEST


def probation_is_irregular(member: Facts, _: date) -> bool:
    """Shorter than a year where a year was due, or any where there was none (1969-04-15 to 1977-08-17)."""
    joined, formal = member.joined_on, member.formal_on
    if member.category != _FORMAL or joined is None or formal is None or formal < joined:
        return False
    if joined_without_probation(joined):
        return formal != joined
    return is_shorter_than_a_year(joined, formal)


def probation_is_overdue(member: Facts, day: date) -> bool:
    if member.category != _PROBATIONARY or member.joined_on is None:
        return False
    return member.joined_on < latest_birth_date_of_age(LONGEST_PROBATION, day)


def probationary_has_formal_date(member: Facts, _: date) -> bool:
    return member.category == _PROBATIONARY and member.formal_on is not None


def a_date_is_in_the_future(member: Facts, day: date) -> bool:
    dates = (member.birth_date, member.joined_on, member.formal_on, member.lost_contact_since)
    return any(each is not None and each > day for each in dates)
