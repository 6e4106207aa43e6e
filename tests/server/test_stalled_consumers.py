"""Consumers who take nothing cost little memory, hold nobody up, are dropped, and have missed nothing when they return."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import psutil  # type: ignore[import-untyped] # it comes without types
import pytest
from psycopg import AsyncConnection

from domain.codes import OrganizationKind
from storage.engine import libpq_url
from tests.chaos.servers import Server
from tests.oracle import Register
from tests.sockets import Socket, socket
from tests.stalled import Open, Stalled, over_events, over_socket
from tests.tokens import issued

CHANGES = 2_000
HEARTBEAT = 6.0  # seconds
OPENED_AT_ONCE = 50
PATIENCE = 20.0  # seconds, of a busy machine

MOST_FOR_EACH = 600
"""KB of the server's memory. Of a thousand each took 240 over server-sent events, and 350 over a WebSocket: the
subscription itself 45, an event that is being written, another that is made, and the 64 from which on the server waits."""

SMALL = "subscription ($after: String) { changes(after: $after) { cursor } }"
CHANGE = "UPDATE members SET home_address = %s WHERE id IN (SELECT id FROM members ORDER BY id LIMIT %s)"


@dataclass
class Place:
    """A server, whose memory is watched."""

    server: Server
    token: str
    url: str

    @property
    def process(self) -> psutil.Process:
        assert self.server.process is not None
        return psutil.Process(self.server.process.pid)

    @property
    def kilobytes(self) -> float:
        return float(self.process.memory_info().rss) / 1024

    def connections(self) -> int:
        """That clients have to it."""
        found = self.process.net_connections("tcp")
        return sum(each.status == "ESTABLISHED" and each.laddr.port == self.server.port for each in found)


@pytest.fixture
async def place(own_province_url: str, data_directory: Path, register: Register) -> AsyncIterator[Place]:
    environment = {
        "DATABASE_URL": own_province_url,
        "DENGTA_DATA_DIRECTORY": str(data_directory),
        "DENGTA_HEARTBEAT": str(HEARTBEAT),
        "DENGTA_SUBSCRIPTIONS_PER_PERSON": "2000",
        "DENGTA_JOBS_IN_SERVER": "false",
        "DENGTA_OPERATIONS_AT_ONCE": str(OPENED_AT_ONCE + 1),  # of which none is told that the server is busy
        "DENGTA_OPERATIONS_PER_CALLER": str(OPENED_AT_ONCE + 1),
    }
    server = Server(environment, data_directory / "server.log")
    top = str(register.first_of_kind(OrganizationKind.PROVINCE).id)
    with ExitStack() as stack:
        stack.callback(server.kill)
        environment["DENGTA_ISSUER"] = f"http://{server.place}"
        server.begin()
        await server.until_ready()
        token = await asyncio.to_thread(issued, environment, top)
        yield Place(server, token, libpq_url(own_province_url))


@asynccontextmanager
async def stalled_at(place: Place, open_one: Open, number: int) -> AsyncIterator[list[Stalled]]:
    with ExitStack() as stack:
        found: list[Stalled] = []
        while len(found) < number:
            opening = (open_one(place.server.place, place.token) for _ in range(OPENED_AT_ONCE))
            for consumer in await asyncio.gather(*opening):
                stack.callback(consumer.close)
                found.append(consumer)
        yield found


@pytest.mark.parametrize(("open_one", "number"), [(over_events, 1_000), (over_socket, 500)])
async def test_many_who_take_nothing_cost_little_and_are_dropped_and_miss_nothing(
    place: Place, open_one: Open, number: int
) -> None:
    async with socket(place.server.place, place.token) as healthy:
        await healthy.subscribe(SMALL)
        await told_of(place, healthy, 10)
        before = place.kilobytes
        async with stalled_at(place, open_one, number) as stalled:
            everything = await told_of(place, healthy, CHANGES)
            growth = await most_until_dropped(place) - before
            assert growth / number < MOST_FOR_EACH
            await stalled[-1].read_to_the_end()
        seen = stalled[-1].cursors
        everything += await told_of(place, healthy, 1)
    assert seen == everything[: len(seen)]
    assert 0 < len(seen) < 10
    async with socket(place.server.place, place.token) as resumed:
        await resumed.subscribe(SMALL, after=seen[-1])
        assert [await next_cursor(resumed) for _ in everything[len(seen) :]] == everything[len(seen) :]


async def most_until_dropped(place: Place) -> float:
    """The most memory that it has had, in KB, until the healthy consumer is the only one left."""
    most = place.kilobytes
    async with asyncio.timeout(2 * HEARTBEAT + PATIENCE):
        while place.connections() > 1:
            await asyncio.sleep(0.1)
            most = max(most, place.kilobytes)
    return most


async def told_of(place: Place, healthy: Socket, number: int) -> list[str]:
    """The cursors of so many changes that are made now, each of which must come soon after the one before."""
    async with await AsyncConnection.connect(place.url, autocommit=True) as connection:
        await connection.execute(CHANGE, (str(monotonic()), number))
    return [await next_cursor(healthy) for _ in range(number)]


async def next_cursor(following: Socket) -> str:
    cursor: str = (await following.next_data())["changes"]["cursor"]
    return cursor
