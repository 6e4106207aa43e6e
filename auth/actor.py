from dataclasses import dataclass, fields

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

    @property
    def sphere(self) -> str:
        """What bounds everything that the actor may ask for: whoever has another one by now must begin anew. An
        organisation that is moved in the tree has another path."""
        scopes = [] if self.scopes is None else sorted(self.scopes)
        return " ".join([self.role, self.tier, str(self.organization.id), self.scope, *scopes])


class ObservedActor(Actor):
    """An actor that notes when it is asked who exactly it is: what was worked out without that holds for its peers."""

    __slots__ = ("_subject", "was_named")

    _subject: str
    was_named: bool

    @classmethod
    def of(cls, actor: Actor) -> "ObservedActor":
        observed = cls.__new__(cls)
        for name in (each.name for each in fields(actor) if each.name != "subject"):
            object.__setattr__(observed, name, getattr(actor, name))
        object.__setattr__(observed, "_subject", actor.subject)
        object.__setattr__(observed, "was_named", False)
        return observed

    @property
    def subject(self) -> str:
        object.__setattr__(self, "was_named", True)
        return self._subject
