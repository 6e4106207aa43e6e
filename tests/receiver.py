"""A partner's system that takes webhooks: a real HTTP server, that checks signatures as partners do and can fail in all
the ways in which one does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook as Verifier

from tests.gateway import Asked, Gateway, answering_as


@dataclass
class Receiver(Gateway):
    """`taken`: the batches, by their ids, once each; `secret` is that by which they must be signed."""

    secret: str = ""
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)

    def deliver(self, asked: Asked) -> None:
        told = Verifier(self.secret).verify(asked.content, asked.headers)
        self.taken.setdefault(asked.headers["webhook-id"], told)

    @property
    def ids(self) -> list[str]:
        """Of all requests, in their order."""
        return [asked.headers["webhook-id"] for asked in self.asked]

    @property
    def changes(self) -> list[dict[str, Any]]:
        """Of the batches that were taken, in their order; of those that came twice once."""
        return [change for told in self.taken.values() for change in told["data"].get("changes", ())]


@asynccontextmanager
async def receiving(port: int = 0) -> AsyncIterator[Receiver]:
    async with answering_as(Receiver(), port) as receiver:
        yield receiver
