"""组织树: the committees of the real divisions, and synthetic grassroots organisations below them.

Ids run in preorder. Each branch is told how many members it has and which ids they get, so that members can be made
branch by branch, in any order and in parallel, and still be the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from domain.codes import OrganizationKind
from domain.records import OrganizationRecord, whole_organization
from domain.synthetic.divisions import PROVINCE_CODE, PROVINCE_NAME, cities, counties
from domain.synthetic.shares import shared_out

_MEMBERS_OF_A_BRANCH = 26
_BRANCHES_OF_A_COMMITTEE = 8
_FEWEST_BRANCHES = 5
_APPROVING_SHARE = 0.4
_GENERAL_BRANCH_SHARE = 0.3
_EMPTY_BRANCH_SHARE = 0.01

_FILING = (OrganizationKind.PROVINCE, OrganizationKind.CITY, OrganizationKind.COUNTY)

_COMMITTEES = "街道 镇 乡 街道 镇 街道 大学 医院 集团 局机关 学校 银行".split()
_PLACES = (
    "泉城 文化 建设 和平 解放 青年 东风 胜利 新华 人民 光明 北园 南山 西苑 东湖 长江 黄河 泰山 大明 历山 "
    "千佛 龙山 凤凰 金桥 银座 玉函 七里 八一"
).split()
_UNITS = "社区 村 社区 村 车间 科室 离退休 学生 教工 机关".split()


@dataclass(frozen=True, slots=True)
class PlannedOrganization:
    """An organisation, and for a branch the members that hang on it: `members` of them from `first_member` on.

    `county` is the place of its county among all counties, `first_in_county` its first member's place in the county.
    """

    record: OrganizationRecord
    parent: OrganizationRecord | None
    county: int = -1
    first_member: int = 0
    first_in_county: int = 0
    members: int = 0


@dataclass
class _Numbering:
    organization: int = 0
    member: int = 1

    def next_organization(
        self, parent: OrganizationRecord | None, kind: OrganizationKind, name: str, code: str | None = None
    ) -> OrganizationRecord:
        self.organization += 1
        path = f"{parent.path if parent else ''}{self.organization}/"
        parent_id = None if parent is None else parent.id
        return whole_organization(self.organization, parent_id, path, name, kind.value, code, False, kind in _FILING)


def planned_organizations(members: int, seed: int) -> Iterator[PlannedOrganization]:
    """The whole tree in preorder; its branches hold exactly so many members."""
    numbering = _Numbering()
    sizes = county_sizes(members, seed)
    province = numbering.next_organization(
        None, OrganizationKind.PROVINCE, f"中共{PROVINCE_NAME}委员会", f"{PROVINCE_CODE}0000"
    )
    yield PlannedOrganization(province, None)
    place = 0
    for division in cities():
        city = numbering.next_organization(province, OrganizationKind.CITY, f"中共{division.name}委员会", division.code)
        yield PlannedOrganization(city, province)
        for county in division.counties:
            name = f"中共{division.name}{county.name}委员会"
            committee = numbering.next_organization(city, OrganizationKind.COUNTY, name, county.code)
            yield PlannedOrganization(committee, city)
            random = Random(f"{seed}/county/{county.code}")  # noqa: S311 # data, not secrets
            yield from _County(numbering, committee, county.name, random).below(place, sizes[place])
            place += 1


def county_sizes(members: int, seed: int) -> list[int]:
    """How many members each county has."""
    random = Random(f"{seed}/counties")  # noqa: S311 # data, not secrets
    return shared_out(members, [random.lognormvariate(0, 0.4) for _ in counties()])


@dataclass(frozen=True, slots=True)
class _County:
    """A county committee, and its chances."""

    numbering: _Numbering
    record: OrganizationRecord
    name: str
    random: Random

    def below(self, place: int, size: int) -> Iterator[PlannedOrganization]:
        branches = max(_FEWEST_BRANCHES, round(size / _MEMBERS_OF_A_BRANCH))
        sizes = shared_out(size, [_branch_weight(self.random) for _ in range(branches)])
        first_in_county = 0
        for number, group in enumerate(_groups(sizes)):
            for organization in self._committee(number, group):
                planned = _with_members(self.numbering, organization, place, first_in_county)
                first_in_county += planned.members
                yield planned

    def _committee(self, number: int, sizes: list[int]) -> Iterator[PlannedOrganization]:
        title = f"{self.name}{_place_name(number)}{self.random.choice(_COMMITTEES)}"
        name = f"中共{title}委员会"
        plain = self.numbering.next_organization(self.record, OrganizationKind.GRASSROOTS_COMMITTEE, name)
        committee = plain._replace(can_approve_membership=number == 0 or self.random.random() < _APPROVING_SHARE)
        yield PlannedOrganization(committee, self.record)
        if self.random.random() >= _GENERAL_BRANCH_SHARE:
            yield from self._branches(committee, title, sizes)
            return
        for half, part in enumerate((sizes[: len(sizes) // 2], sizes[len(sizes) // 2 :]), start=1):
            name = f"中共{title}第{half}总支部委员会"
            general = self.numbering.next_organization(committee, OrganizationKind.GENERAL_BRANCH, name)
            yield PlannedOrganization(general, committee)
            yield from self._branches(general, f"{title}第{half}总支", part)

    def _branches(self, parent: OrganizationRecord, title: str, sizes: list[int]) -> Iterator[PlannedOrganization]:
        for number, size in enumerate(sizes, start=1):
            name = f"中共{title}第{number}{self.random.choice(_UNITS)}支部委员会"
            branch = self.numbering.next_organization(parent, OrganizationKind.BRANCH, name)
            yield PlannedOrganization(branch, parent, members=size)


def _place_name(number: int) -> str:
    round_of_names, place = divmod(number, len(_PLACES))
    return _PLACES[place] + (f"第{round_of_names + 1}" if round_of_names else "")


def _branch_weight(random: Random) -> float:
    return 0.0 if random.random() < _EMPTY_BRANCH_SHARE else random.lognormvariate(0, 0.7)


def _groups(sizes: list[int]) -> Iterator[list[int]]:
    """The branches of each committee; a county has at least two committees."""
    length = min(_BRANCHES_OF_A_COMMITTEE, (len(sizes) + 1) // 2)
    for start in range(0, len(sizes), length):
        yield sizes[start : start + length]


def _with_members(
    numbering: _Numbering, planned: PlannedOrganization, county: int, first_in_county: int
) -> PlannedOrganization:
    first = numbering.member
    numbering.member += planned.members
    return PlannedOrganization(planned.record, planned.parent, county, first, first_in_county, planned.members)
