"""Callers who read and write over HTTP while something is broken, and keep what each of their calls was answered."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, NamedTuple

import httpx

from domain.members import draft_of, problems_of
from domain.records import MemberRecord
from schema.identifiers import encoded
from tests.oracle import Register

READ = {"query": "{ members(first: 3) { nodes { name } } }"}
SAVE = "mutation ($input: UpdateMemberInput!) { updateMember(input: $input) { errors { code } } }"
SAID_FOR_THE_MOMENT = {"DATABASE_UNAVAILABLE": 503, "DATABASE_FULL": 503, "OUTCOME_UNKNOWN": 200}
"""What may be said of a fault, by code; and the status."""


class Answered(NamedTuple):
    """`began` and `came` by `monotonic`; `code` is None when it was done."""

    began: float
    came: float
    code: str | None


def sound_members(register: Register) -> Iterator[MemberRecord]:
    """Whom a change of address may be saved for."""
    return (m for m in register.members if not problems_of(draft_of(m), register.day) and not m.transfer_in_progress)


def saving(member: MemberRecord, key: str) -> dict[str, Any]:
    """The key is the new address too."""
    change = {"id": encoded("Member", member.id), "version": member.version, "homeAddress": key, "idempotencyKey": key}
    return {"query": SAVE, "variables": {"input": change}}


async def answer(http: httpx.AsyncClient, document: dict[str, Any]) -> Answered:
    """Whatever is wrong is said as it must be: with its status, and when to come back."""
    began = monotonic()
    response = await http.post("/graphql", json=document)
    body = response.json()
    if "errors" not in body:
        assert response.status_code == 200, response.text
        assert all(not payload.get("errors") for payload in body["data"].values()), response.text
        return Answered(began, monotonic(), None)
    [code] = {error["extensions"]["code"] for error in body["errors"]}
    unknown = code == "OUTCOME_UNKNOWN" and "data" not in body
    assert response.status_code == (500 if unknown else SAID_FOR_THE_MOMENT[code]), response.text
    assert ("retry-after" in response.headers) == (response.status_code == 503)
    return Answered(began, monotonic(), code)


@dataclass
class Callers:
    """Each goes on until it is enough; each write is of a member that no other has."""

    http: httpx.AsyncClient
    members: Iterator[MemberRecord]
    each: int = 4
    read: list[list[Answered]] = field(init=False)
    written: list[list[Answered]] = field(init=False)
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: dict[str, str | None] = field(default_factory=dict)
    """Of each write, by its key."""

    enough: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.read = [[] for _ in range(self.each)]
        self.written = [[] for _ in range(self.each)]

    async def call(self) -> None:
        readers = (self._read(answers) for answers in self.read)
        writers = (self._write(f"writer-{number}", answers) for number, answers in enumerate(self.written))
        await asyncio.gather(*readers, *writers)

    async def _read(self, answers: list[Answered]) -> None:
        while not self.enough.is_set():
            await self._keep(answers, READ)

    async def _write(self, writer: str, answers: list[Answered]) -> None:
        while not self.enough.is_set():
            key = f"{writer}-{len(answers)}"
            self.documents[key] = saving(next(self.members), key)
            self.codes[key] = (await self._keep(answers, self.documents[key])).code

    async def _keep(self, answers: list[Answered], document: dict[str, Any]) -> Answered:
        answers.append(await answer(self.http, document))
        await asyncio.sleep(0.1)
        return answers[-1]

    async def all_served(self, since: float, times: int = 1) -> float:
        """Waits until each caller's calls have been done so often since then; the moment at which that was so."""
        while True:
            done = [[a.came for a in answers if a.came > since and a.code is None] for answers in self._all]
            if all(len(moments) >= times for moments in done):
                return max(moments[times - 1] for moments in done)
            await asyncio.sleep(0.02)

    def refused_since(self, moment: float) -> list[Answered]:
        return [a for answers in self._all for a in answers if a.began > moment and a.code]

    @property
    def _all(self) -> list[list[Answered]]:
        return [*self.read, *self.written]

    async def repeat(self) -> None:
        """All writes, also those that were done."""
        answers = [await answer(self.http, document) for document in self.documents.values()]
        assert {each.code for each in answers} == {None}
