"""党员统计: the server counts what plain Python counts over every row of the register."""

from bisect import bisect_right
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select, update

from domain.clock import age_on
from domain.codes import OrganizationKind
from domain.records import MemberRecord, OrganizationRecord
from schema.identifiers import encoded
from storage.engine import connect
from storage.models import Member
from tests.asking import AUDIT_KEY, Api
from tests.conftest import DAY
from tests.oracle import Register
from tests.set_clock import SetClock

QUERY = """
query ($id: ID!, $dimension: StatisticsDimension!, $by: StatisticsDimension, $where: MemberFilter) {
  memberStatistics(organizationId: $id, dimension: $dimension, by: $by, where: $where) {
    organization { id } dimension by total buckets { key count } byBuckets { key count } cells { key byKey count }
    rows { organization { id name } reach total buckets { key count } cells { key byKey count } }
  }
}
"""
_BANDS = ["UP_TO_30", *(f"FROM_{age}_TO_{age + 4}" for age in range(31, 60, 5)), "FROM_61"]
_PERIODS = ["1949_10", "1966_05", "1976_11", "1979_01", "2002_11", "2012_11"]

KeyOf = Callable[[MemberRecord, Register], str]


def by_column(column: str) -> KeyOf:
    return lambda member, _: getattr(member, column) or "MISSING"


def by_flag(column: str) -> KeyOf:
    return lambda member, _: "YES" if getattr(member, column) else "NO"


def han_or_minority(member: MemberRecord, _: Register) -> str:
    groups = {None: "MISSING", "HAN": "HAN", "OTHER": "OUTSIDE", "FOREIGN_DESCENT": "OUTSIDE"}
    return groups.get(member.ethnicity, "MINORITY")


def age_band(member: MemberRecord, register: Register) -> str:
    if member.birth_date is None:
        return "MISSING"
    return _BANDS[bisect_right(range(31, 62, 5), age_on(member.birth_date, register.day))]


def join_period(member: MemberRecord, _: Register) -> str:
    if member.joined_on is None:
        return "MISSING"
    place = bisect_right(_PERIODS, f"{member.joined_on:%Y_%m}")
    return f"FROM_{_PERIODS[place - 1]}" if place else "BEFORE_1949_10"


ORACLE: Mapping[str, KeyOf] = {
    "GENDER": by_column("gender"),
    "ETHNICITY": by_column("ethnicity"),
    "HAN_OR_MINORITY": han_or_minority,
    "EDUCATION": by_column("education"),
    "CATEGORY": by_column("category"),
    "AGE_BAND": age_band,
    "JOIN_PERIOD": join_period,
    "WORK_POSITION": by_column("work_position"),
    "STATUS": by_column("status"),
    "LOST_CONTACT": by_flag("lost_contact"),
    "FLOATING": by_flag("floating"),
    "REAL_NAME_STATUS": by_column("real_name_status"),
}
WHO = ["province_committee", "city", "county", "approving_committee", "branch", "with_own_members"]
FILTERS: list[dict[str, Any]] = [
    {},
    {"name": {"prefix": "王"}, "not": {"gender": {"exact": "FEMALE"}}},
    {"or": [{"age": {"range": {"to": 40}}}, {"branch": {"kind": {"exact": "BRANCH"}}, "phone": {"missing": True}}]},
    {"name": {"exact": "无此人"}},
]


@pytest.fixture
def city(register: Register) -> OrganizationRecord:
    return max(register.of_kind(OrganizationKind.CITY), key=lambda o: len(register.members_in(o)))


@pytest.fixture
def with_own_members(register: Register) -> OrganizationRecord:
    """An organisation on which members hang directly, and that has children."""
    parents = {organization.parent_id for organization in register.organizations.values()}
    return next(register.organizations[m.branch_id] for m in register.members if m.branch_id in parents)


async def asked(api: Api, whole: OrganizationRecord, at: OrganizationRecord, **variables: Any) -> dict[str, Any]:
    given = {"id": encoded("Organization", at.id), **variables}
    found: dict[str, Any] = (await api.as_(whole).ask(QUERY, given))["memberStatistics"]
    return found


def counts_of(found: Mapping[str, Any]) -> dict[tuple[str, ...], int]:
    if found["cells"]:
        return {(cell["key"], cell["byKey"]): cell["count"] for cell in found["cells"]}
    return {(bucket["key"],): bucket["count"] for bucket in found["buckets"] if bucket["count"]}


def expected_rows(register: Register, at: OrganizationRecord) -> list[tuple[OrganizationRecord, str]]:
    """The places whose members are counted, in their order; those of its own only if there are any."""
    children = sorted((o for o in register.organizations.values() if o.parent_id == at.id), key=lambda o: o.path)
    return [(at, "DIRECT"), *((child, "SUBTREE") for child in children)]


