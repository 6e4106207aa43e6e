"""A change that was acknowledged is there whole, and no other is half there, even when the server is killed."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from domain.codes import OrganizationKind
from domain.members import draft_of, problems_of
from domain.records import MemberRecord
from schema.identifiers import encoded
from tests.oracle import Register
from tests.server.test_audit_after_kill import kill_while_entries_wait
from tests.server.test_workers import Serving, serving
from tests.tokens import issued

CLIENTS = 16
ENOUGH = 150
SAVE = "mutation ($input: UpdateMemberInput!) { updateMember(input: $input) { errors { code } } }"
ASK = "mutation ($input: SubmitLeavingInput!) { submitLeaving(input: $input) { errors { code } } }"
SAID = {"errors": list[object]()}
RECORDED = text(
    "SELECT correlation_id, count(*) FROM audit_entries WHERE kind IN ('CHANGE', 'DECISION') GROUP BY correlation_id"
)
SAVED = text("SELECT home_address FROM members WHERE version > 1 AND home_address LIKE 'writer-%'")
ASKED = text("SELECT reason FROM approval_requests")


@dataclass
class Writers:
    """Each changes one member after another until nobody answers; what is saved says which request saved it."""

    server: Serving
    token: str
    members: Iterator[MemberRecord]
    acknowledged: set[str] = field(default_factory=set)
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def write_until_nobody_answers(self) -> None:
        no_reuse = httpx.Limits(max_keepalive_connections=0)
        headers = {"Authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(
            base_url=self.server.address, headers=headers, limits=no_reuse, timeout=60
        ) as http:
            await asyncio.gather(*(self._write(http, f"writer-{client}") for client in range(CLIENTS)))

    async def _write(self, http: httpx.AsyncClient, writer: str) -> None:
        for number, member in enumerate(self.members):
            request = f"{writer}-{number}"
            document = _save(member, request) if number % 2 else _ask(member, request)
            try:
                response = await http.post("/graphql", json=document, headers={"X-Request-ID": request})
            except httpx.TransportError:
                assert self.enough.is_set(), "nobody has killed it yet"
                return
            assert response.json()["data"] in ({"updateMember": SAID}, {"submitLeaving": SAID}), response.text
            self.acknowledged.add(request)
            if len(self.acknowledged) == ENOUGH:
                self.enough.set()
        raise AssertionError("there are not enough members")


def _save(member: MemberRecord, request: str) -> dict[str, Any]:
    change = {"id": encoded("Member", member.id), "version": member.version, "homeAddress": request}
    return {"query": SAVE, "variables": {"input": change}}


def _ask(member: MemberRecord, request: str) -> dict[str, Any]:
    asked = {"kind": "DEATH", "memberId": encoded("Member", member.id), "reason": request}
    return {"query": ASK, "variables": {"input": asked}}


@pytest.mark.parametrize("workers", [1, 2])
async def test_every_acknowledged_change_is_whole_and_no_other_is_half_there(
    own_province_url: str, data_directory: Path, register: Register, workers: int
) -> None:
    superuser = create_engine(own_province_url)
    sound = (m for m in register.members if not problems_of(draft_of(m), register.day) and not m.transfer_in_progress)
    options = ("--workers", str(workers))
    with serving(own_province_url, data_directory, *options, DENGTA_DATABASE_CONNECTIONS="8") as server:
        top = str(register.first_of_kind(OrganizationKind.PROVINCE).id)
        token = await asyncio.to_thread(issued, server.environment, top)
        writers = Writers(server, token, sound)
        async with asyncio.TaskGroup() as together:
            together.create_task(writers.write_until_nobody_answers())
            await writers.enough.wait()
            await asyncio.to_thread(kill_while_entries_wait, server, superuser)
    with superuser.connect() as connection:
        recorded = {request: int(entries) for request, entries in connection.execute(RECORDED)}
        there = [*connection.scalars(SAVED), *connection.scalars(ASKED)]
    superuser.dispose()
    assert writers.acknowledged <= set(there)
    assert recorded == dict.fromkeys(there, 1)
