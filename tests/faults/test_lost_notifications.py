"""No notification arrives: PostgreSQL sends none in a database whose `pg_notify` does nothing. Everybody looks by himself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import psycopg
import pytest
from sqlalchemy import make_url

from auth.live_matrix import LiveMatrix
from domain.codes import OrganizationKind, Role
from domain.records import OrganizationRecord
from server.app import DEFAULT_PERMISSIONS, working_without_answers
from storage.beside import running_beside
from storage.changes import FollowedChanges, number_changes
from storage.engine import Database, connect, libpq_url
from storage.job_worker import JobWorker
from storage.jobs import JobKind, Queue, defer_jobs
from storage.member_changing import change_member
from storage.statements import Statement
from tests.asking import AUDIT_KEY, Api
from tests.editing import Officer, change
from tests.gateway import eventually
from tests.numbered import numbered
from tests.oracle import Register
from tests.receiver import receiving
from tests.set_clock import SetClock
from tests.webhooks import QUICK, office_over, set_address

SILENCE = """
CREATE SCHEMA silence;
GRANT USAGE ON SCHEMA silence TO PUBLIC;
CREATE FUNCTION silence.pg_notify(text, text) RETURNS void LANGUAGE sql AS '';
ALTER DATABASE {name} SET search_path = silence, pg_catalog, public;
"""
JOBS = Statement("SELECT count(*) FROM procrastinate_jobs", {})
PATIENCE = 20.0


@pytest.fixture
def silent_url(own_province_url: str) -> str:
    with psycopg.connect(libpq_url(own_province_url)) as connection:
        connection.execute(SILENCE.format(name=make_url(own_province_url).database).encode())
    return own_province_url


@pytest.fixture
async def own(silent_url: str) -> AsyncIterator[Database]:
    async with connect(silent_url, connections=8, audit_key=AUDIT_KEY) as database:
        yield database


@asynccontextmanager
async def beside(work: asyncio.Task[None]) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(PATIENCE):
            yield
    finally:
        work.cancel()
        await asyncio.wait({work})


async def test_nothing_is_heard(own: Database, silent_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(libpq_url(silent_url), autocommit=True) as listening:
        await listening.execute("LISTEN somewhere")
        async with own.writing() as session:
            await session.notify("somewhere")
        await listening.execute("SELECT pg_catalog.pg_notify('somewhere', 'ours')")
        heard = [notice.payload async for notice in listening.notifies(stop_after=1)]
    assert heard == ["ours"]


async def test_an_edit_of_the_matrix_is_found(own: Database, province_committee: OrganizationRecord) -> None:
    matrix = LiveMatrix(DEFAULT_PERMISSIONS, own)
    shipped = await matrix.current()
    async with beside(asyncio.create_task(matrix.follow())):
        api = Api(own)
        await Officer(api.as_(province_committee, Role.SECURITY_OFFICER)).edits(change("Member.phone", read="HIDDEN"))
        while matrix.held is shipped:  # noqa: ASYNC110 # nobody tells: that is what this is about
            await asyncio.sleep(0.02)
        await api.http.aclose()


async def test_changes_are_found(own: Database, silent_url: str, register: Register, clock: SetClock) -> None:
    """And so are those that wait for a decision, and those that webhooks tell of: all follow the same feed."""
    followed = FollowedChanges(own)
    await followed.position()
    async with beside(asyncio.create_task(followed.follow())):
        async with own.writing() as session:
            await change_member(session, register.members[0].id, {"home_address": "-"}, clock())
        await numbered(silent_url)
        assert [found.object_id for found in await followed.after(0)] == [register.members[0].id]


async def test_jobs_are_found(own: Database, silent_url: str) -> None:
    """One after another, so that the look with which a worker begins does not find them all."""
    done = [asyncio.Event() for _ in range(3)]

    async def run(number: int) -> None:
        done[number].set()

    worker = JobWorker(silent_url, [JobKind("some", Queue.HOUSEKEEPING, run)], lambda _: None, lost_after=2.0)
    async with worker.running(), asyncio.timeout(PATIENCE):
        for number, each in enumerate(done):
            async with own.writing() as session:
                await defer_jobs(session, "some", Queue.HOUSEKEEPING, [{"number": number}])
            await each.wait()
            while await own.number(JOBS):  # noqa: ASYNC110 # nobody tells
                await asyncio.sleep(0.02)


@asynccontextmanager
async def another_process(url: str) -> AsyncIterator[None]:
    """That delivers webhooks when it is its turn."""
    async with connect(url, connections=4, audit_key=AUDIT_KEY) as database:
        api = Api(database, webhooks=QUICK)
        async with working_without_answers(api.parts):
            yield
        await api.http.aclose()


async def test_turns_of_webhooks_are_found(silent_url: str, register: Register) -> None:
    """When one is set, when it is set anew, and when the process whose turn it was has gone."""
    county = register.first_of_kind(OrganizationKind.COUNTY)
    member = register.members_in(county)[0]
    async with (
        receiving() as first,
        receiving() as second,
        office_over(silent_url, county) as office,
        running_beside(number_changes(office.api.database)),
    ):
        async with another_process(silent_url):
            first.secret = await office.sets(first.url)
            set_address(office, member, "a first one")
            await eventually(lambda: len(first.changes) == 1, PATIENCE)
            await office.sets(second.url)
            second.secret = first.secret
            set_address(office, member, "a second one")
            await eventually(lambda: len(second.changes) == 1, PATIENCE)
            async with AsyncExitStack() as later:
                await later.enter_async_context(another_process(silent_url))
                stays = later.pop_all()
        async with stays:
            set_address(office, member, "a third one")
            await eventually(lambda: len(second.changes) == 2, PATIENCE)
    assert len(first.changes) == 1
