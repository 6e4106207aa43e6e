"""Registers whose statistics are counted in advance, and the comparison with GROUP BY at one moment."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from itertools import combinations_with_replacement
from typing import Any, cast

from psycopg import AsyncConnection
from sqlalchemy import Executable, func, select

from domain.clock import Clock
from domain.codes import StatisticsDimension
from domain.filtering import AllOf, Condition, Filter, Operator
from domain.reach import Reach
from domain.records import OrganizationRecord
from domain.rollups import Thresholds
from domain.statistics import DIMENSIONS
from domain.tallies import Counts
from server.rolling_up import RollingUp
from storage.engine import Database, libpq_url
from storage.filters import compiled, subtree
from storage.members import count_members
from storage.models import Member, MemberDelta
from storage.nested import member_counts_below
from storage.statements import Statement, statement_of
from storage.statistics import counts_from_members, counts_from_rollup

LOW = Thresholds(single=12, pairs=25)
"""In a province of two thousand there are then organisations of all three sorts."""

TOTALS: Sequence[Filter | None] = [
    None,
    Condition("gender", Operator.EXACT, "FEMALE"),
    Condition("education", Operator.MISSING, operand=True),
    Condition("education", Operator.MISSING, operand=False),
    AllOf(
        (
            Condition("lost_contact", Operator.EXACT, operand=True),
            Condition("education", Operator.MULTI, ("BACHELOR", "MASTER")),
        )
    ),
    AllOf((Condition("gender", Operator.EXACT, "FEMALE"), Condition("gender", Operator.MULTI, ("MALE",)))),
]

Asked = tuple[StatisticsDimension, ...]

ALL_ASKED: Sequence[Asked] = [
    *((one,) for one in StatisticsDimension),
    *combinations_with_replacement(StatisticsDimension, 2),
]


async def rolled_up(database: Database, clock: Clock) -> None:
    await RollingUp(database, clock, LOW).keep()


class Snapshot:
    """Reads as a Database does; all of it sees the register as of one moment."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self._connection = connection

    async def rows(self, statement: Statement | Executable) -> list[Any]:
        ready = statement if isinstance(statement, Statement) else statement_of(statement)
        return await (await self._connection.execute(ready.text.encode(), ready.values)).fetchall()

    async def row(self, statement: Statement | Executable) -> Any:
        return next(iter(await self.rows(statement)), None)

    async def number(self, statement: Statement | Executable) -> int:
        return int((await self.row(statement))[0])

    async def frequent_grams(self) -> None:
        return None


@asynccontextmanager
async def snapshot_of(url: str) -> AsyncIterator[Database]:
    async with await AsyncConnection.connect(libpq_url(url)) as connection:
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield cast("Database", Snapshot(connection))


async def both_ways(
    database: Database, place: OrganizationRecord, asked: Asked, today: date
) -> tuple[Mapping[int, Counts] | None, Mapping[int, Counts]]:
    """From what was counted in advance, None where it is not, and from the members themselves."""
    dimensions = [DIMENSIONS[dimension] for dimension in asked]
    in_advance = await counts_from_rollup(database, place, dimensions, today)
    return in_advance, await counts_from_members(database, place, dimensions, None, today)


async def require_equal(
    url: str, places: Iterable[OrganizationRecord], today: date, asked: Iterable[Asked] = ALL_ASKED
) -> None:
    """In one snapshot, at each of the places, which must be rolled up by pairs."""
    questions = list(asked)
    async with snapshot_of(url) as database:
        for place in places:
            for question in questions:
                in_advance, counted = await both_ways(database, place, question, today)
                assert in_advance is not None
                assert list(in_advance) == list(counted)
                assert in_advance == counted, (place.path, question)
            for where in TOTALS:
                await require_same_total(database, place, where)


async def require_same_total(database: Database, place: OrganizationRecord, where: Filter | None) -> None:
    satisfying = () if where is None else (compiled(where, Member),)
    one_by_one = select(func.count()).select_from(Member).where(subtree(Member.org_path, place.path), *satisfying)
    counted = await database.number(one_by_one)
    assert await count_members(database, place.path, where) == counted, where
    below = await member_counts_below(database, [place.id], Reach.SUBTREE, where)
    assert below == {place.id: counted}, where


async def pending(database: Database) -> int:
    """How many deltas are still to be folded."""
    return await database.number(select(func.count()).select_from(MemberDelta))
