"""A register in parts, one of them in a second real PostgreSQL."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import make_url

from domain.clock import Clock
from domain.codes import OrganizationKind
from domain.records import MemberRecord, OrganizationRecord
from schema.identifiers import encoded
from storage.engine import connect, libpq_url
from tests.asking import AUDIT_KEY, Api
from tests.oracle import Register

TOLD = """SELECT type::text, org_path, former_path, columns FROM change_outbox
WHERE object_id = %s AND type::text LIKE 'MEMBER%%' ORDER BY id"""
DELTAS = "SELECT change, org_path FROM member_deltas WHERE org_path = ANY(%s) ORDER BY id"
IN_MOTION = "SELECT count(*) FROM member_moves"
MEMBERS_OF = "SELECT count(*) FROM members WHERE id = %s"


@dataclass(frozen=True)
class Parted:
    """Members of `away` lie in the `second` server."""

    api: Api
    url: str
    second: str
    province: OrganizationRecord
    away: OrganizationRecord
    register: Register

    def members_of(self, *, away: bool) -> Iterator[MemberRecord]:
        return (each for each in self.register.members if each.org_path.startswith(self.away.path) == away)

    def branches(self, *, away: bool) -> list[OrganizationRecord]:
        branches = self.register.of_kind(OrganizationKind.BRANCH)
        return [each for each in branches if each.path.startswith(self.away.path) == away]

    def county_of(self, path: str) -> OrganizationRecord:
        return next(each for each in self.register.of_kind(OrganizationKind.COUNTY) if path.startswith(each.path))

    def city_of(self, path: str) -> OrganizationRecord:
        return next(each for each in self.register.of_kind(OrganizationKind.CITY) if path.startswith(each.path))

    def told_of(self, member_id: int) -> list[Any]:
        return rows(self.url, TOLD, (member_id,))

    def lies_away(self, member_id: int) -> bool:
        [(there,)] = rows(self.second, MEMBERS_OF, (member_id,))
        return bool(there)


def place_of_away(register: Register) -> OrganizationRecord:
    """The city with the most members."""
    return max(register.of_kind(OrganizationKind.CITY), key=lambda city: len(register.members_in(city)))


def global_id(member_id: int) -> str:
    return encoded("Member", member_id)


def rows(url: str, statement: str, values: tuple[object, ...] = ()) -> list[Any]:
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        cursor = connection.execute(statement.encode(), values or None)
        return cursor.fetchall() if cursor.description else []


def lead_to(url: str, second: str) -> None:
    """From now on the part elsewhere is that database of the second server."""
    [(server,)] = rows(url, "SELECT srvname FROM pg_foreign_server")
    rows(url, f"ALTER SERVER {server} OPTIONS (SET dbname '{make_url(second).database}')")


@asynccontextmanager
async def opened(url: str, second: str, register: Register, clock: Clock) -> AsyncIterator[Parted]:
    """With the application over it."""
    async with connect(url, connections=12, audit_key=AUDIT_KEY) as database:
        api = Api(database, clock=clock)
        province = register.first_of_kind(OrganizationKind.PROVINCE)
        yield Parted(api, url, second, province, place_of_away(register), register)
        await api.http.aclose()
