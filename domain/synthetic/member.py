from dataclasses import dataclass
from datetime import date, datetime

from domain.codes import (
    Education,
    Ethnicity,
    FloatingDirection,
    Gender,
    MemberCategory,
    MembershipStatus,
    RealNameStatus,
    WorkPosition,
)
from domain.members.probation import joined_without_probation
from domain.synthetic.names import Name


@dataclass(frozen=True, slots=True)
class Place:
    """Where a member hangs: the organisation, its path, and its county's place among all counties."""

    organization: int
    path: str
    county: int


@dataclass(slots=True)
class SyntheticMember:
    """A member's record while it is being made; the fields are those of the register."""

    id: int
    branch_id: int
    org_path: str
    name: Name
    identity_number: str
    gender: Gender
    birth_date: date | None
    ethnicity: Ethnicity | None
    education: Education | None
    work_position: WorkPosition
    phone: str | None
    home_address: str | None
    floating_direction: FloatingDirection | None
    real_name_status: RealNameStatus
    transfer_in_progress: bool
    photo: str | None
    created_at: datetime
    updated_at: datetime
    category: MemberCategory = MemberCategory.FORMAL
    joined_on: date | None = None
    formal_on: date | None = None
    status: MembershipStatus = MembershipStatus.NORMAL
    lost_contact: bool = False
    lost_contact_since: date | None = None

    @property
    def floating(self) -> bool:
        return self.floating_direction is not None

    def join(self, joined_on: date, day: date) -> None:
        """Joins on that day, and is formal if by `day` the probation of the time is over."""
        formal_on = joined_on if joined_without_probation(joined_on) else years_after(joined_on, 1)
        self.joined_on = joined_on
        self.category = MemberCategory.FORMAL if formal_on <= day else MemberCategory.PROBATIONARY
        self.formal_on = formal_on if formal_on <= day else None

    def lose_contact(self, since: date | None) -> None:
        self.lost_contact = True
        self.lost_contact_since = since


def years_after(day: date, years: int) -> date:
    """The same date some years later, or earlier; for 29 February in a common year the 28th."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year + years, day=last)
