"""注册统计: counted for every organisation at once, by one statement, and read from what it left."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Select, and_, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert

from domain.clock import Clock
from domain.codes import MemberAccountState
from domain.registrations import Registrations, RegistrationStatistics, is_due
from storage.engine import Database
from storage.models import Member, MemberAccount, Organization, RegistrationCount

_LONGEST = 300.0
"""Seconds."""


async def count_registrations_when_due(database: Database, clock: Clock) -> None:
    """Once an hour, however often it is called."""
    now = clock()
    row = await database.row(select(RegistrationCount.counted_at).limit(1))
    if is_due(None if row is None else row[0], now):
        await count_registrations(database, now)


async def count_registrations(database: Database, now: datetime) -> None:
    """As they are, for every organisation. Two at once follow one another, since rows are locked in one order."""
    counts = insert(RegistrationCount).from_select(
        ["organization_id", "members", "registered", "counted_at"], _of_every_organization(now)
    )
    new = {name: counts.excluded[name] for name in ("members", "registered", "counted_at")}
    upsert = counts.on_conflict_do_update(index_elements=["organization_id"], set_=new)
    async with database.writing() as session:
        await session.allow(_LONGEST)
        await session.execute(upsert)


def _of_every_organization(now: datetime) -> Select[*tuple[Any, ...]]:
    """The counts, and `now` beside them. A path is the ids from the root down: members count for each of these."""
    is_registered = and_(
        MemberAccount.member_id == Member.id, MemberAccount.state != MemberAccountState.CANCELLED.value
    )
    branches = (
        select(Member.org_path, func.count().label("members"), func.count(MemberAccount.member_id).label("registered"))
        .outerjoin(MemberAccount, is_registered)
        .group_by(Member.org_path)
        .subquery()
    )
    ids = func.unnest(func.string_to_array(func.rtrim(branches.c.org_path, "/"), "/"))
    above = select(cast(ids, BigInteger).label("id"), branches.c.members, branches.c.registered).subquery()
    sums = (
        select(above.c.id, func.sum(above.c.members).label("members"), func.sum(above.c.registered).label("registered"))
        .group_by(above.c.id)
        .subquery()
    )
    moment = literal(now, RegistrationCount.counted_at.type)
    return (
        select(Organization.id, func.coalesce(sums.c.members, 0), func.coalesce(sums.c.registered, 0), moment)
        .outerjoin(sums, sums.c.id == Organization.id)
        .order_by(Organization.id)
    )


async def registrations_below(database: Database, organization_id: int) -> RegistrationStatistics | None:
    """Of the organisation, which is taken as within the scope, and of its children in the order of the tree, those
    left out that are newer than the counting. None while the organisation itself is."""
    counted = (RegistrationCount.organization_id, RegistrationCount.members, RegistrationCount.registered)
    rows = await database.rows(
        select(RegistrationCount.counted_at, *counted)
        .join(Organization, Organization.id == RegistrationCount.organization_id)
        .where(or_(Organization.id == organization_id, Organization.parent_id == organization_id))
        .order_by(Organization.path)
    )
    found = [(counted_at, Registrations(*values)) for counted_at, *values in rows]
    if not found or found[0][1].organization_id != organization_id:
        return None
    return RegistrationStatistics(found[0][0], found[0][1], [registrations for _, registrations in found[1:]])
