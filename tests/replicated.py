"""A server over a primary and its replica, for tests. What it knows of the replica is looked at when a test says so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg

from auth.actor import Role
from domain.records import OrganizationRecord
from storage.engine import connect, libpq_url
from storage.organizations import top_organization
from storage.replicas import Replica, ReplicaPolicy, Replicas, replicas_of
from tests.asking import AUDIT_KEY, Api, Caller
from tests.replicas import caught_up

SAVE = """mutation ($input: UpdateMemberInput!) {
  updateMember(input: $input) { member { version phone } errors { code } } }"""


@dataclass(frozen=True)
class Pair:
    api: Api
    replicas: Replicas
    province: OrganizationRecord
    urls: tuple[str, str]

    @property
    def replica(self) -> Replica:
        return self.replicas.members[0]

    def caller(self, name: str, role: Role = Role.ADMINISTRATOR) -> Caller:
        return Caller(self.api, self.api.authority.issue(name, role, self.province, timedelta(hours=1)))

    async def caught_up(self) -> None:
        """What the primary has yet to write, nobody has committed; but until then nobody can tell."""
        caught_up(*self.urls)
        await self.replicas.look()
        while not self.replicas.is_read(self.replica):
            await self.replicas.look()

    def on_primary(self, statement: str) -> Any:
        """Past the server."""
        return _executed(self.urls[0], statement)

    def on_replica(self, statement: str) -> Any:
        return _executed(self.urls[1], statement)

    def stand_still(self) -> None:
        """From now on the replica lags."""
        self.on_replica("SELECT pg_wal_replay_pause()")

    def go_on(self) -> None:
        self.on_replica("SELECT pg_wal_replay_resume()")

    async def saved(self, caller: Caller, member: dict[str, Any], phone: str) -> str:
        """Up to where was written, as the answer says."""
        saved = await caller.post(SAVE, {"input": {"id": member["id"], "version": member["version"], "phone": phone}})
        body = saved.json()
        assert body["data"]["updateMember"]["errors"] == []
        assert body["extensions"]["written"] == saved.headers["Dengta-Written"]
        return saved.headers["Dengta-Written"]


@asynccontextmanager
async def paired(primary: str, standby: str, most_lag: float) -> AsyncIterator[Pair]:
    database = connect(primary, connections=4, audit_key=AUDIT_KEY)
    replicas = replicas_of(database, ReplicaPolicy((standby,), most_lag), connections=4)
    province = await top_organization(database)
    assert replicas is not None
    assert province is not None
    pair = Pair(Api(database, replicas=replicas), replicas, province, (primary, standby))
    yield pair
    pair.go_on()
    await pair.api.http.aclose()
    await replicas.close()
    await database.close()


def _executed(url: str, statement: str) -> Any:
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else None
