"""党员总数: told from what is counted in advance, wherever that can tell it, and else one by one."""

from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import select, text, update

from domain.codes import OrganizationKind
from domain.filtering import AllOf, AnyOf, Condition, Filter, Not, Operator, Range, Within
from domain.reach import Reach
from domain.records import OrganizationRecord
from domain.rollups import total_of
from storage.engine import Database, connect
from storage.members import count_members
from storage.models import Rollup, RollupCount
from storage.nested import member_counts_below
from tests.asking import AUDIT_KEY
from tests.oracle import Register
from tests.rolled_up import TOTALS

WOMEN = Condition("gender", Operator.EXACT, "FEMALE")
LOST = Condition("lost_contact", Operator.EXACT, operand=True)
GRADUATES = Condition("education", Operator.MULTI, ("BACHELOR", "MASTER"))


@pytest.fixture
async def own(clone: Callable[[str], str], rolled_up_template: str) -> AsyncIterator[Database]:
    async with connect(clone(rolled_up_template), connections=2, audit_key=AUDIT_KEY) as database:
        yield database


@pytest.fixture(scope="session")
def city(register: Register) -> OrganizationRecord:
    return register.first_of_kind(OrganizationKind.CITY)


@pytest.mark.parametrize(
    ("where", "path", "marks"),
    [
        (None, "1/", {}),
        (WOMEN, "1/", {"gender": {"FEMALE"}}),
        (LOST, "1/", {"lost_contact": {"true"}}),
        (AllOf((WOMEN, GRADUATES)), "1/", {"education": {"BACHELOR", "MASTER"}, "gender": {"FEMALE"}}),
        (AllOf((GRADUATES, Condition("education", Operator.EXACT, "MASTER"))), "1/", {"education": {"MASTER"}}),
        (Condition("education", Operator.MISSING, operand=True), "1/", {"education": {"MISSING"}}),
        (Within(18, "1/18/"), "1/18/", {}),
        (AllOf((WOMEN, Within(18, "1/18/"))), "1/18/", {"gender": {"FEMALE"}}),
    ],
)
def test_what_marks_can_tell(where: Filter | None, path: str, marks: dict[str, set[str]]) -> None:
    total = total_of("1/", where)
    assert total is not None
    assert (total.path, {column: set(marks) for column, marks in total.marks.items()}) == (path, marks)
    assert list(total.marks) == sorted(marks)


@pytest.mark.parametrize(
    "where",
    [
        Condition("name", Operator.FUZZY, "建国"),
        Condition("birth_date", Operator.MISSING, operand=True),
        Condition("education", Operator.MISSING, operand=False),
        Condition("joined_on", Operator.RANGE, Range(None, None)),
        Not(WOMEN),
        AnyOf((WOMEN, LOST)),
        AllOf((WOMEN, LOST, GRADUATES)),
        Within(19, "1/19/"),
    ],
)
def test_what_marks_cannot_tell(where: Filter) -> None:
    assert total_of("1/18/", where) is None


@pytest.mark.parametrize("where", TOTALS)
async def test_nobody_is_counted_where_it_is_counted_in_advance(
    own: Database, city: OrganizationRecord, where: Filter | None
) -> None:
    """Whatever the counts say is told; were nobody there, but for what only members can tell."""
    before = await count_members(own, city.path, where)
    can_tell = total_of(city.path, where) is not None
    async with own.writing() as session:
        doubled = text("(SELECT jsonb_object_agg(key, 2 * value::bigint) FROM jsonb_each_text(counts))")
        await session.execute(update(RollupCount).values(counts=doubled))
    told = 2 * before if can_tell else before
    assert await count_members(own, city.path, where) == told
    assert await member_counts_below(own, [city.id], Reach.SUBTREE, where) == {city.id: told}


async def test_an_organisation_within_the_scope_is_told_as_its_own(
    own: Database, register: Register, city: OrganizationRecord
) -> None:
    for where in (Within(city.id, city.path), AllOf((WOMEN, Within(city.id, city.path)))):
        inside = None if isinstance(where, Within) else WOMEN
        assert await count_members(own, "1/", where) == await count_members(own, city.path, inside) > 0
    branch = register.first_of_kind(OrganizationKind.BRANCH)
    assert await count_members(own, branch.path, Within(city.id, city.path)) == await count_members(
        own, branch.path, None
    )


async def test_by_pairs_is_counted_one_by_one_where_only_single_columns_are_counted(
    own: Database, register: Register
) -> None:
    [(number,), *_] = await own.rows(select(Rollup.organization_id).where(~Rollup.by_pairs))
    place = register.organizations[number]
    women = [m for m in register.members_in(place) if m.gender == "FEMALE"]
    lost = [m for m in women if m.lost_contact]
    assert await count_members(own, place.path, WOMEN) == len(women) > 0
    assert await count_members(own, place.path, AllOf((WOMEN, LOST))) == len(lost)


async def test_those_without_counts_and_with_them_are_told_side_by_side(own: Database, register: Register) -> None:
    rolled_up = {row[0] for row in await own.rows(select(Rollup.organization_id))}
    places = sorted(register.organizations)[:300]
    assert len(rolled_up.intersection(places)) not in {0, len(places)}
    members = {number: register.members_in(register.organizations[number]) for number in places}
    women = {number: sum(member.gender == "FEMALE" for member in found) for number, found in members.items()}
    assert await member_counts_below(own, places, Reach.SUBTREE, WOMEN) == women
    every = {number: len(found) for number, found in members.items()}
    assert await member_counts_below(own, places, Reach.SUBTREE, None) == every
