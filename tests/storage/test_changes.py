"""变更流: every committed change once, in the order of the commits, whoever numbers and whoever follows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update

from domain.changes import ChangeCursor, ChangeRecord, Followed, change_cursor
from domain.codes import ChangeType, HistoryKind, RealNameStatus
from domain.errors import CallerError
from domain.members import draft_of
from domain.records import MemberRecord, OrganizationRecord
from storage.approvals import erase_requests
from storage.changes import FollowedChanges, changes_after, count_changes, feed_state, forget_changes, number_changes
from storage.engine import Database, connect
from storage.history_members import Departure, archive_member, erase_member, restore_member
from storage.member_adding import Entered, add_member
from storage.member_changing import change_member
from storage.models import ApprovalRequest, ChangeEvent, HistoryMember, Member, Organization
from tests.asking import AUDIT_KEY
from tests.conftest import DAY
from tests.numbered import numbered
from tests.oracle import Register
from tests.storage.test_files import ask
from tests.waiting import superuser_of

NOW = datetime(DAY.year, DAY.month, DAY.day, 4, tzinfo=UTC)


@pytest.fixture
async def own(own_province_url: str) -> AsyncIterator[Database]:
    database = connect(own_province_url, connections=80, audit_key=AUDIT_KEY)
    yield database
    await database.close()


async def told(database: Database, url: str) -> list[ChangeRecord]:
    """All that there are by now."""
    while await numbered(url):
        pass
    return await changes_after(database, 0, 10_000)


def shortly(changes: list[ChangeRecord]) -> list[tuple[str, int, list[str]]]:
    return [(change.type.value, change.object_id, list(change.columns)) for change in changes]


@asynccontextmanager
async def beside(work: Any) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


# -- what is told


async def test_a_register_that_was_loaded_tells_nothing(own: Database, own_province_url: str) -> None:
    assert await told(own, own_province_url) == []


async def test_each_step_of_a_members_life_is_told_once(
    own: Database, own_province_url: str, register: Register
) -> None:
    member = register.members[0]
    other = next(o for o in register.organizations.values() if o.id != member.branch_id and o.kind == "BRANCH")
    async with own.writing() as session:
        new = await add_member(session, draft_of(member), Entered(member.org_path, RealNameStatus.VERIFIED, None, NOW))
    async with own.writing() as session:
        await change_member(session, new, {"name": "新", "name_pinyin": "xin", "phone": None}, NOW)
    async with own.writing() as session:
        await change_member(session, new, {"branch_id": other.id, "org_path": other.path}, NOW)
    request_id = await ask(own, MemberRecordWith(member, new))
    async with own.writing() as session:
        await archive_member(session, new, Departure(HistoryKind.OTHER, NOW, "-", request_id))
        await session.execute(update(ApprovalRequest).where(ApprovalRequest.id == request_id).values(state="APPROVED"))
    async with own.writing() as session:
        await restore_member(session, new, NOW)
    async with own.writing() as session:
        await archive_member(session, new, Departure(HistoryKind.OTHER, NOW, "-", request_id))
    async with own.writing() as session:
        await erase_member(session, new)
    found = await told(own, own_province_url)
    assert shortly(found) == [
        ("MEMBER_ADDED", new, []),
        ("MEMBER_CHANGED", new, ["name", "phone"]),
        ("MEMBER_CHANGED", new, ["branch_id"]),
        ("REQUEST_SUBMITTED", request_id, []),
        ("MEMBER_LEFT", new, []),
        ("REQUEST_CHANGED", request_id, ["state"]),
        ("MEMBER_RESTORED", new, []),
        ("MEMBER_LEFT", new, []),
        ("HISTORY_MEMBER_ERASED", new, []),
    ]
    moved = found[2]
    assert (moved.org_path, moved.former_path) == (other.path, member.org_path)
    assert [change.former_path for change in found if change is not moved] == [None] * 8


class MemberRecordWith:
    """The member under another id."""

    def __init__(self, member: MemberRecord, number: int) -> None:
        self.id, self.branch_id, self.org_path, self.name = number, member.branch_id, member.org_path, member.name


async def test_organisations_and_history_are_told_of_too(
    own: Database, own_province_url: str, register: Register, county: OrganizationRecord
) -> None:
    member = register.members[0]
    request_id = await ask(own, member)
    async with own.writing() as session:
        await archive_member(session, member.id, Departure(HistoryKind.OTHER, NOW, "-", request_id))
        values = {"name": "新", "kind": "BRANCH", "path": f"{county.path}900001/", "parent_id": county.id}
        values |= {"id": 900_001, "can_approve_membership": False, "can_file_real_names": False}
        await session.execute(insert(Organization).values(values))
    async with own.writing() as session:
        await session.execute(update(Organization).where(Organization.id == 900_001).values(name="更新"))
        await session.execute(update(HistoryMember).where(HistoryMember.id == member.id).values(reason="再"))
        await session.execute(delete(Organization).where(Organization.id == 900_001))
    assert shortly(await told(own, own_province_url))[1:] == [
        ("MEMBER_LEFT", member.id, []),
        ("ORGANIZATION_ADDED", 900_001, []),
        ("ORGANIZATION_CHANGED", 900_001, ["name"]),
        ("HISTORY_MEMBER_CHANGED", member.id, ["reason"]),
        ("ORGANIZATION_REMOVED", 900_001, []),
    ]


async def test_a_request_that_is_erased_is_told_of_as_gone(
    own: Database, own_province_url: str, register: Register
) -> None:
    request_id = await ask(own, register.members[0])
    async with own.writing() as session:
        await session.execute(update(ApprovalRequest).where(ApprovalRequest.id == request_id).values(member_id=None))
        await erase_requests(session, [request_id])
    removed = (await told(own, own_province_url))[-1]
    assert shortly([removed]) == [("REQUEST_REMOVED", request_id, [])]
    assert removed.org_path == register.members[0].org_path


async def test_many_at_once_are_told_one_by_one(own: Database, own_province_url: str, register: Register) -> None:
    names = [column.name for column in Member.__table__.columns if column.name != "id"]
    columns = [Member.__table__.c[name] for name in names]
    async with own.writing() as session:
        await session.execute(insert(Member).from_select(names, select(*columns).where(Member.id <= 700)))
    async with own.writing() as session:
        await session.execute(delete(Member).where(Member.id <= 5))
    found = await told(own, own_province_url)
    assert [change.type for change in found] == [ChangeType.MEMBER_ADDED] * 700 + [ChangeType.MEMBER_LEFT] * 5
    assert {change.object_id for change in found[700:]} == {member.id for member in register.members if member.id <= 5}


async def test_what_changes_nothing_or_is_undone_is_no_change(
    own: Database, own_province_url: str, register: Register
) -> None:
    member = register.members[0]
    async with own.writing() as session:
        await change_member(session, member.id, {"phone": member.phone}, NOW)
    with suppress(LookupError):
        async with own.writing() as session:
            await change_member(session, member.id, {"phone": "13900000000"}, NOW)
            raise LookupError
    assert await told(own, own_province_url) == []


# -- the order


async def test_what_commits_later_comes_later_though_it_began_earlier(
    own: Database, own_province_url: str, register: Register
) -> None:
    first, second = register.members[:2]
    async with own.writing() as open_:
        await change_member(open_, first.id, {"phone": "13900000001"}, NOW)
        async with own.writing() as session:
            await change_member(session, second.id, {"phone": "13900000002"}, NOW)
        assert [change.object_id for change in await told(own, own_province_url)] == [second.id]
    assert [change.object_id for change in await told(own, own_province_url)] == [second.id, first.id]


async def test_positions_have_no_gaps_and_changes_of_one_object_keep_their_order(
    own: Database, own_province_url: str, register: Register
) -> None:
    """Sixteen writers whose transactions stay open for a random while, over few members."""
    members = register.members[:6]
    written: dict[int, list[str]] = {member.id: [] for member in members}

    async def write(number: int) -> None:
        random = Random(number)  # noqa: S311 # data, not secrets
        for place in range(15):
            member = random.choice(members)
            async with own.writing() as session:
                await change_member(session, member.id, {"home_address": f"{number}-{place}"}, NOW)
                written[member.id].append(f"{number}-{place}")
                for _ in range(random.randrange(4)):
                    await session.rows(text("SELECT 1"))

    writers = [asyncio.create_task(write(number)) for number in range(16)]
    seen: list[ChangeRecord] = []
    while not all(writer.done() for writer in writers):
        await numbered(own_province_url, 7)
        seen += await changes_after(own, seen[-1].position if seen else 0, 10_000)
    await asyncio.gather(*writers)
    while await numbered(own_province_url):
        pass
    seen += await changes_after(own, seen[-1].position if seen else 0, 10_000)
    assert [change.position for change in seen] == list(range(1, 16 * 15 + 1))
    assert seen == await changes_after(own, 0, 10_000)
    for member in members:
        of_member = [change for change in seen if change.object_id == member.id]
        assert len(of_member) == len(written[member.id])


# -- who numbers


async def test_one_numbers_and_another_takes_over_when_it_is_lost(
    own: Database, own_province_url: str, register: Register
) -> None:
    async with beside(number_changes(own)), beside(number_changes(own)):
        for round_ in range(2):
            async with own.writing() as session:
                await change_member(session, register.members[0].id, {"home_address": str(round_)}, NOW)
            async with asyncio.timeout(20):
                while (await feed_state(own)).position == round_:  # noqa: ASYNC110 # nobody tells
                    await asyncio.sleep(0.01)
            holders = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 7367020 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            async with superuser_of(own_province_url) as watching:
                [[holder]] = await (await watching.execute(holders.encode())).fetchall()
                await watching.execute(b"SELECT pg_terminate_backend(%s)", (holder,))
    assert [change.position for change in await changes_after(own, 0, 10)] == [1, 2]


# -- who follows


async def test_followers_get_each_once_from_memory_and_from_the_table(own: Database, register: Register) -> None:
    followed = FollowedChanges(own)
    async with beside(number_changes(own)), beside(followed.follow()):
        async with own.writing() as session:
            await session.execute(update(Member).where(Member.id <= 300).values(home_address="1"))
        early = await followed_until(followed, 0, 300)
        async with own.writing() as session:
            await session.execute(update(Member).where(Member.id <= 300).values(home_address="2"))
        assert await followed_until(followed, 300, 600) == await changes_after(own, 300, 1_000)
        late = FollowedChanges(own)
        await late.look()
        assert (await followed_until(late, 0, 300))[:300] == early  # it was not there yet, and reads the table
    assert [change.position for change in early] == list(range(1, 301))
    assert len(register.members) > 300


async def followed_until(followed: FollowedChanges, position: int, last: int) -> list[ChangeRecord]:
    found: list[ChangeRecord] = []
    async with asyncio.timeout(20):
        while position < last:
            found += await followed.after(position)
            position = found[-1].position
    return found


async def test_a_change_arrives_though_nobody_announced_it(
    own: Database, own_province_url: str, register: Register
) -> None:
    """Nothing follows in this process: whoever waits looks."""
    followed = FollowedChanges(own)
    waiting = asyncio.create_task(followed.after(0))
    async with own.writing() as session:
        await change_member(session, register.members[0].id, {"phone": None, "home_address": "-"}, NOW)
    await numbered(own_province_url)
    async with asyncio.timeout(20):
        assert [change.object_id for change in await waiting] == [register.members[0].id]


async def test_what_is_followed_lies_within_a_path_before_or_after(
    own: Database, own_province_url: str, register: Register, county: OrganizationRecord
) -> None:
    inside = next(m for m in register.members if m.org_path.startswith(county.path))
    outside = next(m for m in register.members if not m.org_path.startswith(county.path))
    for member in (inside, outside):
        async with own.writing() as session:
            await change_member(session, member.id, {"home_address": "-"}, NOW)
    async with own.writing() as session:
        changes = {"branch_id": outside.branch_id, "org_path": outside.org_path}
        await change_member(session, inside.id, changes, NOW)
    every = await told(own, own_province_url)
    changed = ChangeType.MEMBER_CHANGED
    for columns, number in (({"home_address", "branch_id"}, 2), ({"branch_id", "name"}, 1), ({"name"}, 0), (None, 0)):
        types = {changed: frozenset(columns)} if columns else {ChangeType.MEMBER_LEFT: frozenset[str]()}
        followed = Followed(county.path, types)
        found = await changes_after(own, 0, 10, followed)
        assert found == [change for change in every if followed.has(change)]
        assert [change.object_id for change in found] == [inside.id] * number
        assert await count_changes(own, 0, followed) == number


# -- what is kept


async def test_what_is_old_is_forgotten_and_its_cursors_expire(
    own: Database, own_province_url: str, register: Register
) -> None:
    for member in register.members[:3]:
        async with own.writing() as session:
            await change_member(session, member.id, {"home_address": "-"}, NOW)
    series = (await feed_state(own)).series
    assert len(await told(own, own_province_url)) == 3
    async with own.writing() as session:
        old = update(ChangeEvent).where(ChangeEvent.position <= 2)
        await session.execute(old.values(numbered_at=func.now() - timedelta(days=31)))
    for _ in range(2):
        await forget_changes(own, timedelta(days=30))
    state = await feed_state(own)
    assert state == (series, 3, 2)
    assert [change.position for change in await changes_after(own, 0, 10)] == [3]
    for position, is_kept in ((1, False), (2, True), (3, True), (4, False)):
        cursor = change_cursor(str(ChangeCursor(series, position)), "after")
        if is_kept:
            cursor.require_kept(state, "after")
        else:
            with pytest.raises(CallerError) as refused:
                cursor.require_kept(state, "after")
            assert refused.value.problem.code == "CURSOR_EXPIRED"


async def test_a_follower_that_was_too_slow_is_told_so(
    own: Database, own_province_url: str, register: Register
) -> None:
    for member in register.members[:3]:
        async with own.writing() as session:
            await change_member(session, member.id, {"home_address": "-"}, NOW)
    assert len(await told(own, own_province_url)) == 3
    followed = FollowedChanges(own)
    await followed.look()
    assert [change.position for change in await followed.after(0)] == [1, 2, 3]
    for forgotten, kept_from in ((2, 2), (3, 3)):
        async with own.writing() as session:
            old = update(ChangeEvent).where(ChangeEvent.position <= forgotten)
            await session.execute(old.values(numbered_at=func.now() - timedelta(days=31)))
        await forget_changes(own, timedelta(days=30))
        for position in range(kept_from):
            with pytest.raises(CallerError) as refused:
                await followed.after(position)
            assert refused.value.problem.code == "CURSOR_EXPIRED"
        if forgotten == 2:
            assert [change.position for change in await followed.after(2)] == [3]
