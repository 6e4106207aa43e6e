"""Writers who change the register at once, and keep a book of what they have committed."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any, NamedTuple

from psycopg import AsyncConnection, OperationalError
from psycopg.errors import DeadlockDetected

BOOK = """CREATE TABLE book (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, writing text NOT NULL,
  type text NOT NULL, kind text NOT NULL, object_id bigint NOT NULL, place int NOT NULL, columns text[] NOT NULL,
  UNIQUE (kind, object_id, place))"""
# Whoever enters a change holds the row that was changed: the place says how many came before it.
ENTER = """INSERT INTO book (writing, type, kind, object_id, place, columns)
SELECT %(writing)s, %(type)s, %(kind)s, %(id)s, count(*) + 1, %(columns)s FROM book
WHERE kind = %(kind)s AND object_id = %(id)s"""
ENTERED = (
    "SELECT type, kind, object_id, place, array_to_string(columns, ' ') FROM book WHERE writing = %s ORDER BY number"
)

_MEMBER_COLUMNS = ("home_address", "name", "phone")
_COPY_MEMBER = """INSERT INTO members ({columns}) SELECT {columns} FROM members WHERE id = %s RETURNING id"""
SUBMIT = """INSERT INTO approval_requests (kind, state, member_id, member_name, branch_id, org_path, reason,
  requested_by, requested_at, requester_organization_id, requester_path, version)
SELECT 'DEATH', 'REJECTED', id, name, branch_id, org_path, '-', 'somebody', now(), branch_id, org_path, 1
FROM members WHERE id = %s RETURNING id"""


class Committed(NamedTuple):
    """One change: the how-manieth of its object, and which columns it set."""

    type: str
    kind: str
    object_id: int
    place: int
    columns: str
    """With spaces between them."""


@dataclass(frozen=True)
class Writing:
    """One transaction; `began` and `ended` are moments of one clock."""

    began: int
    ended: int
    changes: tuple[Committed, ...]


@dataclass
class Book:
    """What all writers know that they committed."""

    writings: list[Writing] = field(default_factory=list)
    looked_up: int = 0
    """So many transactions were lost: what became of them was looked up."""

    moments: Iterator[int] = field(default_factory=count)
    grown: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def add(self, writing: Writing) -> None:
        self.writings.append(writing)
        async with self.grown:
            self.grown.notify_all()

    async def until_longer_by(self, number: int) -> None:
        target = len(self.writings) + number
        async with self.grown:
            await self.grown.wait_for(lambda: len(self.writings) >= target)

    @property
    def changes(self) -> list[Committed]:
        return [change for writing in self.writings for change in writing.changes]


@dataclass
class Scene:
    """What all writers fight over, few enough to meet."""

    members: list[int]
    organizations: list[int]
    requests: list[int]
    member_columns: str


@dataclass
class Writer:
    url: str
    number: int
    scene: Scene
    book: Book
    enough: asyncio.Event
    random: Random = field(init=False)
    _made: list[int] = field(default_factory=list)
    """Members that it has entered itself, and may remove."""

    def __post_init__(self) -> None:
        self.random = Random(self.number)  # noqa: S311 # data, not secrets

    async def write(self) -> None:
        for place in count():
            if self.enough.is_set():
                return
            began = next(self.book.moments)
            name = f"{self.number}-{place}"
            try:
                async with await AsyncConnection.connect(self.url) as connection:
                    await self._change(connection, name)
            except DeadlockDetected:
                pass
            except OperationalError:
                self.book.looked_up += 1
            changes = await self._entered(name)
            if changes:
                await self.book.add(Writing(began, next(self.book.moments), changes))

    async def _entered(self, writing: str) -> tuple[Committed, ...]:
        """What is committed of it, as soon as there is somebody to ask."""
        while True:
            try:
                async with await AsyncConnection.connect(self.url, autocommit=True) as connection:
                    rows = await (await connection.execute(ENTERED, (writing,))).fetchall()
                    return tuple(map(Committed._make, rows))
            except OperationalError:
                await asyncio.sleep(0.05)

    async def _change(self, connection: AsyncConnection[Any], writing: str) -> None:
        """One to three changes, with a while between them; now and then all is taken back."""
        ways: list[Callable[[AsyncConnection[Any], str], Awaitable[None]]]
        ways = [self._rename, self._submit, self._decide, self._set, self._set, self._set, self._add, self._remove]
        for place in sorted(self.random.sample(range(len(ways)), self.random.randint(1, 3))):
            await ways[place](connection, writing)
            longest = 1.0 if self.random.random() < 0.03 else 0.15
            await connection.execute("SELECT pg_sleep(%s)", (self.random.uniform(0, longest),))
        if self.random.random() < 0.1:
            await connection.rollback()

    async def _rename(self, connection: AsyncConnection[Any], writing: str) -> None:
        id_ = self.random.choice(self.scene.organizations)
        await connection.execute("UPDATE organizations SET name = %s WHERE id = %s", (writing, id_))
        await _put_down(connection, writing, "ORGANIZATION_CHANGED", id_, ("name",))

    async def _submit(self, connection: AsyncConnection[Any], writing: str) -> None:
        [id_] = await _first(connection, SUBMIT, (self.random.choice(self.scene.members),))
        await _put_down(connection, writing, "REQUEST_SUBMITTED", id_, ())

    async def _decide(self, connection: AsyncConnection[Any], writing: str) -> None:
        id_ = self.random.choice(self.scene.requests)
        column = self.random.choice(("opinion", "reason"))
        await connection.execute(f"UPDATE approval_requests SET {column} = %s WHERE id = %s".encode(), (writing, id_))
        await _put_down(connection, writing, "REQUEST_CHANGED", id_, (column,))

    async def _set(self, connection: AsyncConnection[Any], writing: str) -> None:
        id_ = self.random.choice(self.scene.members)
        columns = sorted(self.random.sample(_MEMBER_COLUMNS, self.random.randint(1, 3)))
        value = f"{writing}-{next(self.book.moments)}"
        sets = ", ".join(f"{column} = '{value}'" for column in columns)
        await connection.execute(f"UPDATE members SET {sets} WHERE id = %s".encode(), (id_,))
        await _put_down(connection, writing, "MEMBER_CHANGED", id_, tuple(columns))

    async def _add(self, connection: AsyncConnection[Any], writing: str) -> None:
        copied = _COPY_MEMBER.format(columns=self.scene.member_columns)
        [id_] = await _first(connection, copied, (self.scene.members[0],))
        await _put_down(connection, writing, "MEMBER_ADDED", id_, ())
        self._made.append(id_)

    async def _remove(self, connection: AsyncConnection[Any], writing: str) -> None:
        """One that it has made, if that was committed."""
        if self._made:
            id_ = self._made.pop()
            gone = await connection.execute("DELETE FROM members WHERE id = %s", (id_,))
            if gone.rowcount:
                await _put_down(connection, writing, "MEMBER_LEFT", id_, ())


async def _first(connection: AsyncConnection[Any], statement: str, values: tuple[int, ...]) -> tuple[int]:
    row: tuple[int] | None = await (await connection.execute(statement.encode(), values)).fetchone()
    assert row is not None
    return row


async def _put_down(
    connection: AsyncConnection[Any], writing: str, type_: str, id_: int, columns: tuple[str, ...]
) -> None:
    kind = type_.partition("_")[0]
    entry = {"writing": writing, "type": type_, "kind": kind, "id": id_, "columns": list(columns)}
    await connection.execute(ENTER, entry)
