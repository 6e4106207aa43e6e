"""数据校验: every rule finds exactly the breaches that were put into a synthetic province, and says what to do."""

from collections import Counter
from datetime import date

import pytest

from domain.codes import OrganizationKind
from domain.synthetic.defects import DEFECTS
from domain.synthetic.member import SyntheticMember
from domain.synthetic.province import Province
from domain.validation import CATALOGUE, RULES, Facts, broken_rules
from tests.domain.synthetic.test_province import Made, made

DAY = date(2026, 11, 23)
AS_THEY_ARE = {
    name: name for name in Facts._fields if name not in ("name", "is_in_branch", "number_holders", "phone_holders")
}


@pytest.fixture(scope="module")
def province() -> Made:
    return made(Province(20_000, 7, DAY))


def facts_of_all(it: Made) -> list[Facts]:
    numbers = Counter(member.identity_number for member in it.members)
    phones = Counter(member.phone for member in it.members if member.phone)
    branches = {o.id for o in it.organizations if o.kind == OrganizationKind.BRANCH.value}

    def facts(member: SyntheticMember) -> Facts:
        return Facts(
            name=member.name.text,
            is_in_branch=member.branch_id in branches,
            number_holders=numbers[member.identity_number],
            phone_holders=phones[member.phone] if member.phone else 0,
            **{name: getattr(member, name) for name in AS_THEY_ARE},
        )

    return [facts(member) for member in it.members]


def test_every_rule_finds_exactly_the_injected_breaches(province: Made) -> None:
    found: dict[str, set[int]] = {rule.code: set() for rule in CATALOGUE}
    for member in facts_of_all(province):
        for rule in broken_rules(member, DAY):
            found[rule.code].add(member.id)
    assert found == {defect.rule: province.breaches[defect.rule] for defect in DEFECTS}


def test_the_catalogue_is_that_of_the_manual() -> None:
    """Spec section 8: severity in quality control / in the special check."""
    table = """
        JOIN_DATE_MISSING ERROR ERROR, JOIN_DATE_MISSING_LOST WARNING WARNING, BIRTH_DATE_MISSING ERROR ERROR,
        FORMAL_DATE_MISSING ERROR ERROR, ETHNICITY_MISSING ERROR ERROR, EDUCATION_MISSING ERROR ERROR,
        ADDRESS_MISSING ERROR ERROR, PHONE_MISSING ERROR ERROR, FORMAL_BEFORE_JOIN ERROR ERROR,
        JOINED_UNDER_18 WARNING WARNING, JOINED_BEFORE_FOUNDING ERROR ERROR, AGE_IMPLAUSIBLE WARNING WARNING,
        PROBATION_PERIOD_IRREGULAR WARNING WARNING, BIRTH_DATE_ID_MISMATCH HINT ERROR, GENDER_ID_MISMATCH HINT ERROR,
        ID_INVALID WARNING WARNING, ID_DUPLICATE ERROR ERROR, JOINED_UNDER_16 ERROR -, DATE_IN_FUTURE ERROR -,
        PHONE_INVALID WARNING -, PHONE_SHARED HINT -, PROBATION_OVERDUE WARNING -,
        PROBATIONARY_WITH_FORMAL_DATE ERROR -, LOST_CONTACT_DATE_MISSING WARNING -, NAME_SUSPICIOUS WARNING -,
        PHOTO_MISSING HINT -, NOT_REAL_NAME_VERIFIED HINT -, NOT_IN_BRANCH HINT -"""
    expected = [row.split() for row in table.split(",")]
    said = [[rule.code, rule.quality or "-", rule.special or "-"] for rule in CATALOGUE]
    assert said == expected
    assert list(RULES) == [row[0] for row in expected]


def test_the_rules_that_look_at_others_are_said_to(province: Made) -> None:
    [member, *_] = facts_of_all(province)
    alone, one_of_many = (member._replace(number_holders=n, phone_holders=n, phone="13800138000") for n in (1, 9))
    differing = set(broken_rules(alone, DAY)) ^ set(broken_rules(one_of_many, DAY))
    assert differing == {rule for rule in CATALOGUE if rule.looks_at_others}
