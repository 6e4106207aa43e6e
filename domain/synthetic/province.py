from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from domain.synthetic.dealing import Dealing
from domain.synthetic.members import MemberMaker
from domain.synthetic.organizations import PlannedOrganization, county_sizes, planned_organizations


@dataclass(frozen=True, slots=True)
class Province:
    """A synthetic province: the same three values always give the same records, on every machine."""

    members: int
    seed: int
    day: date

    def organizations(self) -> Iterator[PlannedOrganization]:
        """The whole tree in preorder, each branch with the members that hang on it."""
        return planned_organizations(self.members, self.seed)

    def maker(self) -> MemberMaker:
        return MemberMaker(self.seed, self.day, county_sizes(self.members, self.seed), Dealing(self.members))