def tallied(members: Iterable[MemberRecord], keys: tuple[KeyOf, ...], register: Register) -> dict[tuple[str, ...], int]:
    return dict(Counter(tuple(key(member, register) for key in keys) for member in members))


def require_equal(
    found: Mapping[str, Any], register: Register, at: OrganizationRecord, members: list[MemberRecord], *names: str
) -> None:
    keys = tuple(ORACLE[name] for name in names)
    assert counts_of(found) == tallied(members, keys, register)
    assert found["total"] == len(members) == sum(row["total"] for row in found["rows"])
    wanted = []
    for place, reach in expected_rows(register, at):
        there = [m for m in members if m.org_path == at.path] if reach == "DIRECT" else []
        there += [m for m in members if reach == "SUBTREE" and m.org_path.startswith(place.path)]
        if there or reach == "SUBTREE":
            wanted.append((encoded("Organization", place.id), reach, len(there), tallied(there, keys, register)))
    rows = [(row["organization"]["id"], row["reach"], row["total"], counts_of(row)) for row in found["rows"]]
    assert rows == wanted


@pytest.mark.parametrize("where", FILTERS, ids=["all", "not", "or", "nobody"])
@pytest.mark.parametrize("who", WHO)
async def test_each_dimension_counts_what_plain_python_counts(
    who: str, where: dict[str, Any], request: pytest.FixtureRequest, api: Api, register: Register
) -> None:
    at: OrganizationRecord = request.getfixturevalue(who)
    top = register.first_of_kind(OrganizationKind.PROVINCE)
    members = [m for m in register.members_in(at) if register.member_satisfies(m, where, {})]
    for dimension in ORACLE:
        found = await asked(api, top, at, dimension=dimension, where=where)
        require_equal(found, register, at, members, dimension)
        assert found["byBuckets"] == found["cells"] == []


@pytest.mark.parametrize(
    ("dimension", "by"),
    [
        *product(("AGE_BAND", "HAN_OR_MINORITY"), ("JOIN_PERIOD", "ETHNICITY", "AGE_BAND", "LOST_CONTACT")),
        ("GENDER", "EDUCATION"),
    ],
)
async def test_pairs_of_dimensions_count_what_plain_python_counts(
    dimension: str, by: str, api: Api, register: Register, county: OrganizationRecord
) -> None:
    members = register.members_in(county)
    found = await asked(api, county, county, dimension=dimension, by=by)
    require_equal(found, register, county, members, dimension, by)
    for along, keys in (("buckets", (ORACLE[dimension],)), ("byBuckets", (ORACLE[by],))):
        there = {(bucket["key"],): bucket["count"] for bucket in found[along] if bucket["count"]}
        assert there == tallied(members, keys, register)


@pytest.fixture(scope="module")
async def rolled_up_api(clone: Callable[[str], str], rolled_up_template: str) -> AsyncIterator[Api]:
    """Over the same province; what is asked of its larger organisations is counted in advance."""
    async with connect(clone(rolled_up_template), connections=4, audit_key=AUDIT_KEY) as database:
        application = Api(database, clock=lambda: datetime(DAY.year, DAY.month, DAY.day, 4, tzinfo=UTC))
        yield application
        await application.http.aclose()


@pytest.mark.parametrize("who", WHO)
async def test_counted_in_advance_it_is_the_same(
    who: str, request: pytest.FixtureRequest, rolled_up_api: Api, register: Register
) -> None:
    at: OrganizationRecord = request.getfixturevalue(who)
    top = register.first_of_kind(OrganizationKind.PROVINCE)
    for names in [*((name,) for name in ORACLE), ("ETHNICITY", "AGE_BAND"), ("JOIN_PERIOD", "FLOATING")]:
        found = await asked(rolled_up_api, top, at, **dict(zip(("dimension", "by"), names, strict=False)))
        require_equal(found, register, at, register.members_in(at), *names)


async def test_the_tests_meet_every_bucket_that_matters(register: Register) -> None:
    """So that a bucket which is counted wrongly is seen."""
    met = {name: {key(member, register) for member in register.members} for name, key in ORACLE.items()}
    assert {"MISSING", *_BANDS} == met["AGE_BAND"]
    assert len(met["JOIN_PERIOD"]) == len(_PERIODS) + 2
    assert {"HAN", "MINORITY", "MISSING"} <= met["HAN_OR_MINORITY"]


async def test_it_agrees_with_the_list_of_members(api: Api, county: OrganizationRecord) -> None:
    query = """query ($id: ID!, $where: MemberFilter!) {
      memberStatistics(organizationId: $id, dimension: GENDER, where: $where) { total buckets { key count } }
      members(where: {within: $id, and: [$where]}) { totalCount }
      women: members(where: {within: $id, and: [$where], gender: {exact: FEMALE}}) { totalCount }
    }"""
    given = {"id": encoded("Organization", county.id), "where": {"education": {"exact": "BACHELOR"}}}
    answer = await api.as_(county).ask(query, given)
    assert answer["memberStatistics"]["total"] == answer["members"]["totalCount"] > 0
    [women] = [b["count"] for b in answer["memberStatistics"]["buckets"] if b["key"] == "FEMALE"]
    assert women == answer["women"]["totalCount"]


