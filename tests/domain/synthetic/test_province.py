from collections import Counter, defaultdict
from datetime import date
from typing import NamedTuple

import pytest

from domain.codes import Ethnicity, OrganizationKind
from domain.members.draft import MemberDraft
from domain.members.saving_rules import problems_of
from domain.records import OrganizationRecord
from domain.synthetic.defects import DEFECTS
from domain.synthetic.member import SyntheticMember
from domain.synthetic.province import Province
from tests.domain.synthetic.breaches import breaches

DAY = date(2026, 11, 23)
KINDS_ABOVE: dict[OrganizationKind, set[OrganizationKind | None]] = {
    OrganizationKind.PROVINCE: {None},
    OrganizationKind.CITY: {OrganizationKind.PROVINCE},
    OrganizationKind.COUNTY: {OrganizationKind.CITY},
    OrganizationKind.GRASSROOTS_COMMITTEE: {OrganizationKind.COUNTY},
    OrganizationKind.GENERAL_BRANCH: {OrganizationKind.GRASSROOTS_COMMITTEE},
    OrganizationKind.BRANCH: {OrganizationKind.GRASSROOTS_COMMITTEE, OrganizationKind.GENERAL_BRANCH},
}


class Made(NamedTuple):
    organizations: list[OrganizationRecord]
    members: list[SyntheticMember]
    breaches: dict[str, set[int]]


def made(province: Province) -> Made:
    maker = province.maker()
    organizations, members, broken = [], [], defaultdict(set)
    for planned in province.organizations():
        organizations.append(planned.record)
        for member, rules in maker.members(planned):
            members.append(member)
            for rule in rules:
                broken[rule].add(member.id)
    return Made(organizations, members, broken)


@pytest.fixture(scope="module")
def province() -> Made:
    return made(Province(20_000, seed=1, day=DAY))


def test_the_tree_is_that_of_the_real_divisions(province: Made) -> None:
    kinds = Counter(record.kind for record in province.organizations)
    assert (kinds["PROVINCE"], kinds["CITY"], kinds["COUNTY"]) == (1, 16, 136)
    by_code = {record.division_code: record.name for record in province.organizations if record.division_code}
    assert by_code["370102"] == "中共济南市历下区委员会"
    assert "371200" not in by_code, "Laiwu has been part of Jinan since 2019"


def test_every_organization_hangs_on_one_of_the_kind_above(province: Made) -> None:
    by_id = {record.id: record for record in province.organizations}
    for record in province.organizations:
        parent = by_id[record.parent_id] if record.parent_id else None
        assert (OrganizationKind[parent.kind] if parent else None) in KINDS_ABOVE[OrganizationKind[record.kind]]
        assert record.path == f"{parent.path if parent else ''}{record.id}/"
        assert not record.can_approve_membership or record.kind == "GRASSROOTS_COMMITTEE"


def test_members_are_as_many_as_asked_for_and_hang_where_they_say(province: Made) -> None:
    paths = {record.id: record.path for record in province.organizations}
    assert [member.id for member in province.members] == list(range(1, 20_001))
    assert all(member.org_path == paths[member.branch_id] for member in province.members)


@pytest.mark.parametrize(
    "asked",
    [Province(20_000, 1, DAY), Province(3_000, 7, date(2024, 2, 29)), Province(60_000, 3, date(2027, 1, 1))],
    ids=str,
)
def test_members_break_exactly_the_rules_that_they_are_said_to_break(asked: Province) -> None:
    it = made(asked)
    kinds = {record.id: OrganizationKind[record.kind] for record in it.organizations}
    found = breaches(it.members, kinds, asked.day)
    assert found.keys() == {defect.rule for defect in DEFECTS}
    assert found == {rule: it.breaches[rule] for rule in found}
    assert all(found.values()), "every rule is broken by somebody"


def test_defects_come_at_their_rates(province: Made) -> None:
    for defect in DEFECTS:
        expected = max(3, defect.share * 20_000 / 100_000)
        assert expected * 0.9 <= len(province.breaches[defect.rule]) <= expected * 5 + 10, defect.rule


def test_who_breaks_no_rule_could_be_saved(province: Made) -> None:
    broken = set().union(*(province.breaches[rule] for rule in province.breaches))
    checked = 0
    for member in province.members[::7]:
        if member.id not in broken:
            assert problems_of(_draft(member), DAY) == []
            checked += 1
    assert checked > 2_500


def _draft(member: SyntheticMember) -> MemberDraft:
    values = {name: getattr(member, name) for name in MemberDraft.__dataclass_fields__ if hasattr(member, name)}
    return MemberDraft(**{**values, "name": member.name.text})


def test_the_same_seed_gives_the_same_province_and_another_seed_another() -> None:
    once, again, other = (made(Province(1_000, seed, DAY)) for seed in (5, 5, 6))
    assert once == again
    assert once.members != other.members


def test_the_population_is_varied(province: Made) -> None:
    members = province.members
    assert 0.27 < sum(member.gender == "FEMALE" for member in members) / len(members) < 0.33
    assert 100 < sum(member.ethnicity not in (Ethnicity.HAN, None) for member in members) < 300
    assert len({member.name.text for member in members}) > 500
    assert len({member.work_position for member in members}) == 20
    years = {member.joined_on.year for member in members if member.joined_on}
    assert min(years) < 1949
    assert max(years) == 2026


@pytest.mark.parametrize("members", [1, 2, 5, 40, 499])
def test_a_tiny_province_is_whole(members: int) -> None:
    it = made(Province(members, 1, DAY))
    assert len(it.members) == members
    assert len({organization.id for organization in it.organizations}) == len(it.organizations)
