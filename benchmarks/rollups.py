"""`make bench-rollups`: what PostgreSQL does for statistics at every large organisation, and what they cost edits."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from pathlib import Path
from statistics import median, quantiles
from typing import Annotated, Any, NamedTuple, cast

import typer
from psycopg import AsyncConnection, Connection
from rich.progress import track
from sqlalchemy import Executable, func, select

from benchmarks.pages import tell
from benchmarks.province import DAY, province_database
from domain.clock import SHANGHAI, system_clock
from domain.codes import Education, StatisticsDimension
from domain.records import OrganizationRecord, whole_organization
from domain.rollups import DEFAULT_THRESHOLDS
from domain.statistics import DIMENSIONS
from server.rolling_up import RollingUp
from storage.engine import SERVER_OPTIONS, Database, connect, libpq_url
from storage.member_changing import change_member
from storage.models import Member, Organization, Rollup
from storage.organizations import whole_organizations
from storage.statements import Statement, statement_of
from storage.statistics import counts_below

_QUESTIONS = [*((one,) for one in StatisticsDimension), *combinations(StatisticsDimension, 2)]
_OTHERS = 100
_WRITERS = 8
_EDITS = 100
"""Of each writer in each round."""

_ROUNDS = 6


class Asked(NamedTuple):
    kind: str
    question: str
    milliseconds: float


@dataclass
class Explaining:
    """Reads as a Database does, and adds up what PostgreSQL says it takes once the rows are in memory, planning too."""

    connection: AsyncConnection[Any]
    milliseconds: float = field(default=0)

    async def rows(self, statement: Statement | Executable) -> list[Any]:
        ready = statement if isinstance(statement, Statement) else statement_of(statement)
        rows = await (await self.connection.execute(ready.text.encode(), ready.values)).fetchall()
        explain = f"EXPLAIN (ANALYZE, TIMING OFF, BUFFERS OFF, FORMAT JSON) {ready.text}"
        [[[told]]] = await (await self.connection.execute(explain.encode(), ready.values)).fetchall()
        self.milliseconds += told["Planning Time"] + told["Execution Time"]
        return rows

    async def row(self, statement: Statement | Executable) -> Any:
        return next(iter(await self.rows(statement)), None)


def main(
    members: Annotated[int, typer.Option(help="How many members the province has.")] = 1_000_000,
    write: Annotated[Path | None, typer.Option(help="A page to put the result into, between its marks.")] = None,
) -> None:
    """Every statistic by one dimension or two, at every organisation that is rolled up and at some that are not."""
    with province_database(members) as url:
        lines = asyncio.run(_measured(url))
    tell("rollups", f"{members:,} members", lines, write)


async def _measured(url: str) -> list[str]:
    async with connect(url, statement_timeout=60, audit_key=b"benchmark") as database:
        rolling = RollingUp(database, _noon, DEFAULT_THRESHOLDS)
        await rolling.keep()
        await rolling.size()
        asked = await _all_asked(url, await _places(database))
        ratios = await _edits(url, database, rolling)
    return [*_asked_table(asked), "", *_edits_table(ratios)]


def _noon() -> datetime:
    return datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=SHANGHAI)


async def _places(database: Database) -> list[OrganizationRecord]:
    """All that are rolled up, and some of the others."""
    rolled_up = await database.rows(whole_organizations().join(Rollup, Rollup.organization_id == Organization.id))
    others = await database.rows(
        whole_organizations()
        .where(Organization.id.not_in(select(Rollup.organization_id)))
        .order_by(func.md5(func.concat(Organization.id, "")))
        .limit(_OTHERS)
    )
    return [whole_organization(*row) for row in [*rolled_up, *others]]


async def _all_asked(url: str, places: Sequence[OrganizationRecord]) -> list[Asked]:
    found = []
    async with await AsyncConnection.connect(libpq_url(url), autocommit=True, options=SERVER_OPTIONS) as connection:
        for place in track(places, "asking"):
            for question in _QUESTIONS:
                took = await _ask(connection, place, question)
                found.append(Asked(str(place.kind), " × ".join(question), took))
    return found


async def _ask(connection: AsyncConnection[Any], place: OrganizationRecord, question: Iterable[Any]) -> float:
    explaining = Explaining(connection)
    dimensions = [DIMENSIONS[dimension] for dimension in question]
    await counts_below(cast("Database", explaining), place, dimensions, None, DAY)
    return explaining.milliseconds


async def _edits(url: str, database: Database, rolling: RollingUp) -> Mapping[bool, list[float]]:
    """Edits a second, with the triggers and without, round after round; folded meanwhile as a worker does."""
    members = [row[0] for row in await database.rows(select(Member.id).order_by(Member.id).limit(20_000))]
    found: dict[bool, list[float]] = defaultdict(list)
    for number in range(_ROUNDS):
        for with_deltas in (True, False) if number % 2 else (False, True):
            chosen = random.Random(number).sample(members, _WRITERS * _EDITS)  # noqa: S311 # data, not secrets
            with _as_they_were(url, chosen, deltas=with_deltas):
                began = time.perf_counter()
                folding = asyncio.create_task(rolling.keep())
                await asyncio.gather(*(_edit(database, chosen[n::_WRITERS], number) for n in range(_WRITERS)))
                found[with_deltas].append(len(chosen) / (time.perf_counter() - began))
                await folding
    return found


async def _edit(database: Database, members: Iterable[int], number: int) -> None:
    """Each changes what is counted by."""
    values = [code.value for code in Education]
    for member in members:
        async with database.writing() as session:
            await change_member(session, member, {"education": values[number % len(values)]}, system_clock())


@contextmanager
def _as_they_were(url: str, members: list[int], *, deltas: bool) -> Iterator[None]:
    """Without deltas the counts know nothing of the edits, so that these must be undone without deltas too."""
    with Connection.connect(libpq_url(url), autocommit=True) as connection:
        before = connection.execute(b"SELECT id, education FROM members WHERE id = ANY(%s)", (members,)).fetchall()
        if not deltas:
            connection.execute(b"ALTER TABLE members DISABLE TRIGGER member_changed")
        try:
            yield
        finally:
            for number, education in before:
                connection.execute(b"UPDATE members SET education = %s WHERE id = %s", (education, number))
            connection.execute(b"ALTER TABLE members ENABLE TRIGGER member_changed")


def _asked_table(asked: Sequence[Asked]) -> Iterator[str]:
    yield "| organisations | cases | median, ms | 99 %, ms | slowest, ms | the slowest |"
    yield "|---|---|---|---|---|---|"
    for kind in dict.fromkeys(each.kind for each in asked):
        these = [each for each in asked if each.kind == kind]
        times = [each.milliseconds for each in these]
        slowest = max(these, key=lambda each: each.milliseconds)
        high = quantiles(times, n=100)[98]
        yield (
            f"| {kind} | {len(these):,} | {median(times):.1f} | {high:.1f} | {slowest.milliseconds:.1f} | "
            f"`{slowest.question}` |"
        )


def _edits_table(found: Mapping[bool, list[float]]) -> Iterator[str]:
    yield f"| {_WRITERS} writers | edits/s | ratio |"
    yield "|---|---|---|"
    without = median(found[False])
    for name, rates in (("without deltas", found[False]), ("with deltas, folded meanwhile", found[True])):
        yield f"| {name} | {median(rates):.0f} | {median(rates) / without:.2f} |"


if __name__ == "__main__":
    typer.run(main)
