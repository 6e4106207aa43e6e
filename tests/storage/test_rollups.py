"""汇总: what is counted in advance and kept by deltas is at every moment what GROUP BY counts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import delete, func, insert, select, text, update

from domain.clock import latest_birth_date_of_age
from domain.codes import HistoryKind, OrganizationKind, StatisticsDimension
from domain.records import OrganizationRecord
from domain.rollups import COLUMNS, Thresholds
from server.rolling_up import RollingUp
from storage.engine import Database, connect
from storage.history_members import Departure, archive_member, restore_member
from storage.member_changing import change_member
from storage.models import HistoryMember, Member, MemberDelta, Organization, Rollup, RollupCount, RollupDay
from storage.rollups import alone
from tests.asking import AUDIT_KEY
from tests.conftest import DAY
from tests.oracle import Register
from tests.rolled_up import LOW, both_ways, pending, require_equal
from tests.set_clock import SetClock
from tests.storage.test_files import ask

NOW = datetime(DAY.year, DAY.month, DAY.day, 4, tzinfo=UTC)
AGES: Sequence[tuple[StatisticsDimension, ...]] = [
    (StatisticsDimension.AGE_BAND,),
    (StatisticsDimension.AGE_BAND, StatisticsDimension.GENDER),
    (StatisticsDimension.JOIN_PERIOD, StatisticsDimension.AGE_BAND),
    (StatisticsDimension.AGE_BAND, StatisticsDimension.AGE_BAND),
]
SOME: Sequence[tuple[StatisticsDimension, ...]] = [
    (StatisticsDimension.EDUCATION,),
    (StatisticsDimension.HAN_OR_MINORITY, StatisticsDimension.LOST_CONTACT),
    *AGES,
]


@pytest.fixture
def own_url(clone: Callable[[str], str], rolled_up_template: str) -> str:
    return clone(rolled_up_template)


@pytest.fixture
async def own(own_url: str) -> AsyncIterator[Database]:
    database = connect(own_url, connections=60, audit_key=AUDIT_KEY)
    yield database
    await database.close()


@pytest.fixture
def rolling(own: Database, clock: SetClock) -> RollingUp:
    return RollingUp(own, clock, LOW, at_a_time=100)


@pytest.fixture(scope="session")
def city(register: Register) -> OrganizationRecord:
    return max(register.of_kind(OrganizationKind.CITY), key=lambda city: len(register.members_in(city)))


@pytest.fixture(scope="session")
def county_of_city(register: Register, city: OrganizationRecord) -> OrganizationRecord:
    counties = [o for o in register.of_kind(OrganizationKind.COUNTY) if o.parent_id == city.id]
    return max(counties, key=lambda county: len(register.members_in(county)))


@pytest.fixture(scope="session")
def places(
    province_committee: OrganizationRecord, city: OrganizationRecord, county_of_city: OrganizationRecord
) -> list[OrganizationRecord]:
    """Each with the next below it; all by pairs."""
    return [province_committee, city, county_of_city]


# -- equal


async def test_everything_that_can_be_asked_is_equal_either_way(
    rolling: RollingUp, own_url: str, places: list[OrganizationRecord]
) -> None:
    await require_equal(own_url, places, DAY)
    assert rolling.thresholds == LOW


async def test_there_are_organisations_of_all_three_sorts(
    rolling: RollingUp, own: Database, register: Register
) -> None:
    rows = await own.rows(select(Rollup.organization_id, Rollup.by_pairs))
    by_pairs: dict[int, bool] = {row[0]: row[1] for row in rows}
    wanted = {}
    for organization in register.organizations.values():
        members = len(register.members_in(organization))
        if members >= rolling.thresholds.single:
            wanted[organization.id] = members >= rolling.thresholds.pairs
    assert by_pairs == wanted
    assert set(by_pairs.values()) == {True, False}
    assert len(by_pairs) < len(register.organizations)


@pytest.mark.usefixtures("rolling")
async def test_by_pairs_is_counted_live_where_only_single_columns_are_counted_in_advance(
    own: Database, register: Register
) -> None:
    rows = await own.rows(select(Rollup.organization_id).where(~Rollup.by_pairs))
    place = register.organizations[rows[0][0]]
    for asked, in_advance in (SOME[0], True), (SOME[1], False):
        found, counted = await both_ways(own, place, asked, DAY)
        assert (found is not None) is in_advance
        assert found in (counted, None)


async def edited(own: Database) -> None:
    every_third = update(Member).where(Member.id % 3 == 0)
    async with own.writing() as session:
        await session.execute(every_third.values(education=None, lost_contact=~Member.lost_contact, birth_date=DAY))


async def left(own: Database) -> None:
    async with own.writing() as session:
        await session.execute(delete(Member).where(Member.id % 4 == 1))


async def came(own: Database) -> None:
    names = [column.name for column in Member.__table__.columns if column.name != "id"]
    columns = [Member.__table__.c[name] for name in names]
    async with own.writing() as session:
        await session.execute(insert(Member).from_select(names, select(*columns).where(Member.id % 5 == 2)))


async def moved(own: Database) -> None:
    """All members of a county with theirs of the others' branches, hanging on another county's first branch by now."""
    branch = select(Organization.id, Organization.path).where(Organization.kind == "BRANCH").order_by(Organization.id)
    [(number, path)] = await own.rows(branch.limit(1))
    async with own.writing() as session:
        await session.execute(update(Member).where(Member.id % 7 == 3).values(branch_id=number, org_path=path))


async def reparented(own: Database) -> None:
    """The last county hangs below the first city, where it was below the last."""
    kinds = (OrganizationKind.COUNTY.value, OrganizationKind.CITY.value)
    county, city = (select(Organization.id, Organization.path).where(Organization.kind == kind) for kind in kinds)
    [(county_id, before)] = await own.rows(county.order_by(Organization.id.desc()).limit(1))
    [(city_id, above)] = await own.rows(city.order_by(Organization.id).limit(1))
    async with own.writing() as session:
        for table, path in ((Organization, Organization.path), (Member, Member.org_path)):
            after = func.concat(f"{above}{county_id}/", func.substr(path, len(before) + 1))
            await session.execute(update(table).where(path.startswith(before)).values({path: after}))
        await session.execute(update(Organization).where(Organization.id == county_id).values(parent_id=city_id))


@pytest.mark.parametrize("change", [edited, left, came, moved, reparented])
async def test_a_change_counts_at_once_and_stays_when_it_is_folded(
    change: Callable[[Database], object], rolling: RollingUp, own: Database, own_url: str, register: Register
) -> None:
    cities = register.of_kind(OrganizationKind.CITY)
    at = [register.first_of_kind(OrganizationKind.PROVINCE), cities[0], cities[-1]]
    await change(own)  # type: ignore[misc] # each is a coroutine
    assert await pending(own) > 0
    await require_equal(own_url, at, DAY, SOME)
    await rolling.keep()
    assert await pending(own) == 0
    await require_equal(own_url, at, DAY, SOME)


async def test_folded_piece_by_piece_it_is_right_after_each(
    rolling: RollingUp, own: Database, own_url: str, places: list[OrganizationRecord]
) -> None:
    await edited(own)
    left_over = await pending(own)
    few = RollingUp(own, rolling.clock, rolling.thresholds, at_a_time=left_over // 3)
    while await few._fold():
        assert await pending(own) < left_over
        left_over = await pending(own)
        await require_equal(own_url, places, DAY, SOME[:2])
    assert await pending(own) == 0


@pytest.mark.usefixtures("rolling")
async def test_an_edit_of_what_nothing_is_counted_by_leaves_no_delta(own: Database, register: Register) -> None:
    async with own.writing() as session:
        await change_member(session, register.members[0].id, {"phone": "13900000000", "home_address": "-"}, NOW)
    assert await pending(own) == 0


async def test_the_deltas_hold_every_column_by_which_is_counted(own: Database) -> None:
    """A dimension of another column needs a migration of the deltas and of their triggers."""
    assert {column.name for column in MemberDelta.__table__.columns} == {"id", "change", "org_path", *COLUMNS}
    triggers = text("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'member_changed'")
    [(definition,)] = await own.rows(triggers)
    assert all(f"old.{column}" in definition and f"new.{column}" in definition for column in COLUMNS)


# -- the day


@pytest.mark.parametrize("days", [-400, -1, 1, 2, 97, 365, 2000, 20000])
async def test_on_another_day_ages_are_those_of_that_day_before_the_counts_are(
    days: int,
    rolling: RollingUp,
    own_url: str,
    places: list[OrganizationRecord],
    clock: SetClock,
    own: Database,
) -> None:
    today = DAY + timedelta(days=days)
    await edited(own)
    await require_equal(own_url, places, today, AGES)
    clock.pass_(days=days)
    await rolling.keep()
    assert await own.rows(select(RollupDay.day)) == [(today,)]
    await require_equal(own_url, places, today, AGES)
    await require_equal(own_url, places, DAY, AGES)


@pytest.mark.parametrize(
    "before", ["2026-11-23", "2027-02-27", "2027-02-28", "2028-02-27", "2028-02-28", "2028-02-29", "2027-12-31"]
)
async def test_across_midnight_and_leap_days_birthdays_are_counted_over(
    before: str, rolling: RollingUp, own: Database, own_url: str, clock: SetClock, register: Register
) -> None:
    """Members who are born about each of the days on which a band ends; some of them with a delta that still waits."""
    day = date.fromisoformat(before)
    births = [
        latest_birth_date_of_age(age, day) + timedelta(days=days) for age in (31, 36, 61) for days in (-1, 0, 1, 2)
    ]
    clock.now = datetime(day.year, day.month, day.day, 15, 59, 59, tzinfo=UTC)
    at = register.first_of_kind(OrganizationKind.PROVINCE)
    for born in (births, births[1:]):
        async with own.writing() as session:
            for member, birth in zip(register.members[: len(births)], born, strict=False):
                await session.execute(update(Member).where(Member.id == member.id).values(birth_date=birth))
        await require_equal(own_url, [at], day, AGES)
        await rolling.keep()
    await edited(own)
    clock.pass_(seconds=1)
    midnight = day + timedelta(days=1)
    await require_equal(own_url, [at], midnight, AGES)
    await rolling.keep()
    await require_equal(own_url, [at], midnight, AGES)


# -- which organisations


async def test_what_grows_is_counted_in_advance_and_what_shrinks_is_not_any_more(
    rolling: RollingUp, own: Database, own_url: str, places: list[OrganizationRecord], clock: SetClock
) -> None:
    await edited(own)  # is still to be folded
    for thresholds in (Thresholds(25, 400), LOW, Thresholds(30, 30)):
        again = RollingUp(own, clock, thresholds)
        await again.size()
        await require_equal(own_url, places[:1], DAY, SOME)
        await rolling._fold()
        await require_equal(own_url, places[:1], DAY, SOME)
    few = await own.number(select(func.count()).select_from(Rollup))
    none_left = RollingUp(own, clock, Thresholds(100_000, 100_000))
    await none_left.size()
    assert await own.rows(select(Rollup.organization_id)) == await own.rows(select(RollupCount.place_id)) == []
    assert few > 1


@pytest.mark.parametrize(
    ("members", "has", "wants"),
    [
        (99, None, None), (100, None, False), (999, None, False), (1000, None, True),
        (49, False, None), (50, False, False), (999, False, False), (1000, False, True),
        (49, True, None), (50, True, False), (499, True, False), (500, True, True),
    ],
)  # fmt: skip
def test_nothing_goes_to_and_fro_about_a_threshold(members: int, has: bool | None, wants: bool | None) -> None:
    assert Thresholds(100, 1000).wants(members, has) is wants


# -- at the same time


async def test_nobody_waits_for_whoever_edits_under_the_same_organisation(
    rolling: RollingUp, own: Database, register: Register, places: list[OrganizationRecord], own_url: str
) -> None:
    """While one has changed a member and not committed, others change theirs, the deltas are folded, and all is read."""
    first, *others = register.members_in(places[-1])[:6]
    async with own.writing() as open_:
        await change_member(open_, first.id, {"education": None}, NOW)
        async with asyncio.timeout(8):
            for member in others:
                async with own.writing() as session:
                    await change_member(session, member.id, {"lost_contact": not member.lost_contact}, NOW)
            await rolling.keep()
            await require_equal(own_url, places, DAY, SOME)
    assert await pending(own) == 2
    await require_equal(own_url, places, DAY, SOME)


async def test_one_folds_at_a_time_and_the_other_does_not_wait(rolling: RollingUp, own: Database) -> None:
    await edited(own)
    there = await pending(own)
    async with own.writing() as session:
        assert await alone(session)
        async with asyncio.timeout(8):
            await rolling.keep()
            await rolling.size()
        assert await pending(own) == there
    await rolling.keep()
    assert await pending(own) == 0


async def test_eight_writers_while_others_fold_and_compare(
    rolling: RollingUp, own: Database, own_url: str, register: Register, places: list[OrganizationRecord]
) -> None:
    members = register.members_in(places[1])[:48]
    branches = [o for o in register.of_kind(OrganizationKind.BRANCH) if o.path.startswith(places[0].path)]
    request_id = await ask(own, register.members[0])
    by = [Writer(own, branches, request_id, Random(n)) for n in range(8)]  # noqa: S311 # data, not secrets
    async with asyncio.TaskGroup() as writing:
        writers = [writing.create_task(by[n].write([member.id for member in members[n::8]])) for n in range(8)]
        try:
            folded = await compared_and_folded(rolling, own_url, places)
        finally:
            for writer in by:
                writer.goes_on = False
    await rolling.keep()
    await require_equal(own_url, places, DAY)
    assert min(writer.result() for writer in writers) > 3
    assert folded > 0


async def compared_and_folded(rolling: RollingUp, url: str, places: list[OrganizationRecord]) -> int:
    """How many deltas there were to fold."""
    folded = 0
    for n in range(len(SOME)):
        await require_equal(url, places, DAY, SOME[n % len(SOME) :][:2])
        folded += await pending(rolling.database)
        await rolling.keep()
    return folded


class Writer:
    """Edits, moves, archives and restores members of its own at random."""

    def __init__(self, own: Database, branches: list[OrganizationRecord], request_id: int, random: Random) -> None:
        self.own, self.branches, self.request_id, self.random = own, branches, request_id, random
        self.goes_on = True

    async def write(self, members: list[int]) -> int:
        """How many were changed."""
        changed = 0
        while self.goes_on:
            await self._change(self.random.choice(members))
            changed += 1
        return changed

    async def _change(self, member_id: int) -> None:
        async with self.own.writing() as session:
            if await session.row(select(HistoryMember.id).where(HistoryMember.id == member_id)):
                await restore_member(session, member_id, NOW)
            elif self.random.random() < 0.25:
                await archive_member(session, member_id, Departure(HistoryKind.OTHER, NOW, "-", self.request_id))
            else:
                await change_member(session, member_id, self._changes(), NOW)

    def _changes(self) -> dict[str, object]:
        branch = self.random.choice(self.branches)
        choices: list[dict[str, object]] = [
            {"branch_id": branch.id, "org_path": branch.path},
            {"education": self.random.choice(["BACHELOR", "MASTER", None]), "gender": "FEMALE"},
            {"birth_date": self.random.choice([None, date(1995, 11, 23), date(1995, 11, 24)])},
            {"lost_contact": self.random.random() < 0.5, "category": "PROBATIONARY"},
        ]
        return self.random.choice(choices)
