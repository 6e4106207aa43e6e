"""批量校验进度: a check is followed over a WebSocket while a worker runs it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from psycopg import AsyncConnection

from auth.actor import Role
from domain.clock import system_clock
from domain.codes import OrganizationKind
from domain.records import OrganizationRecord
from schema.identifiers import encoded
from storage import check_following
from storage.checks import CHANNEL, run_chunk
from storage.engine import Database
from storage.statements import Statement
from tests.api.test_checks import CANCEL, start, working
from tests.editing import change
from tests.gateway import eventually
from tests.listened import ListenedRegister
from tests.oracle import Register
from tests.sockets import Socket, socket
from tests.waiting import superuser_of

PROGRESS = "subscription ($id: ID!) { checkProgress(id: $id) { id state membersDone membersTotal } }"
COMPLETE = {"id": "1", "type": "complete"}
LISTENING = f"""FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN "{CHANNEL}"'"""
FORGET = "UPDATE checks SET state = 'DONE', members_done = members_total, ended_at = now()"
"""As a worker whose announcement is lost."""


class Followed:
    """One check of the province, of 2,000 members."""

    def __init__(self, listened: ListenedRegister, top: OrganizationRecord, id: str) -> None:
        self.listened, self.top, self.id = listened, top, id

    @property
    def database(self) -> Database:
        return self.listened.api.database

    async def chunk(self, members: int = 500) -> None:
        """Checked and committed as a worker does it, in another process than that which is listened to."""
        number = await self.database.number(Statement("SELECT max(id) FROM checks", {}))
        await run_chunk(self.database, number, system_clock(), members)

    def as_told(self, state: str, done: int) -> dict[str, Any]:
        return {"checkProgress": {"id": self.id, "state": state, "membersDone": done, "membersTotal": 2_000}}

    async def subscribed(self, token: str, stack: AsyncExitStack) -> Socket:
        """Somebody who has been told how the check stands."""
        following = await stack.enter_async_context(socket(self.listened.place, token))
        await following.subscribe(PROGRESS, id=self.id)
        assert await following.next_data() == self.as_told("QUEUED", 0)
        return following


@pytest.fixture
async def check(listened: ListenedRegister, province_committee: OrganizationRecord) -> Followed:
    started = await start(listened.api.as_(province_committee), province_committee)
    return Followed(listened, province_committee, started["id"])


