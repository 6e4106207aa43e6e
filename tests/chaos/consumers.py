"""Consumers that crash, stall, and go on at another server after the last cursor that they stored."""

import asyncio
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from websockets.exceptions import WebSocketException

from domain.changes import change_cursor
from schema.identifiers import number_of
from tests.chaos.writers import Book
from tests.sockets import Socket, socket

FOLLOW = """subscription ($after: String, $types: [ChangeType!]) {
  changes(after: $after, types: $types) { cursor type objectId changedFields }
}"""
_TYPE_NAMES = {"MEMBER": "Member", "ORGANIZATION": "Organization", "REQUEST": "ApprovalRequest"}
_PASSING = {"DATABASE_UNAVAILABLE", "QUERY_TIMEOUT"}
"""Why a stream may end: there is nothing wrong with what was asked."""


class Told(NamedTuple):
    position: int
    type: str
    object_id: int
    fields: tuple[str, ...]


def told(event: dict[str, Any]) -> Told:
    type_ = event["type"]
    object_id = number_of(_TYPE_NAMES[type_.partition("_")[0]], event["objectId"])
    position = change_cursor(event["cursor"], "after").position
    return Told(position, type_, object_id, tuple(event["changedFields"]))


@dataclass
class Consumer:
    """What it stores survives its crashes; what it has only received does not."""

    number: int
    places: list[str]
    token: str
    book: Book
    cursor: str
    types: list[str]
    stored: list[Told] = field(default_factory=list)
    connections: int = 0
    refused: list[Any] = field(default_factory=list)
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(1_000 + self.number)  # noqa: S311 # data, not secrets

    async def consume(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                async with socket(self.random.choice(self.places), self.token) as following:
                    self.connections += 1
                    await following.subscribe(FOLLOW, after=self.cursor, types=self.types)
                    await self._follow(following)
            except (OSError, WebSocketException, TimeoutError):
                await asyncio.sleep(0.05)

    async def _follow(self, following: Socket) -> None:
        """Until it crashes, or the stream ends."""
        patience, received = self.random.randint(1, 400), 0
        while True:
            message = await following.receive()
            if message["type"] != "next" or "errors" in message["payload"]:
                self._note(message)
                return
            event = message["payload"]["data"]["changes"]
            received += 1
            if received == patience:  # it has this one, and has not stored it
                following.connection.transport.abort()
                return
            self._store(event)
            if self.random.random() < 0.003:
                await self._stall()

    def _store(self, event: dict[str, Any]) -> None:
        self.stored.append(told(event))
        self.cursor = event["cursor"]

    async def _stall(self) -> None:
        """It takes nothing until others have committed much, or will commit no more."""
        try:
            async with asyncio.timeout(2):
                await self.book.until_longer_by(self.random.randint(10, 200))
        except TimeoutError:
            return

    def _note(self, message: dict[str, Any]) -> None:
        payload = message.get("payload", {})
        errors = payload if isinstance(payload, list) else payload.get("errors", [])
        if not {error["extensions"]["code"] for error in errors} <= _PASSING:
            self.refused.append(message)
