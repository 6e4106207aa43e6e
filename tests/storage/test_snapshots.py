"""全量快照: one moment is held for whoever takes it, and not for longer than a pause may be."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from sqlalchemy import update

from domain.records import OrganizationRecord
from storage import snapshots
from storage.changes import feed_state
from storage.engine import Database, connect
from storage.errors import DatabaseUnavailableError
from storage.models import ChangeFeed, Member
from storage.snapshots import member_snapshot
from tests.asking import AUDIT_KEY
from tests.oracle import Register
from tests.waiting import superuser_of


@pytest.fixture
async def own(own_province_url: str) -> AsyncIterator[Database]:
    async with connect(own_province_url, connections=4, audit_key=AUDIT_KEY) as database:
        yield database


async def test_its_cursor_is_that_of_its_moment(
    own: Database, province_committee: OrganizationRecord, register: Register
) -> None:
    async with own.writing() as session:
        await session.execute(update(ChangeFeed).values(position=7))
    async with aclosing(member_snapshot(own, province_committee.path)) as pages:
        first = await anext(pages)
        async with own.writing() as session:
            await session.execute(update(ChangeFeed).values(position=8))
            await session.execute(update(Member).values(home_address="后来"))
        rest = [page async for page in pages]
    state = await feed_state(own)
    assert {(page.series, page.position) for page in [first, *rest]} == {(state.series, 7)}
    assert sum(len(page.rows) for page in [first, *rest]) == len(register.members)
    assert not any("后来" in row for page in rest for row in page.rows)


async def test_the_moment_is_given_up_when_nobody_takes_the_next_page(
    own: Database, own_province_url: str, province_committee: OrganizationRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "LONGEST_PAUSE", 0.05)
    async with aclosing(member_snapshot(own, province_committee.path)) as pages:
        await anext(pages)
        async with superuser_of(own_province_url) as watching, asyncio.timeout(20):
            while await (await watching.execute(IDLE)).fetchall():
                pass
        with pytest.raises(DatabaseUnavailableError):
            await anext(pages)


IDLE = b"SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