@pytest.fixture
def announced_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks by himself."""
    monkeypatch.setattr(check_following, "LOOKS_EVERY", 3_600)


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


@pytest.fixture
async def following(check: Followed, stack: AsyncExitStack) -> Socket:
    return await check.subscribed(check.listened.api.as_(check.top).token, stack)


@pytest.mark.usefixtures("announced_alone")
async def test_it_is_told_as_it_stands_after_each_chunk_and_at_its_end(check: Followed, following: Socket) -> None:
    for done in (800, 1_600):
        await check.chunk(800)
        assert await following.next_data() == check.as_told("RUNNING", done)
    await check.chunk(800)
    assert await following.next_data() == check.as_told("DONE", 2_000)
    assert await following.receive() == COMPLETE


async def test_a_worker_is_followed_to_its_end(check: Followed, following: Socket) -> None:
    told = []
    async with working(check.listened.api, check.listened.url) as reported:
        while (message := await following.receive()) != COMPLETE:
            told.append(message["payload"]["data"]["checkProgress"])
    done = [each["membersDone"] for each in told]
    assert (told[-1]["state"], done[-1], reported) == ("DONE", 2_000, [])
    assert done == sorted(done)
    assert told == [each for number, each in enumerate(told) if each not in told[:number]]
    assert {each["state"] for each in told[:-1]} <= {"RUNNING"}


async def test_one_that_has_ended_is_told_once(check: Followed, stack: AsyncExitStack) -> None:
    await check.chunk(3_000)
    following = await stack.enter_async_context(socket(check.listened.place, check.listened.api.as_(check.top).token))
    await following.subscribe(PROGRESS, id=check.id)
    assert await following.next_data() == check.as_told("DONE", 2_000)
    assert await following.receive() == COMPLETE


@pytest.mark.usefixtures("announced_alone")
async def test_that_it_was_cancelled_is_told(check: Followed, following: Socket) -> None:
    await check.chunk()
    assert await following.next_data() == check.as_told("RUNNING", 500)
    await check.listened.api.as_(check.top).ask(CANCEL, {"input": {"id": check.id}})
    assert await following.next_data() == check.as_told("CANCELLED", 500)
    assert await following.receive() == COMPLETE


async def test_a_lost_announcement_is_survived(check: Followed, following: Socket) -> None:
    check.listened.execute(FORGET)
    assert await following.next_data() == check.as_told("DONE", 2_000)
    assert await following.receive() == COMPLETE


async def test_a_lost_connection_that_listens_is_survived(check: Followed, following: Socket) -> None:
    async with superuser_of(check.listened.url) as watching:
        await eventually(lambda: is_listened_for(watching, 1))
        await watching.execute(f"SELECT pg_terminate_backend(pid) {LISTENING}".encode())
    await check.chunk()
    assert await following.next_data() == check.as_told("RUNNING", 500)


async def test_many_who_follow_share_one_connection_that_ends_with_the_last(
    check: Followed, stack: AsyncExitStack
) -> None:
    token = check.listened.api.as_(check.top).token
    everybody = [await check.subscribed(token, stack) for _ in range(20)]
    async with superuser_of(check.listened.url) as watching:
        await eventually(lambda: is_listened_for(watching, 1))
        await check.chunk()
        assert [await each.next_data() for each in everybody] == [check.as_told("RUNNING", 500)] * 20
        assert await is_listened_for(watching, 1)
        await stack.aclose()
        await eventually(lambda: is_listened_for(watching, 0))


async def is_listened_for(watching: AsyncConnection[Any], connections: int) -> bool:
    row = await (await watching.execute(f"SELECT count(*) {LISTENING}".encode())).fetchone()
    return bool(row == (connections,))


async def test_outside_the_scope_there_is_none(
    check: Followed, county: OrganizationRecord, stack: AsyncExitStack
) -> None:
    outside = await stack.enter_async_context(socket(check.listened.place, check.listened.api.as_(county).token))
    for unknown in (check.id, encoded("Check", 4_711)):
        await outside.subscribe(PROGRESS, id=unknown)
        assert (await outside.ended_with())["code"] == "NOT_FOUND"
    await outside.subscribe(PROGRESS, id=encoded("Member", 1))
    assert (await outside.ended_with())["code"] == "BAD_USER_INPUT"


async def test_it_ends_when_the_scope_is_another(check: Followed, register: Register, stack: AsyncExitStack) -> None:
    city = max(register.of_kind(OrganizationKind.CITY), key=lambda o: len(register.members_in(o)))
    caller = check.listened.api.as_(city)
    started = await start(caller, city)
    following = await stack.enter_async_context(socket(check.listened.place, caller.token))
    await following.subscribe(PROGRESS, id=started["id"])
    assert (await following.next_data())["checkProgress"]["state"] == "QUEUED"
    check.listened.execute(f"UPDATE organizations SET path = '999/{city.id}/' WHERE id = {city.id}")
    assert (await following.ended_with())["code"] == "SCOPE_CHANGED"


async def test_it_ends_when_it_may_no_longer_be_seen(check: Followed, following: Socket) -> None:
    await check.listened.officer.edits(change("Check.membersDone", read="HIDDEN"))
    assert await following.ended_with() == {"code": "FIELD_HIDDEN", "fields": ["Check.membersDone"]}


async def test_it_ends_with_the_token(check: Followed, stack: AsyncExitStack) -> None:
    token = check.listened.api.authority.issue("tester", Role.ADMINISTRATOR, check.top, timedelta(seconds=2))
    following = await check.subscribed(token, stack)
    assert (await following.ended_with())["code"] == "UNAUTHENTICATED"


async def test_nobody_waits_for_a_watch_that_has_failed(check: Followed, following: Socket) -> None:
    """A table that is gone is an error that nobody expects."""
    check.listened.execute("ALTER TABLE checks RENAME TO lost_checks")
    assert (await following.ended_with())["code"] == "INTERNAL_SERVER_ERROR"
    check.listened.execute("ALTER TABLE lost_checks RENAME TO checks")
    await following.subscribe(PROGRESS, id=check.id)
    assert await following.next_data() == check.as_told("QUEUED", 0)
