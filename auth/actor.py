from dataclasses import dataclass

from domain.codes import OrganizationKind, Role, Scope, Tier
from domain.records import OrganizationRecord

__all__ = ["Actor", "Role", "Tier", "tier_of"]

_COUNTY_OR_ABOVE = {OrganizationKind.PROVINCE, OrganizationKind.CITY, OrganizationKind.COUNTY}


def tier_of(organization: OrganizationRecord) -> Tier:
    if organization.kind in _COUNTY_OR_ABOVE:
        return Tier.COUNTY_OR_ABOVE
    return Tier.APPROVING_COMMITTEE if organization.can_approve_membership else Tier.OTHER_GRASSROOTS


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is calling. Everything an actor reads or writes lies in the subtree of the organisation."""

    subject: str
    role: Role
    organization: OrganizationRecord
    scopes: frozenset[Scope] | None = None
    """What a partner may ask for at all; None for people, whom their role alone limits."""

    client: str | None = None
    """The client id of the application or partner that asks; None with an operator's token, which none was given."""

    @property
    def tier(self) -> Tier:
        return tier_of(self.organization)

    @property
    def scope(self) -> str:
        """The path whose subtree is the actor's."""
        return self.organization.path
