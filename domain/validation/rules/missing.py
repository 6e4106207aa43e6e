"""缺失: what a record must have and has not."""

from datetime import date

from domain.codes import MemberCategory
from domain.validation.rule import Facts

_FORMAL = MemberCategory.FORMAL.value


def joined_on_is_missing(member: Facts, _: date) -> bool:
    return member.joined_on is None and not member.lost_contact


def joined_on_of_lost_is_missing(member: Facts, _: date) -> bool:
    return member.joined_on is None and member.lost_contact


def birth_date_is_missing(member: Facts, _: date) -> bool:
    return member.birth_date is None and not member.lost_contact


def formal_on_is_missing(member: Facts, _: date) -> bool:
    return member.category == _FORMAL and member.formal_on is None


def ethnicity_is_missing(member: Facts, _: date) -> bool:
    return member.ethnicity is None


def education_is_missing(member: Facts, _: date) -> bool:
    return member.education is None


def home_address_is_missing(member: Facts, _: date) -> bool:
    return not member.home_address


def phone_is_missing(member: Facts, _: date) -> bool:
    return not member.phone


def lost_contact_since_is_missing(member: Facts, _: date) -> bool:
    return member.lost_contact and member.lost_contact_since is None


def photo_is_missing(member: Facts, _: date) -> bool:
    return member.photo is None
