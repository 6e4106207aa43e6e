"""Whoever got no answer as the server was killed asks again under the same key, and each change is made once."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import create_engine, text

from domain.codes import OrganizationKind
from domain.members import draft_of, problems_of
from domain.records import MemberRecord
from schema.identifiers import encoded
from tests.commands import free_port
from tests.oracle import Register
from tests.server.test_audit_after_kill import kill_while_entries_wait
from tests.server.test_workers import Serving, serving
from tests.tokens import issued

CLIENTS = 8
ENOUGH = 60
SAVE = "mutation ($input: UpdateMemberInput!) { updateMember(input: $input) { errors { code } } }"
ASK = "mutation ($input: SubmitLeavingInput!) { submitLeaving(input: $input) { errors { code } request { id } } }"
RECORDED = text("SELECT target, count(*) FROM audit_entries WHERE operation = 'updateMember' GROUP BY target")
SAVED = text("SELECT home_address, version FROM members WHERE home_address LIKE 'writer-%'")
ASKED = text("SELECT reason FROM approval_requests")


@dataclass
class Repeaters:
    """Each changes one member after another; what was not answered is kept, to be asked again."""

    members: Iterator[MemberRecord]
    answers: dict[str, Any] = field(default_factory=dict)
    unanswered: dict[str, dict[str, Any]] = field(default_factory=dict)
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def write_until_nobody_answers(self, http: httpx.AsyncClient) -> None:
        await asyncio.gather(*(self._write(http, f"writer-{client}") for client in range(CLIENTS)))

    async def _write(self, http: httpx.AsyncClient, writer: str) -> None:
        for number, member in enumerate(self.members):
            key = f"{writer}-{number}"
            self.unanswered[key] = _save(member, key) if number % 2 else _ask(member, key)
            try:
                self.answers[key] = await _answer(http, self.unanswered[key])
            except httpx.TransportError:
                return
            if len(self.answers) == ENOUGH:
                self.enough.set()

    async def repeat(self, http: httpx.AsyncClient) -> None:
        """All of it, also what was answered."""
        for key, document in self.unanswered.items():
            answer = await _answer(http, document)
            assert answer == self.answers.setdefault(key, answer)


async def _answer(http: httpx.AsyncClient, document: dict[str, Any]) -> Any:
    response = await http.post("/graphql", json=document)
    assert response.status_code == 200, response.text
    [payload] = response.json()["data"].values()
    assert payload["errors"] == []
    return payload


def _save(member: MemberRecord, key: str) -> dict[str, Any]:
    change = {"id": encoded("Member", member.id), "version": member.version, "homeAddress": key, "idempotencyKey": key}
    return {"query": SAVE, "variables": {"input": change}}


def _ask(member: MemberRecord, key: str) -> dict[str, Any]:
    asked = {"kind": "DEATH", "memberId": encoded("Member", member.id), "reason": key, "idempotencyKey": key}
    return {"query": ASK, "variables": {"input": asked}}


def client_of(server: Serving, token: str) -> httpx.AsyncClient:
    headers, no_reuse = {"Authorization": f"Bearer {token}"}, httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncClient(base_url=server.address, headers=headers, limits=no_reuse, timeout=60)


async def test_what_is_repeated_after_a_kill_is_done_exactly_once(
    own_province_url: str, data_directory: Path, register: Register
) -> None:
    superuser = create_engine(own_province_url)
    sound = (m for m in register.members if not problems_of(draft_of(m), register.day) and not m.transfer_in_progress)
    top = str(register.first_of_kind(OrganizationKind.PROVINCE).id)
    repeaters = Repeaters(sound)
    port = str(free_port())  # of which the token says that it is good there
    with serving(own_province_url, data_directory, DENGTA_DATABASE_CONNECTIONS="8", DENGTA_PORT=port) as server:
        token = await asyncio.to_thread(issued, server.environment, top)
        async with client_of(server, token) as http, asyncio.TaskGroup() as together:
            together.create_task(repeaters.write_until_nobody_answers(http))
            await repeaters.enough.wait()
            await asyncio.to_thread(kill_while_entries_wait, server, superuser)
    assert len(repeaters.unanswered) > len(repeaters.answers)
    with serving(own_province_url, data_directory, DENGTA_DATABASE_CONNECTIONS="8", DENGTA_PORT=port) as server:
        async with client_of(server, token) as http:
            await repeaters.repeat(http)
    with superuser.connect() as connection:
        recorded = [entries for _, entries in connection.execute(RECORDED)]
        addresses = {address for address, _ in connection.execute(SAVED)}
        reasons = list(connection.scalars(ASKED))
    superuser.dispose()
    assert sorted([*addresses, *reasons]) == sorted(repeaters.unanswered)
    assert recorded == [1] * len(addresses)
