"""校验规则: what a rule is, and what it looks at."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from domain.codes import Severity
from domain.errors import Message


class Facts(NamedTuple):
    """What the rules look at in one member. All but the last three are columns of the record, under their names.

    `is_in_branch`: the organisation that the member hangs on is a branch. `number_holders` and `phone_holders`: how
    many members, this one among them, have the identity number and the phone.
    """

    id: int
    name: str
    identity_number: str
    gender: str
    ethnicity: str | None
    birth_date: date | None
    education: str | None
    category: str
    joined_on: date | None
    formal_on: date | None
    phone: str | None
    home_address: str | None
    lost_contact: bool
    lost_contact_since: date | None
    real_name_status: str
    photo: str | None
    is_in_branch: bool
    number_holders: int
    phone_holders: int


Predicate = Callable[[Facts, date], bool]
"""Whether the member breaks the rule on that day, a day in Asia/Shanghai."""


@dataclass(frozen=True, slots=True)
class ValidationRule:
    """`quality` and `special` are the severities in quality control and in the special check (集中排查); None: the rule
    is no part of it. `fields` are what it looks at: who may not see one of them does not see its breaches.
    """

    code: str
    is_broken: Predicate
    fields: tuple[str, ...]
    quality: Severity | None
    special: Severity | None
    title: Message
    remedy: Message
    looks_at_others: bool = False
    """Whether it depends on what other members have."""

    @property
    def is_on(self) -> bool:
        """Whether it is part of anything."""
        return self.quality is not None or self.special is not None
