"""数据校验: what is found chunk by chunk is what was injected, and each save keeps it up to date, with those whom it
touches."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from domain.codes import HistoryKind, RealNameStatus
from domain.members import draft_of
from domain.records import MemberRecord, OrganizationRecord
from domain.validation import CATALOGUE, RULES
from storage.engine import Database, connect
from storage.history_members import Departure, archive_member, restore_member
from storage.member_adding import Entered, add_member
from storage.member_changing import change_member
from storage.models import ValidationResult
from storage.validation import Place, check_chunk
from storage.validation_locks import hold_against_checks, hold_against_saves
from tests.asking import AUDIT_KEY
from tests.conftest import DAY
from tests.oracle import Register
from tests.storage.test_files import ask
from tests.waiting import superuser_of, until_blocked

NOW = datetime(DAY.year, DAY.month, DAY.day, 4, tzinfo=UTC)
START = Place("", 0)


@pytest.fixture
async def own(own_province_url: str) -> AsyncIterator[Database]:
    database = connect(own_province_url, connections=40, audit_key=AUDIT_KEY)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def injected(province_url: str, run_folder: Path) -> Mapping[str, set[int]]:  # noqa: ARG001 # which writes the manifest
    """Rule → those who break it, as the loader has written it down."""
    return {rule: set(ids) for rule, ids in json.loads((run_folder / "manifest.json").read_text())["breaches"].items()}


async def check_all(database: Database, scope: str, chunk: int = 300, rules: tuple[str, ...] = tuple(RULES)) -> int:
    """How many members were looked at."""
    place, count = START, 0
    while True:
        async with database.writing() as session:
            await hold_against_saves(session)
            done = await check_chunk(session, scope, place, chunk, DAY, [RULES[rule] for rule in rules])
        count += len(done)
        if len(done) < chunk:
            return count
        place = done[-1]


async def found(database: Database) -> dict[str, set[int]]:
    results: dict[str, set[int]] = {rule.code: set() for rule in CATALOGUE}
    for rule, member_id in await database.rows(select(ValidationResult.rule, ValidationResult.member_id)):
        results[rule].add(member_id)
    return results


async def broken_by(database: Database, member_id: int) -> set[str]:
    rows = await database.rows(select(ValidationResult.rule).where(ValidationResult.member_id == member_id))
    return {row[0] for row in rows}


async def test_chunks_find_exactly_the_injected_breaches(
    own: Database, register: Register, province_committee: OrganizationRecord, injected: Mapping[str, set[int]]
) -> None:
    assert await check_all(own, province_committee.path) == len(register.members)
    assert await found(own) == injected


async def test_of_a_subtree_no_other_members_are_checked(
    own: Database, register: Register, county: OrganizationRecord, injected: Mapping[str, set[int]]
) -> None:
    inside = {member.id for member in register.members_in(county)}
    assert await check_all(own, county.path, chunk=7) == len(inside)
    assert await found(own) == {rule: ids & inside for rule, ids in injected.items()}


async def test_only_the_chosen_rules_are_looked_at_again(
    own: Database, province_committee: OrganizationRecord, injected: Mapping[str, set[int]]
) -> None:
    await check_all(own, province_committee.path, rules=("PHOTO_MISSING",))
    assert await found(own) == {
        **{rule.code: set() for rule in CATALOGUE},
        "PHOTO_MISSING": injected["PHOTO_MISSING"],
    }
    await check_all(own, province_committee.path, rules=("PHONE_MISSING",))
    assert (await found(own))["PHOTO_MISSING"] == injected["PHOTO_MISSING"]


async def test_a_breach_that_stands_is_told_since_when(own: Database, province_committee: OrganizationRecord) -> None:
    since = select(ValidationResult.member_id, ValidationResult.rule, ValidationResult.found_at).order_by(
        ValidationResult.member_id, ValidationResult.rule
    )
    await check_all(own, province_committee.path)
    first = await own.rows(since)
    await check_all(own, province_committee.path)
    assert first
    assert await own.rows(since) == first


# -- saves


def sound(register: Register, injected: Mapping[str, set[int]], number: int) -> list[MemberRecord]:
    """Members who break no rule at all."""
    broken = set().union(*injected.values())
    return [m for m in register.members if m.id not in broken and not m.transfer_in_progress][:number]


async def change(database: Database, member: MemberRecord, **changes: object) -> None:
    async with database.writing() as session:
        await change_member(session, member.id, changes, NOW)


async def test_a_save_finds_and_forgets_what_it_makes_wrong_and_right(
    own: Database, register: Register, injected: Mapping[str, set[int]]
) -> None:
    [member] = sound(register, injected, 1)
    await change(own, member, ethnicity=None, photo=None)
    assert await broken_by(own, member.id) == {"ETHNICITY_MISSING", "PHOTO_MISSING"}
    await change(own, member, ethnicity="HAN")
    assert await broken_by(own, member.id) == {"PHOTO_MISSING"}


async def test_a_phone_that_comes_and_goes_is_looked_at_for_all_who_have_it(
    own: Database, register: Register, injected: Mapping[str, set[int]]
) -> None:
    first, *others = members = sound(register, injected, 4)
    for member in members[:3]:
        await change(own, member, phone="13900000000")
    assert [await broken_by(own, m.id) for m in members] == [set()] * 4
    await change(own, members[3], phone="13900000000")
    assert [await broken_by(own, m.id) for m in members] == [{"PHONE_SHARED"}] * 4
    await change(own, first, phone="13900000001")
    assert [await broken_by(own, m.id) for m in members] == [set()] * 4
    assert others


async def test_both_holders_of_a_number_are_told_when_the_second_enters(
    own: Database, register: Register, injected: Mapping[str, set[int]]
) -> None:
    [member] = sound(register, injected, 1)
    async with own.writing() as session:
        entered = Entered(member.org_path, RealNameStatus.VERIFIED, None, NOW)
        double = await add_member(session, draft_of(member), entered)
    assert await broken_by(own, double) == {"ID_DUPLICATE", "PHOTO_MISSING"}
    assert await broken_by(own, member.id) == {"ID_DUPLICATE"}


async def test_those_who_leave_take_their_results_along_and_come_back_with_them(
    own: Database, register: Register, injected: Mapping[str, set[int]], province_committee: OrganizationRecord
) -> None:
    leaving = next(m for m in register.members if m.id in injected["ID_DUPLICATE"])
    [other] = [m for m in register.members if m.identity_number == leaving.identity_number and m.id != leaving.id]
    await check_all(own, province_committee.path)
    assert "ID_DUPLICATE" in await broken_by(own, other.id)
    request_id = await ask(own, leaving)
    async with own.writing() as session:
        await archive_member(session, leaving.id, Departure(HistoryKind.OTHER, NOW, "-", request_id))
    assert await broken_by(own, leaving.id) == set()
    assert "ID_DUPLICATE" not in await broken_by(own, other.id)
    async with own.writing() as session:
        await restore_member(session, leaving.id, NOW)
    for holder in (leaving, other):
        assert await broken_by(own, holder.id) == {rule for rule, ids in injected.items() if holder.id in ids}


# -- at the same moment


async def test_of_many_who_take_the_same_phone_at_once_none_is_left_out(
    own: Database, own_province_url: str, register: Register, injected: Mapping[str, set[int]]
) -> None:
    """Each is held after it has changed, so that none sees what the others change."""
    members = sound(register, injected, 4)
    async with superuser_of(own_province_url) as watching, own.writing() as holding:
        await hold_against_checks(holding, ["13900000000"])
        saves = [asyncio.create_task(change(own, member, phone="13900000000")) for member in members]
        await until_blocked(watching, 4)
    await asyncio.gather(*saves)
    assert [await broken_by(own, m.id) for m in members] == [{"PHONE_SHARED"}] * 4


async def test_a_check_waits_for_a_save_and_finds_what_it_has_changed(
    own: Database, own_province_url: str, register: Register, injected: Mapping[str, set[int]]
) -> None:
    [member] = sound(register, injected, 1)
    async with superuser_of(own_province_url) as watching:
        async with own.writing() as saving:
            await change_member(saving, member.id, {"ethnicity": None}, NOW)
            checking = asyncio.create_task(check_all(own, member.org_path))
            await until_blocked(watching, 1)
        await checking
    assert await broken_by(own, member.id) == {"ETHNICITY_MISSING"}


async def test_a_save_that_was_under_way_before_a_check_is_the_last_to_write(
    own: Database, own_province_url: str, register: Register, injected: Mapping[str, set[int]]
) -> None:
    [member] = sound(register, injected, 1)
    async with superuser_of(own_province_url) as watching:
        async with own.writing() as checking:
            await hold_against_saves(checking)
            saving = asyncio.create_task(change(own, member, ethnicity=None))
            await until_blocked(watching, 1)
            await check_chunk(checking, member.org_path, START, 100, DAY, CATALOGUE)
        await saving
    assert await broken_by(own, member.id) == {"ETHNICITY_MISSING"}


async def test_a_register_without_checks_has_no_results(province: Database) -> None:
    assert await province.number(select(func.count()).select_from(ValidationResult)) == 0
