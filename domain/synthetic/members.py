"""党员: the members of one branch, each a pure function of the seed, its number and its place."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from domain.synthetic.dealing import Dealing
from domain.synthetic.defects import BLOCK
from domain.synthetic.identities import CountyIdentities, Identity
from domain.synthetic.lives import life_of
from domain.synthetic.member import Place, SyntheticMember, years_after
from domain.synthetic.organizations import PlannedOrganization

_OLDEST_BIRTH = date(1900, 1, 1)
_TWO_YEARS = 730


@dataclass(frozen=True, slots=True)
class MemberMaker:
    """`county_sizes` are the numbers of members of all counties, in their order."""

    seed: int
    day: date
    county_sizes: list[int]
    dealing: Dealing

    def members(self, branch: PlannedOrganization) -> Iterator[tuple[SyntheticMember, tuple[str, ...]]]:
        """Each member of the branch, and the rules that its record breaks."""
        identities = CountyIdentities(branch.county, self.county_sizes[branch.county], self.day)
        for offset in range(branch.members):
            yield self._member(branch, identities, branch.first_member + offset, branch.first_in_county + offset)

    def _member(
        self, branch: PlannedOrganization, identities: CountyIdentities, number: int, place_in_county: int
    ) -> tuple[SyntheticMember, tuple[str, ...]]:
        random = Random(self.seed << 40 | number)  # noqa: S311 # data, not secrets
        defect = self.dealing.defect_of(number)
        rule = defect.rule if defect else None
        if rule == "ID_DUPLICATE" and not self._has_its_twin(number, place_in_county, identities.size):
            defect = rule = None
        place = _place(branch, above=rule == "NOT_IN_BRANCH")
        identity = self._identity(identities, rule, number, place_in_county)
        member = life_of(number, identity, place, self.day, random)
        return member, () if defect is None else defect.inject(member, self.day, random)

    @staticmethod
    def _has_its_twin(number: int, place_in_county: int, size: int) -> bool:
        """Both are of one county: an identity is known from its place there."""
        is_first = (number - 1) % BLOCK == 0
        return place_in_county < size - 1 if is_first else place_in_county > 0

    def _identity(self, identities: CountyIdentities, rule: str | None, number: int, place: int) -> Identity:
        if rule == "ID_DUPLICATE":
            return identities.identity(place - (number - 1) % BLOCK)
        if rule == "JOINED_BEFORE_FOUNDING":
            return identities.identity_born_on(_OLDEST_BIRTH, _TWO_YEARS, place)
        if rule != "AGE_IMPLAUSIBLE":
            return identities.identity(place)
        if number // BLOCK % 2:
            return identities.identity_born_on(years_after(self.day, -118), 6 * 365, place)
        return identities.identity_born_on(years_after(self.day, -18) + timedelta(days=2), 355, place)


def _place(branch: PlannedOrganization, *, above: bool) -> Place:
    record = branch.parent if above and branch.parent else branch.record
    return Place(record.id, record.path, branch.county)
