"""演示账号持有人: people made up for the demo, one for each kind of account."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.codes import Role
from domain.identity_numbers import check_character
from domain.records import OrganizationRecord

DEMO_PASSWORD = "Dengta2026"  # noqa: S105 # of accounts that `dengta demo` makes and prints
_TITLES = {Role.SECURITY_OFFICER: "安全员", Role.AUDITOR: "审计员", Role.ADMINISTRATOR: "管理员"}
_PLACES = "甲乙丙丁"


@dataclass(frozen=True, slots=True)
class StaffMember:
    role: Role
    organization: OrganizationRecord
    name: str
    identity_number: str
    phone: str
    is_invited: bool = False
    """Whether the account is yet to be activated."""


def demo_staff(organizations: Sequence[OrganizationRecord]) -> list[StaffMember]:
    """For organisations from the top down: an officer and an auditor of the first, an administrator of each, and one
    more of the last who has yet to activate the account.
    """
    top, last = organizations[0], organizations[-1]
    posts = [(Role.SECURITY_OFFICER, top, "", False), (Role.AUDITOR, top, "", False)]
    posts += [
        (Role.ADMINISTRATOR, organization, place, False)
        for organization, place in zip(organizations, _PLACES, strict=False)
    ]
    posts.append((Role.ADMINISTRATOR, last, "新", True))
    return [
        StaffMember(
            role, organization, f"演示{_TITLES[role]}{place}", _identity_number(number), _phone(number), invited
        )
        for number, (role, organization, place, invited) in enumerate(posts)
    ]


def _identity_number(number: int) -> str:
    digits = f"370102{1980 + number}0101{901 + number}"
    return digits + check_character(digits)


def _phone(number: int) -> str:
    return f"138000000{number + 1:02d}"