@pytest.fixture
async def born_on(own_province_url: str, branch: OrganizationRecord) -> AsyncIterator[Callable[..., Awaitable[Api]]]:
    """Gives an application, whose clock is given, over a register in which the members of the branch were born then."""
    database = connect(own_province_url, connections=4, audit_key=AUDIT_KEY)

    async def made(clock: SetClock, *births: str) -> Api:
        async with database.writing() as session:
            await session.execute(update(Member).where(Member.branch_id == branch.id).values(birth_date=None))
            members = await session.rows(select(Member.id).where(Member.branch_id == branch.id).order_by(Member.id))
            for (number,), birth in zip(members, births, strict=False):
                born = update(Member).where(Member.id == number).values(birth_date=date.fromisoformat(birth))
                await session.execute(born)
        return Api(database, clock=clock)

    yield made
    await database.close()


@pytest.mark.parametrize(
    ("now", "keys"),
    [
        ("2027-02-27T15:59:59Z", ["UP_TO_30", "UP_TO_30", "UP_TO_30"]),
        ("2027-02-28T15:59:59Z", ["UP_TO_30", "UP_TO_30", "UP_TO_30"]),
        ("2027-02-28T16:00:00Z", ["FROM_31_TO_35", "UP_TO_30", "UP_TO_30"]),
        ("2028-02-27T15:59:59Z", ["FROM_31_TO_35", "UP_TO_30", "UP_TO_30"]),
        ("2028-02-27T16:00:00Z", ["FROM_31_TO_35", "FROM_31_TO_35", "UP_TO_30"]),
        ("2028-02-29T15:59:59Z", ["FROM_31_TO_35", "FROM_31_TO_35", "UP_TO_30"]),
        ("2028-02-29T16:00:00Z", ["FROM_31_TO_35", "FROM_31_TO_35", "FROM_31_TO_35"]),
    ],
)
async def test_bands_change_at_midnight_in_shanghai_on_birthdays_and_on_leap_days(
    now: str, keys: list[str], born_on: Callable[..., Awaitable[Api]], clock: SetClock, branch: OrganizationRecord
) -> None:
    api = await born_on(clock, "1996-02-29", "1997-02-28", "1997-03-01")
    clock.now = datetime.fromisoformat(now)
    found = await asked(api, branch, branch, dimension="AGE_BAND")
    assert counts_of(found) == {
        (key,): count for key, count in Counter([*keys, *["MISSING"] * (found["total"] - 3)]).items()
    }
    await api.http.aclose()


async def test_buckets_are_labelled_in_both_languages_and_empty_ones_are_shown(
    either_api: Api, branch: OrganizationRecord
) -> None:
    query = "query ($id: ID!) { memberStatistics(organizationId: $id, dimension: AGE_BAND, where: {age: {exact: -1}}) { buckets { key label englishLabel count } } }"
    answer = await either_api.as_(branch).ask(query, {"id": encoded("Organization", branch.id)})
    buckets = answer["memberStatistics"]["buckets"]
    assert [bucket["key"] for bucket in buckets] == [*_BANDS, "MISSING"]
    assert {bucket["count"] for bucket in buckets} == {0}
    assert buckets[1] == {"key": "FROM_31_TO_35", "label": "31—35岁", "englishLabel": "31 to 35", "count": 0}


async def test_without_an_organisation_it_is_the_callers_own(api: Api, county: OrganizationRecord) -> None:
    found = (await api.as_(county).ask(QUERY.replace("$id: ID!", "$id: ID"), {"dimension": "GENDER"}))[
        "memberStatistics"
    ]
    assert found["organization"] == {"id": encoded("Organization", county.id)}
    assert found == await asked(api, county, county, dimension="GENDER")


async def test_an_organisation_outside_the_scope_does_not_exist(
    api: Api, register: Register, branch: OrganizationRecord, county: OrganizationRecord
) -> None:
    above = register.first_of_kind(OrganizationKind.PROVINCE)
    for place in (above.id, 2**40):
        there = {"id": encoded("Organization", place), "dimension": "GENDER"}
        assert (await api.as_(branch).ask(QUERY, there))["memberStatistics"] is None
    outside = {"within": encoded("Organization", above.id)}
    given: dict[str, Any] = {"id": encoded("Organization", county.id), "dimension": "GENDER", "where": outside}
    error = await api.as_(county).refused(QUERY, given)
    assert error["extensions"]["code"] == "NOT_FOUND"
