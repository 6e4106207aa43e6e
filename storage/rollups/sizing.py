"""Which organisations are rolled up: those with many members, which changes seldom."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Executable, Integer, Select, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.rollups import BETWEEN, Thresholds
from storage.engine import Database
from storage.models import Member, Organization, Rollup, RollupCount, RollupDay
from storage.rollups.filling import filling
from storage.writing import WriteSession


class Sized(NamedTuple):
    """An organisation with how many members it has, all below it included."""

    id: int
    path: str
    members: int


def sizes(at_least: int) -> Select[Any]:
    """Those with so many, the lowest of the tree first."""
    branches = select(Member.org_path, func.count().label("members")).group_by(Member.org_path).subquery()
    ids = func.unnest(func.string_to_array(func.rtrim(branches.c.org_path, "/"), "/"))
    above = select(cast(ids, BigInteger).label("id"), branches.c.members).subquery()
    total = func.sum(above.c.members)
    sums = select(above.c.id, cast(total, Integer).label("members")).group_by(above.c.id)
    large = sums.having(total >= at_least).subquery()
    return (
        select(Organization.id, Organization.path, large.c.members)
        .join(large, large.c.id == Organization.id)
        .order_by(func.cardinality(func.string_to_array(Organization.path, "/")).desc(), Organization.id)
    )


class Resizing(NamedTuple):
    """What an organisation has and what it shall have: counts by pairs, by single columns alone (False), or none."""

    organization: Sized
    has: bool | None
    wants: bool | None


async def resizings(session: WriteSession, thresholds: Thresholds) -> list[Resizing]:
    """What is to be changed, in the order in which it is to be done."""
    has = {row[0]: row[1] for row in await session.rows(select(Rollup.organization_id, Rollup.by_pairs))}
    large = [Sized._make(row) for row in await session.rows(sizes(max(1, thresholds.single // 2)))]
    gone = [Sized(number, "", 0) for number in has.keys() - {each.id for each in large}]
    found = (
        Resizing(each, has.get(each.id), thresholds.wants(each.members, has.get(each.id))) for each in large + gone
    )
    return [each for each in found if each.has is not each.wants]


async def resize(session: WriteSession, change: Resizing, day: date) -> None:
    """Those that lie below come first; nothing is done where another was quicker. `day` is that of the counts. To be
    called `alone`."""
    row = await session.row(select(Rollup.by_pairs).where(Rollup.organization_id == change.organization.id))
    if (None if row is None else row[0]) is change.has:
        for statement in statements_of(change, day):
            await session.execute(statement)


def statements_of(change: Resizing, day: date) -> Iterator[Executable]:
    (organization_id, path, _), has, wants = change
    this = Rollup.organization_id == organization_id
    if wants is None:
        yield delete(Rollup).where(this)
        return
    if has is None:
        yield insert(Rollup).values(organization_id=organization_id, by_pairs=wants)
        yield filling(organization_id, path, day, pairs=False)
    else:
        yield update(Rollup).where(this).values(by_pairs=wants)
    if wants:
        yield filling(organization_id, path, day, pairs=True)
    elif has:
        of_pairs = func.strpos(RollupCount.combination, BETWEEN) > 0
        yield delete(RollupCount).where(RollupCount.organization_id == organization_id, of_pairs)


async def sized_on(database: Database) -> date | None:
    """The day on which it was last looked which organisations are large enough."""
    row = await database.row(select(RollupDay.sized_on))
    return None if row is None else row[0]


async def note_sizing(session: WriteSession, today: date) -> None:
    await session.execute(update(RollupDay).values(sized_on=today))
