"""个人专区账号: which of the made-up members have an account of their own, since when, and with which phone."""

from datetime import datetime
from typing import NamedTuple

from domain.codes import MemberAccountState
from domain.synthetic.contacts import mobile_of
from domain.synthetic.member import SyntheticMember

_OF_TEN = 7
_SCATTERING = 3
"""Prime to ten, so that of any ten members in a row exactly seven are registered."""


class Registration(NamedTuple):
    member_id: int
    phone: str
    registered_at: datetime
    state: str = MemberAccountState.ACTIVE.value
    version: int = 1


def registration_of(member: SyntheticMember) -> Registration | None:
    """Seven members of ten are registered, each with the mobile number of their own: no two have the same."""
    if member.id * _SCATTERING % 10 >= _OF_TEN:
        return None
    halfway = member.created_at + (member.updated_at - member.created_at) / 2
    return Registration(member.id, mobile_of(member.id), halfway.replace(microsecond=0))
