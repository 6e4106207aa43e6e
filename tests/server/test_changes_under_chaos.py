"""变更流 under everything at once: writers that overlap, servers and a PostgreSQL that are killed, consumers that crash."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeVar

import psycopg
import pytest

from domain.changes import ChangeCursor
from domain.codes import ChangeType
from domain.synthetic.province import Province
from domain.texts import camel_case
from schema.changed_fields import FIELD_OF_COLUMN
from storage.engine import libpq_url
from storage.loading import load_province
from storage.migration import migrate
from storage.models import Member
from tests.chaos.consumers import Consumer, Told
from tests.chaos.servers import Postgres, Server
from tests.chaos.writers import BOOK, SUBMIT, Book, Committed, Scene, Writer, Writing
from tests.conftest import DAY
from tests.tokens import issued

ItemT = TypeVar("ItemT")

WRITERS, SERVERS, CONSUMERS = 16, 3, 6
MEMBERS_ALONE = ["MEMBER_ADDED", "MEMBER_CHANGED", "MEMBER_LEFT"]
_FIELDS = {"MEMBER": "Member", "ORGANIZATION": "Organization", "REQUEST": "ApprovalRequest"}


@dataclass
class World:
    """What is written to, answered from, and followed."""

    postgres: Postgres
    servers: list[Server]
    token: str
    cursor: str
    scene: Scene
    book: Book = field(default_factory=Book)
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return libpq_url(self.postgres.server.url)

    def rows(self, statement: str) -> list[tuple[int, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement.encode()).fetchall()

    def consumer(self, number: int, types: list[str]) -> Consumer:
        places = [server.place for server in self.servers]
        return Consumer(number, places, self.token, self.book, self.cursor, types)

    def writer(self, number: int) -> Writer:
        return Writer(self.url, number, self.scene, self.book, self.enough)


@pytest.fixture
def postgres(data_directory: Path) -> Iterator[Postgres]:
    made = Postgres(data_directory / "postgres")
    migrate(made.server.url)
    load_province(made.server.url, Province(300, seed=1, day=DAY))
    with psycopg.connect(libpq_url(made.server.url)) as connection:
        connection.execute(BOOK.encode())
    yield made
    made.server.stop()


@pytest.fixture
async def world(data_directory: Path, postgres: Postgres) -> AsyncIterator[World]:
    with psycopg.connect(libpq_url(postgres.server.url)) as connection:
        top, cursor, scene = top_of(connection), cursor_of(connection), scene_of(connection)
    environment = {"DATABASE_URL": postgres.server.url, "DENGTA_DATA_DIRECTORY": str(data_directory / "data")}
    environment |= {"DENGTA_ISSUER": "https://register.example"}  # one for all ports
    token = await asyncio.to_thread(issued, environment, str(top))
    servers = [Server(environment, data_directory / f"server-{number}.log") for number in range(SERVERS)]
    async with all_running(servers):
        yield World(postgres, servers, token, cursor, scene)


@asynccontextmanager
async def all_running(servers: list[Server]) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for server in servers:
            stack.callback(server.kill)
            server.begin()
        for server in servers:
            await server.until_ready()
        yield


def top_of(connection: psycopg.Connection) -> int:
    [[id_]] = connection.execute("SELECT id FROM organizations WHERE parent_id IS NULL").fetchall()
    return int(id_)


def cursor_of(connection: psycopg.Connection) -> str:
    [[series, position]] = connection.execute("SELECT series, position FROM change_feed").fetchall()
    return str(ChangeCursor(series, position))


def scene_of(connection: psycopg.Connection) -> Scene:
    members = [row[0] for row in connection.execute("SELECT id FROM members ORDER BY id LIMIT 12")]
    organizations = [row[0] for row in connection.execute("SELECT id FROM organizations ORDER BY id LIMIT 4")]
    requests = [connection.execute(SUBMIT.encode(), (member,)).fetchall()[0][0] for member in members[:5]]
    connection.execute("DELETE FROM change_outbox")  # that these requests were submitted
    names = ", ".join(column.name for column in Member.__table__.columns if column.name != "id")
    return Scene(members, organizations, requests, names)


async def havoc(world: World) -> None:
    """Each server is killed once, one of them while PostgreSQL is restarted without finishing anything."""
    random = Random(7)  # noqa: S311 # data, not secrets
    first, second, third = random.sample(world.servers, SERVERS)
    await world.book.until_longer_by(150)
    await killed_and_begun_again(first)
    await world.book.until_longer_by(50)
    second.kill()
    await asyncio.to_thread(world.postgres.restart_at_once)
    await world.book.until_longer_by(100)
    second.begin()
    await second.until_ready()
    await killed_and_begun_again(third)
    await world.book.until_longer_by(100)


async def killed_and_begun_again(server: Server) -> None:
    server.kill()
    server.begin()
    await server.until_ready()


async def test_every_consumer_ends_with_exactly_what_was_committed_in_order(world: World) -> None:
    consumers = [world.consumer(number, []) for number in range(CONSUMERS)]
    consumers += [world.consumer(CONSUMERS, MEMBERS_ALONE)]
    async with asyncio.TaskGroup() as group:
        following = [group.create_task(consumer.consume()) for consumer in consumers]
        writing = [group.create_task(world.writer(number).write()) for number in range(WRITERS)]
        await havoc(world)
        world.enough.set()
        await asyncio.wait(writing)
        await until_all_have(consumers, world.book.changes)
        for task in following:
            task.cancel()
    whole = consumers[0].stored
    compare_with_the_book(whole, world.book)
    for consumer in consumers:
        assert consumer.refused == []
        types = consumer.types or list(ChangeType.__members__)
        require_same(consumer.stored, [event for event in whole if event.type in types])
        assert consumer.connections > 1
    assert world.book.looked_up >= WRITERS / 2, "PostgreSQL was lost in the midst of transactions"
    assert world.rows("SELECT position FROM change_feed") == [(len(whole),)]
    assert world.rows("SELECT id FROM change_outbox") == []


async def until_all_have(consumers: list[Consumer], changes: list[Committed]) -> None:
    """In number; whoever has too few in the end is found out by comparing."""
    numbers = {
        consumer.number: sum(not consumer.types or change.type in consumer.types for change in changes)
        for consumer in consumers
    }
    try:
        async with asyncio.timeout(30):
            while any(len(consumer.stored) < numbers[consumer.number] for consumer in consumers):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    except TimeoutError:
        return


def compare_with_the_book(whole: list[Told], book: Book) -> None:
    require_same([event.position for event in whole], list(range(1, len(book.changes) + 1)))
    position_of = {}
    told = by_object((kind_of(event.type), event.object_id, event) for event in whole)
    committed = by_object((change.kind, change.object_id, change) for change in book.changes)
    assert sorted(told.keys() - committed.keys()) == sorted(committed.keys() - told.keys()) == []
    for object_, changes in committed.items():
        changes.sort(key=lambda change: change.place)
        assert [change.place for change in changes] == list(range(1, len(changes) + 1))
        require_same([event[1::2] for event in told[object_]], [(c.type, fields_of(c)) for c in changes])
        position_of.update({change: event.position for change, event in zip(changes, told[object_], strict=True)})
    require_order_of_transactions(book.writings, position_of)


def require_order_of_transactions(writings: list[Writing], position_of: dict[Committed, int]) -> None:
    """Of whatever was acknowledged before another began all comes first; and what one did, in the order in which it
    did it."""
    positions = {writing: [position_of[change] for change in writing.changes] for writing in writings}
    for found in positions.values():
        assert found == sorted(found)
    ended = sorted(writings, key=lambda writing: writing.ended)
    last, place = 0, 0
    for writing in sorted(writings, key=lambda writing: writing.began):
        while ended[place].ended < writing.began:
            last = max(last, *positions[ended[place]])
            place += 1
        assert positions[writing][0] > last


def require_same(found: list[ItemT], expected: list[ItemT]) -> None:
    """Says where they part first: to show the whole difference of thousands takes minutes."""
    parted = next((place for place, pair in enumerate(zip(found, expected, strict=False)) if pair[0] != pair[1]), None)
    if parted is not None:
        assert found[max(parted - 2, 0) : parted + 2] == expected[max(parted - 2, 0) : parted + 2]
    assert len(found) == len(expected)


def by_object(found: Iterable[tuple[str, int, ItemT]]) -> dict[tuple[str, int], list[ItemT]]:
    objects: dict[tuple[str, int], list[ItemT]] = defaultdict(list)
    for kind, id_, item in found:
        objects[kind, id_].append(item)
    return objects


def kind_of(type_: str) -> str:
    return type_.partition("_")[0]


def fields_of(change: Committed) -> tuple[str, ...]:
    names = FIELD_OF_COLUMN[_FIELDS[change.kind]]
    return tuple(camel_case(names[column]) for column in change.columns.split())
